"""``/openapi.json`` and the pages that show it, for those who are signed in unless the settings open them to everybody.

Their script and style come with the package fastapi-offline: a closed network does not reach the CDN that FastAPI's own
pages load them from.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response, Security
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.staticfiles import StaticFiles

from service.api.deps import bearer_scheme, get_caller

_STATIC = "/static-offline-docs"
_ADDRESS = "openapi.json"  # relative, so that it is right below whatever path a proxy puts the service


def admitted(
    request: Request,
    response: Response,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_scheme)],
) -> None:
    """Go on for callers who are known, or for everybody where the settings say so.

    Raises:
        UnauthenticatedError: nobody signed in, and the documents are not open.
    """
    if not request.app.state.engine.settings.open_docs:
        get_caller(request, response, bearer, None)


router = APIRouter(include_in_schema=False, dependencies=[Depends(admitted)])


@router.get("/openapi.json")
def document(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
def swagger(request: Request) -> HTMLResponse:
    """The document to try out."""
    root = request.scope.get("root_path", "")
    return get_swagger_ui_html(
        openapi_url=_ADDRESS,
        title=f"{request.app.title} 接口",
        swagger_js_url=f"{root}{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{root}{_STATIC}/favicon.png",
    )


@router.get("/redoc")
def redoc(request: Request) -> HTMLResponse:
    """The document to read."""
    root = request.scope.get("root_path", "")
    return get_redoc_html(
        openapi_url=_ADDRESS,
        title=f"{request.app.title} 接口",
        redoc_js_url=f"{root}{_STATIC}/redoc.standalone.js",
        redoc_favicon_url=f"{root}{_STATIC}/favicon.png",
        with_google_fonts=False,
    )


def install(app: FastAPI) -> None:
    """Add the document, its pages and their files."""
    app.mount(_STATIC, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="static-offline-docs")
    app.include_router(router)
