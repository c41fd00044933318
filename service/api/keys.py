"""``/v1/keys``: API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.errors import AccessDeniedError
from service.access.keys import create_key, revoke_key
from service.access.repository import fetch
from service.access.roles import HIGHEST
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, IdempotencyKeyHeader, Limit, requires
from service.audit.log import record
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models.people import ApiKey, User
from service.store.paging import Order, list_scope, page
from service.store.types import utc_now

router = APIRouter(tags=["密钥"])
Owner = Annotated[Caller, requires("key.own", "key.manage")]
LONGEST_DAYS = 366


class KeyIn(BaseModel):
    """A new key of one's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "夜间批量标注", "days": 90, "scopes": ["text.annotate", "case.search"]}]
        },
    )

    name: str = Field(min_length=1, max_length=200, description="what it is for")
    days: int = Field(default=90, ge=1, le=LONGEST_DAYS, description="it ends after so many days")
    scopes: list[str] | None = Field(default=None, max_length=50, description="permissions; null for all of one's own")
    unit_id: str | None = Field(default=None, max_length=36, description="narrows it to a unit below one's own")
    clearance: int | None = Field(default=None, ge=0, le=HIGHEST, description="narrows it to a level below one's own")


class KeyOut(BaseModel):
    """A key, without the key itself."""

    id: str
    user_id: str
    name: str
    prefix: str = Field(description="how the key begins")
    scopes: list[str] | None
    unit_id: str | None
    clearance: int | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyOut(KeyOut):
    """A key just made."""

    key: str | None = Field(description="shown this once; null in a repeated answer")


class KeysOut(BaseModel):
    """A page of keys."""

    items: list[KeyOut]
    next_cursor: str | None


@router.get("/keys", summary="密钥列表")
def list_keys(caller: Owner, limit: Limit = 50, cursor: Cursor = None) -> KeysOut:
    """The own keys; for administrators, those of their units' users."""
    with caller.read() as session:
        found = page(
            session,
            select(ApiKey),
            [Order(ApiKey.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("keys", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return KeysOut(items=[_out(key) for key in found.items], next_cursor=found.next_cursor)


@router.post("/keys", status_code=201, summary="建立自己的密钥", response_model=NewKeyOut)
def add_key(body: KeyIn, request: Request, caller: Owner, idempotency_key: IdempotencyKeyHeader = None) -> JSONResponse:
    """A key of one's own. It never reaches further than its user, and no key makes another."""
    caller.principal.require("key.own")
    if caller.principal.kind == "key":
        raise AccessDeniedError("a key makes no other key", hint="sign in")

    def work(session: StoreSession) -> Answer:
        key, token = create_key(
            session,
            fetch(session, User, caller.principal.id),
            body.name,
            expires_at=utc_now() + timedelta(days=body.days),
            scopes=body.scopes,
            unit_id=body.unit_id,
            clearance=body.clearance,
        )
        record(session, "key.create", "key", key.id, scopes=key.scopes, days=body.days)
        shown = as_answer(key, NewKeyOut(**_out(key).model_dump(), key=None), status=201)
        return Answer(shown.status, shown.body, shown.headers, {"key": token})

    return create(caller, request, body, idempotency_key, work)


@router.delete("/keys/{id}", summary="吊销密钥", response_model=KeyOut)
def revoke(id: str, caller: Owner) -> JSONResponse:
    """Withdraw a key; it is refused from the next request on."""
    with caller.write() as session:
        key = fetch(session, ApiKey, id)
        revoke_key(key)
        session.flush()
        record(session, "key.revoke", "key", key.id)
        answer = as_answer(key, _out(key))
    return respond(answer)


def _out(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        user_id=key.user_id,
        name=key.name,
        prefix=key.prefix,
        scopes=key.scopes,
        unit_id=key.unit_id,
        clearance=key.clearance,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )
