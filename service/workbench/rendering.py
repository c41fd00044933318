"""Templates to pages."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from nlp.version import PIPELINE_VERSION
from service.access.authentication import csrf_token
from service.access.roles import LEVELS, ROLE_ZH
from service.api.deps import Caller, get_caller, session_token
from service.api.deps import requires as api_requires
from service.workbench.headers import PAGE
from service.workbench.messages import PROBLEMS
from service.workbench.navigation import entries_for
from service.workbench.static_files import plotly_url, static_url

PASSWORD_PAGE = "/account/password"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja2 with escaping everywhere; a name that is not there is an error, not an empty place."""
    made = Environment(
        loader=PackageLoader("service.workbench"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        static=static_url, plotly_url=plotly_url, product_version=PIPELINE_VERSION, levels=LEVELS, roles=ROLE_ZH
    )
    made.globals["problems"] = PROBLEMS
    made.filters["moment"] = moment
    return made


def moment(value: datetime | None) -> str:
    """A time for reading, in the zone of the machine: 2026-11-23 09:05."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M") if value else ""


def render(
    request: Request, caller: Caller | None, template: str, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page.

    Args:
        request: that asked for it.
        caller: whom it is for; None on pages for everybody, which have no navigation.
        template: file below ``templates/``.
        status: of the answer.
        context: names of the template.
    """
    token = session_token(request) if caller is not None and caller.principal.session_id else None
    body = (
        environment()
        .get_template(template)
        .render(
            caller=caller,
            principal=caller.principal if caller else None,
            navigation=entries_for(caller.principal) if caller else [],
            csrf=csrf_token(token) if token else "",
            path=request.url.path,
            **context,
        )
    )
    return HTMLResponse(body, status_code=status, headers=PAGE)


def get_page_caller(request: Request, caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
    """Who looks at the page; one who has to change the password first is led there."""
    if caller.principal.must_change_password and request.url.path != PASSWORD_PAGE:
        raise HTTPException(303, headers={"Location": PASSWORD_PAGE})
    return caller


PageCaller = Annotated[Caller, Depends(get_page_caller)]


def allowed(*permissions: str) -> Any:
    """A dependency of a page: the caller, who holds one of the permissions.

    Written as the default of an argument: ``caller: Caller = allowed("record.read")``.
    """
    checked = api_requires(*permissions)

    # As a default: the annotation's text could not name what is known in here only.
    def check(_first: PageCaller, caller: Caller = checked) -> Caller:
        return caller

    check.permissions = permissions  # type: ignore[attr-defined]  # read by the tests that walk over all routes
    return Depends(check)
