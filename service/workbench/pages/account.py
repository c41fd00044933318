"""Signing in, and the own password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from nlp.errors import UnauthenticatedError
from service.api.deps import session_token
from service.workbench.failures import SIGN_IN
from service.workbench.headers import PAGE
from service.workbench.rendering import PASSWORD_PAGE, PageCaller, render

router = APIRouter()


@router.get(SIGN_IN)
def sign_in(request: Request, next: str = "/") -> HTMLResponse:
    """The form; its script posts to ``/v1/session`` and goes on to ``next``."""
    after = next if is_own_path(next) else "/"
    return render(request, None, "account/sign_in.html", after=after, oidc=request.app.state.oidc is not None)


@router.get(PASSWORD_PAGE)
def password(request: Request, caller: PageCaller) -> HTMLResponse:
    """The form for a new password."""
    return render(request, caller, "account/password.html", forced=caller.principal.must_change_password)


@router.get("/account/signed-out")
def signed_out(request: Request) -> RedirectResponse:
    """Where the sign-out button ends; a cookie of an ended session is of no more use."""
    answer = RedirectResponse(SIGN_IN, status_code=303, headers=PAGE)
    token = session_token(request)
    if token is not None:
        try:
            request.app.state.authenticator.by_cookie(token)
        except UnauthenticatedError:
            answer.delete_cookie("yanpan_session", path="/")
    return answer


def is_own_path(path: str) -> bool:
    """Whether an address stays on this service: two slashes, or one and a backslash, lead elsewhere in a browser."""
    return path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
