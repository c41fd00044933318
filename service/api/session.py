"""``/v1/session``: signing in and out of the workbench, who one is, the own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.errors import AccessDeniedError, NotFoundError, UnauthenticatedError
from service.access.authentication import SignedIn, csrf_token
from service.access.oidc import STATE_COOKIE, STATE_S, OidcClient
from service.access.passwords import MAX_LENGTH
from service.access.principal import Principal
from service.access.throttle import Throttle
from service.api.deps import (
    COOKIE,
    SECURE_COOKIE,
    AuthenticatorDep,
    CallerDep,
    RepositoryDep,
    request_id_of,
    same_site,
    session_token,
)
from service.audit.log import ANONYMOUS, record
from service.settings import is_loopback
from service.store.models.people import User

router = APIRouter(tags=["登录"])
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
# The strict cookie does not travel on the way back from another site: this page, being ours, begins a way of its own.
_ARRIVED = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"></html>'
)


class SignInIn(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    login: str = Field(min_length=1, max_length=100)
    password: Password


class PasswordIn(BaseModel):
    """A new password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: Password
    new: Password


class SessionOut(BaseModel):
    """Who one is, and what one may do."""

    user_id: str
    login: str
    kind: str
    roles: list[str]
    permissions: list[str]
    unit_id: str
    clearance: int
    must_change_password: bool
    csrf_token: str | None = Field(description="goes into X-CSRF-Token of every change; null without a cookie")


@router.post("/session", summary="登录")
def sign_in(body: SignInIn, request: Request, response: Response, authenticator: AuthenticatorDep) -> SessionOut:
    """Begin a session. Failures are counted by account and by address."""
    if not same_site(request):
        raise AccessDeniedError("signing in takes a page of this service")
    throttle: Throttle = request.app.state.throttle
    address = request.client.host if request.client else "-"
    throttle.check(address)
    try:
        signed = authenticator.sign_in(body.login, body.password, session_token(request))
    except UnauthenticatedError:
        throttle.failed(address)
        raise
    set_cookie(request, response, signed)
    return _out(signed.principal, signed.token)


@router.get("/session", summary="我是谁")
def who(request: Request, caller: CallerDep) -> SessionOut:
    """The caller, by key or cookie."""
    return _out(caller.principal, session_token(request) if caller.principal.session_id else None)


@router.delete("/session", status_code=204, summary="退出")
def sign_out(response: Response, caller: CallerDep, authenticator: AuthenticatorDep) -> None:
    """End the session."""
    if caller.principal.session_id is not None:
        authenticator.sign_out(caller.principal)
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=name == SECURE_COOKIE)


@router.put("/session/password", summary="修改自己的密码")
def change_password(
    body: PasswordIn, request: Request, response: Response, caller: CallerDep, authenticator: AuthenticatorDep
) -> SessionOut:
    """Set a new password; all other sessions end."""
    if caller.principal.session_id is None:
        raise AccessDeniedError("the password is changed by the person, not by a key", hint="sign in")
    throttle: Throttle = request.app.state.throttle
    address = request.client.host if request.client else "-"
    throttle.check(address)
    try:
        signed = authenticator.change_password(caller.principal, body.old, body.new)
    except UnauthenticatedError:
        throttle.failed(address)
        raise
    set_cookie(request, response, signed)
    return _out(signed.principal, signed.token)


@router.get("/session/oidc", status_code=307, summary="经 OpenID Connect 登录", response_class=RedirectResponse)
def oidc_begin(request: Request) -> RedirectResponse:
    """To the issuer."""
    url, state = _oidc(request).begin()
    answer = RedirectResponse(url, status_code=307)
    answer.set_cookie(
        STATE_COOKIE,
        state,
        max_age=STATE_S,
        path="/v1/session/oidc",
        httponly=True,
        samesite="lax",
        secure=_secure(request),
    )
    return answer


@router.get("/session/oidc/callback", summary="由 OpenID Connect 返回", response_class=HTMLResponse)
def oidc_finish(request: Request, authenticator: AuthenticatorDep, repository: RepositoryDep) -> HTMLResponse:
    """Back from the issuer: a session for the user that an administrator made for this identity."""
    issuer, subject = _oidc(request).finish(request.query_params, request.cookies.get(STATE_COOKIE))
    with repository.system_write("authentication", ANONYMOUS, request_id_of(request)) as session:
        user = session.scalar(select(User).where(User.oidc_issuer == issuer, User.oidc_subject == subject))
        known = user is not None and user.disabled_at is None
        signed = authenticator.begin(session, user, "oidc") if user is not None and known else None
        if signed is None:
            record(session, "session.refuse", "user", user.id if user else None, method="oidc")
    if signed is None:
        raise UnauthenticatedError("nobody here is known by this identity", hint="ask an administrator")
    answer = HTMLResponse(_ARRIVED, headers={"Cache-Control": "no-store"})
    set_cookie(request, answer, signed)
    answer.delete_cookie(STATE_COOKIE, path="/v1/session/oidc")
    return answer


def set_cookie(request: Request, response: Response, signed: SignedIn) -> None:
    """The session's cookie: HttpOnly, SameSite=Strict, and Secure wherever the browser came by another name than loopback."""
    secure = _secure(request)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE, signed.token, path="/", httponly=True, samesite="strict", secure=secure
    )


def _secure(request: Request) -> bool:
    return not is_loopback(request.url.hostname or "")


def _oidc(request: Request) -> OidcClient:
    client: OidcClient | None = request.app.state.oidc
    if client is None:
        raise NotFoundError("no OpenID Connect issuer is configured")
    return client


def _out(principal: Principal, token: str | None) -> SessionOut:
    return SessionOut(
        user_id=principal.id,
        login=principal.login,
        kind=principal.kind,
        roles=sorted(principal.roles),
        permissions=sorted(principal.permissions),
        unit_id=principal.unit_id,
        clearance=principal.clearance,
        must_change_password=principal.must_change_password,
        csrf_token=csrf_token(token) if token else None,
    )
