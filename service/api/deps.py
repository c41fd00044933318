"""What routes depend on: the engine, and the caller with the sessions they work in."""

from __future__ import annotations

import re
import secrets
from contextlib import AbstractContextManager
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from nlp.errors import AccessDeniedError, UnauthenticatedError
from service.access import Principal, Repository
from service.access.authentication import Authenticator, csrf_token
from service.audit.log import record
from service.engine import Engine
from service.settings import is_loopback
from service.store.database import StoreSession
from service.store.paging import MAX_LIMIT, Cursors

COOKIE = "yanpan_session"
SECURE_COOKIE = "__Host-yanpan_session"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_PATH_PART = re.compile(r"[A-Za-z0-9._-]{0,64}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

bearer_scheme = HTTPBearer(auto_error=False, description="an API key, yp_…")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="a session of the workbench")


def get_engine(request: Request) -> Engine:
    """The engine of the application."""
    engine: Engine = request.app.state.engine
    return engine


def get_repository(request: Request) -> Repository:
    """The repository of the application. Routes take a ``Caller``, whose sessions are guarded already."""
    repository: Repository = request.app.state.repository
    return repository


def get_authenticator(request: Request) -> Authenticator:
    """The authenticator of the application."""
    authenticator: Authenticator = request.app.state.authenticator
    return authenticator


EngineDep = Annotated[Engine, Depends(get_engine)]
RepositoryDep = Annotated[Repository, Depends(get_repository)]
AuthenticatorDep = Annotated[Authenticator, Depends(get_authenticator)]
IfMatch = Annotated[str | None, Header(description="the ETag that was read; needed for every change")]
IdempotencyKeyHeader = Annotated[
    str | None, Header(alias="Idempotency-Key", description="the same request sent again with it does nothing more")
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="rows of a page")]
Cursor = Annotated[str | None, Query(max_length=2000, description="next_cursor of the page before")]


class Caller:
    """Who calls, and the database as they see it."""

    def __init__(self, principal: Principal, repository: Repository, cursors: Cursors, request_id: str) -> None:
        self.principal = principal
        self.repository = repository
        self.cursors = cursors
        self.request_id = request_id

    def read(self) -> AbstractContextManager[StoreSession]:
        """A session for reading; what is recorded in it is in the audit log before the block's caller goes on."""
        return self.repository.read(self.principal, self.request_id)

    def write(self) -> AbstractContextManager[StoreSession]:
        """A session for writing, committed before the block's caller goes on."""
        return self.repository.write(self.principal, self.request_id)


def request_id_of(request: Request) -> str:
    """The caller's ``X-Request-ID`` where it is usable, else a new one."""
    given = request.headers.get("x-request-id", "")
    found: str | None = getattr(request.state, "request_id", None)
    if found is None:
        found = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        request.state.request_id = found
    return found


def session_token(request: Request) -> str | None:
    """The session's cookie, if there is one."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)


def get_caller(
    request: Request,
    response: Response,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_scheme)],
    _cookie_scheme: Annotated[str | None, Security(_cookie)],
) -> Caller:
    """Who calls: a key, a session of the workbench, or the demo.

    Raises:
        UnauthenticatedError: nobody, or with credentials that are not valid.
        AccessDeniedError: a change by cookie without the CSRF token.
    """
    app = request.app
    principal = _identified(request, None if bearer is None else bearer.credentials)
    if principal.kind == "demo":
        _check_demo(request)
    elif bearer is None:
        _check_csrf(request, session_token(request) or "")
    # What one person was shown is for no cache.
    response.headers["Cache-Control"] = "no-store"
    return Caller(principal, app.state.repository, app.state.cursors, request_id_of(request))


def sender_of(request: Request) -> Principal | None:
    """Who sends a request, by its headers alone; None for nobody. Enough to decide how much of its body to take in."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    try:
        return _identified(request, key if scheme.lower() == "bearer" and key else None)
    except UnauthenticatedError:
        return None


def _identified(request: Request, key: str | None) -> Principal:
    state = request.app.state
    found: Principal | None
    if key is not None:
        found = state.authenticator.by_key(key)
    elif (token := session_token(request)) is not None:
        found = state.authenticator.by_cookie(token)
    else:
        found = state.demo
    if found is None:
        raise UnauthenticatedError("not signed in", hint="send Authorization: Bearer yp_…, or sign in")
    return found


CallerDep = Annotated[Caller, Depends(get_caller)]


def requires(*permissions: str) -> Any:
    """A dependency: the caller, who holds one of the permissions. A refusal is in the audit log."""

    def check(request: Request, caller: CallerDep) -> Caller:
        try:
            caller.principal.require(*permissions)
        except AccessDeniedError:
            path = _loggable(request.url.path)
            with caller.repository.system_write("access", caller.principal.actor, caller.request_id) as session:
                record(session, "access.refuse", "route", f"{request.method} {path}", permissions=list(permissions))
            raise
        return caller

    check.permissions = permissions  # type: ignore[attr-defined]  # read by the tests that walk over all routes
    return Depends(check)


def _loggable(path: str) -> str:
    """The path with everything left out that no route of this service has."""
    return "/".join(part if _PATH_PART.fullmatch(part) else "*" for part in path.split("/"))[:180]


def _check_csrf(request: Request, token: str) -> None:
    if request.method in _SAFE_METHODS:
        return
    if not same_site(request) or not secrets.compare_digest(
        request.headers.get("x-csrf-token", "").encode(), csrf_token(token).encode()
    ):
        raise AccessDeniedError(
            "the CSRF token is missing or wrong", hint="send X-CSRF-Token as GET /v1/session gives it"
        )


def same_site(request: Request) -> bool:
    """Whether the browser says that the request comes from a page of this service (or says nothing)."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _check_demo(request: Request) -> None:
    """A page of another site, or a name made to point here, must not use the open demo through somebody's browser."""
    origin = request.headers.get("origin")
    if not is_loopback(request.url.hostname or "") or not same_site(request):
        raise AccessDeniedError("the demo answers on a loopback address only")
    if origin is not None and origin != f"{request.url.scheme}://{request.url.netloc}":
        raise AccessDeniedError("the demo answers its own pages only")
