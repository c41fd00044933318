"""``/v1/users``: who works with the service, and what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.errors import AccessDeniedError, InvalidInputError
from service.access.accounts import check_roles, create_user, end_sessions, reset_password
from service.access.repository import fetch
from service.access.roles import HIGHEST
from service.api.answers import as_answer, changes, create, respond
from service.api.deps import Caller, Cursor, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.audit.log import record
from service.store.database import StoreSession
from service.store.etags import require_match
from service.store.idempotency import Answer
from service.store.models.people import User
from service.store.paging import Order, list_scope, page
from service.store.types import utc_now

router = APIRouter(tags=["用户"])
Manager = Annotated[Caller, requires("user.manage")]
Role = Literal["analyst", "reviewer", "investigator", "archivist", "auditor", "admin"]
Level = Annotated[int, Field(ge=0, le=HIGHEST)]
_OWN = ("roles", "clearance", "unit_id", "disabled")


class OidcIdentity(BaseModel):
    """Who somebody is to an OpenID Connect issuer."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(min_length=1, max_length=500)
    subject: str = Field(min_length=1, max_length=300)


class UserIn(BaseModel):
    """A new user."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=100)
    display_name: str = Field(min_length=1, max_length=200)
    unit_id: str = Field(max_length=36)
    roles: list[Role] = Field(max_length=10)
    clearance: Level = 0
    oidc: OidcIdentity | None = Field(default=None, description="comes by OpenID Connect; gets no password")


class UserPatch(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    display_name: str | None = Field(default=None, min_length=1, max_length=200)
    unit_id: str | None = Field(default=None, max_length=36)
    roles: list[Role] | None = Field(default=None, max_length=10)
    clearance: Level | None = None
    disabled: bool | None = None


class UserOut(BaseModel):
    """A user."""

    id: str
    login: str
    display_name: str
    unit_id: str
    roles: list[str]
    clearance: int
    disabled: bool
    locked_until: datetime | None
    last_login_at: datetime | None
    must_change_password: bool
    version: int


class NewUserOut(UserOut):
    """A user just made, or given a new password."""

    one_time_password: str | None = Field(
        description="shown this once; null for OpenID Connect and in repeated answers"
    )


class UsersOut(BaseModel):
    """A page of users."""

    items: list[UserOut]
    next_cursor: str | None


@router.get("/users", summary="用户列表(本单位及下级)")
def list_users(caller: Manager, limit: Limit = 50, cursor: Cursor = None) -> UsersOut:
    """The users of the own unit and those below it."""
    with caller.read() as session:
        record(session, "user.list")
        found = page(
            session,
            select(User),
            [Order(User.id)],
            cursors=caller.cursors,
            scope=list_scope("users", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return UsersOut(items=[_out(user) for user in found.items], next_cursor=found.next_cursor)


@router.get("/users/{id}", summary="一个用户", response_model=UserOut)
def get_user(id: str, caller: Manager) -> JSONResponse:
    """One user, with its ETag."""
    with caller.read() as session:
        user = fetch(session, User, id)
        record(session, "user.view", "user", user.id)
        answer = as_answer(user, _out(user))
    return respond(answer)


@router.post("/users", status_code=201, summary="建立用户", response_model=NewUserOut)
def add_user(
    body: UserIn, request: Request, caller: Manager, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """A user with a one-time password."""

    def work(session: StoreSession) -> Answer:
        user, password = create_user(
            session,
            body.login,
            body.display_name,
            body.unit_id,
            body.roles,
            body.clearance,
            oidc=(body.oidc.issuer, body.oidc.subject) if body.oidc else None,
        )
        record(session, "user.create", "user", user.id, roles=user.roles, clearance=user.clearance, unit=user.unit_id)
        return _new(user, password, 201)

    return create(caller, request, body, idempotency_key, work)


@router.patch("/users/{id}", summary="修改用户", response_model=UserOut)
def change_user(id: str, body: UserPatch, caller: Manager, if_match: IfMatch = None) -> JSONResponse:
    """Change name, unit, roles, level, or disable. Nobody changes what they themselves may do."""
    sent = {key: value for key, value in changes(body).items() if value is not None}
    with caller.write() as session:
        user = fetch(session, User, id)
        require_match(user, if_match)
        if user.id == caller.principal.id and not sent.keys().isdisjoint(_OWN):
            raise AccessDeniedError("nobody changes their own rights", hint="ask another administrator")
        _apply(user, sent)
        session.flush()
        record(session, "user.change", "user", user.id, fields=sorted(sent), roles=user.roles, clearance=user.clearance)
        answer = as_answer(user, _out(user))
    if sent.get("disabled"):
        with caller.repository.system_write("access", caller.principal.actor, caller.request_id) as session:
            end_sessions(session, id)
    return respond(answer)


@router.post("/users/{id}/password-reset", summary="重置密码", response_model=NewUserOut)
def reset(id: str, caller: Manager) -> JSONResponse:
    """A new one-time password; the user is signed out everywhere."""
    with caller.read() as session:
        user_id = fetch(session, User, id).id
    if user_id == caller.principal.id:
        raise AccessDeniedError("the own password is changed, not reset", hint="PUT /v1/session/password")
    with caller.repository.system_write("access", caller.principal.actor, caller.request_id) as session:
        user = session.get_one(User, user_id)
        if user.oidc_subject is not None:
            raise InvalidInputError("the user comes by OpenID Connect and has no password")
        password = reset_password(session, user)
        session.flush()
        record(session, "password.reset", "user", user.id)
        answer = _new(user, password, 200)
    return respond(answer)


def _apply(user: User, sent: dict[str, Any]) -> None:
    check_roles(sent.get("roles", user.roles), sent.get("clearance", user.clearance))
    for name in ("display_name", "unit_id", "clearance"):
        setattr(user, name, sent.get(name, getattr(user, name)))
    if "roles" in sent:
        user.roles = sorted(set(sent["roles"]))
    if "disabled" in sent:
        user.disabled_at = (user.disabled_at or utc_now()) if sent["disabled"] else None


def _new(user: User, password: str | None, status: int) -> Answer:
    body = NewUserOut(**_out(user).model_dump(), one_time_password=None)
    shown = as_answer(user, body, status=status, location=f"/v1/users/{user.id}")
    return Answer(shown.status, shown.body, shown.headers, {"one_time_password": password})


def _out(user: User) -> UserOut:
    return UserOut(
        id=user.id,
        login=user.login,
        display_name=user.display_name,
        unit_id=user.unit_id,
        roles=user.roles,
        clearance=user.clearance,
        disabled=user.disabled_at is not None,
        locked_until=user.locked_until,
        last_login_at=user.last_login_at,
        must_change_password=user.must_change_password,
        version=user.version,
    )
