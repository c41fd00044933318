"""Errors on pages: a page that says what happened, or the way to the sign-in page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from nlp.errors import UnauthenticatedError, YanpanError
from service.workbench.headers import PAGE
from service.workbench.messages import in_chinese
from service.workbench.rendering import render

Handler = Callable[[Request, Exception], Awaitable[Response]]
_NO_PAGES = ("/v1/", "/static/", "/metrics", "/healthz", "/readyz", "/openapi.json")
SIGN_IN = "/sign-in"


def install(app: FastAPI) -> None:
    """Answer errors of pages with pages; the API's handlers, installed before, keep their own paths."""
    for kind in (YanpanError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _for_pages(cast(Handler, app.exception_handlers[kind])))


def is_page(request: Request) -> bool:
    """Whether a person looks at this address in a browser."""
    wants = "text/html" in request.headers.get("accept", "")
    return wants and request.method in ("GET", "HEAD") and not request.url.path.startswith(_NO_PAGES)


def _for_pages(api_handler: Handler) -> Any:
    async def handle(request: Request, exc: Exception) -> Response:
        if not is_page(request):
            return await api_handler(request, exc)
        if isinstance(exc, UnauthenticatedError):
            after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{SIGN_IN}?next={quote(after, safe='')}", status_code=303, headers=PAGE)
        if isinstance(exc, HTTPException) and "Location" in (exc.headers or {}):
            return RedirectResponse(cast(dict[str, str], exc.headers)["Location"], exc.status_code, headers=PAGE)
        answer = await api_handler(request, exc)  # for its status, its headers, and its line in the log
        code = exc.code if isinstance(exc, YanpanError) else _code(answer.status_code)
        page = render(request, None, "failure.html", status=answer.status_code, message=in_chinese(code), code=code)
        if "retry-after" in answer.headers:
            page.headers["Retry-After"] = answer.headers["retry-after"]
        return page

    return handle


def _code(status: int) -> str:
    return {404: "not_found", 422: "invalid_request", 403: "access_denied", 405: "not_found"}.get(status, "internal")
