"""Users, units and keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from service.access.repository import fetch
from service.access.roles import PERMISSIONS, ROLES
from service.api.deps import Caller
from service.api.keys import LONGEST_DAYS, list_keys
from service.api.users import list_users
from service.audit.log import record
from service.store.etags import etag
from service.store.models.people import User
from service.store.types import utc_now
from service.workbench.headers import PAGE
from service.workbench.names import colleagues, tree, unit_names
from service.workbench.rendering import allowed, render

router = APIRouter()
Cursor = Annotated[str | None, Query(max_length=2000)]
_PARTS = (
    ("/admin/users", ("user.manage",)),
    ("/admin/units", ("unit.manage",)),
    ("/admin/keys", ("key.manage",)),
    ("/jobs", ("operation.read",)),
)


@router.get("/admin")
def entry(
    caller: Caller = allowed("user.manage", "key.manage", "unit.manage", "operation.read"),
) -> Response:
    """The first part that the caller may open."""
    first = next(path for path, permissions in _PARTS if caller.principal.may(*permissions))
    return RedirectResponse(first, status_code=303, headers=PAGE)


@router.get("/admin/users")
def users(request: Request, caller: Caller = allowed("user.manage"), cursor: Cursor = None) -> HTMLResponse:
    """The users of the own unit and those below, and the form for a new one."""
    found = list_users(caller, 50, cursor)
    with caller.read() as session:
        return render(
            request,
            caller,
            "admin/users.html",
            users=found.items,
            next_cursor=found.next_cursor,
            cursor=cursor,
            now=utc_now(),
            units=tree(session),
            unit_names=unit_names(session),
            permissions=PERMISSIONS,
            role_permissions=ROLES,
        )


@router.get("/admin/users/{id}")
def user(id: str, request: Request, caller: Caller = allowed("user.manage")) -> HTMLResponse:
    """One user: name, unit, roles, level; disabling; a new one-time password."""
    with caller.read() as session:
        found = fetch(session, User, id)
        record(session, "user.view", "user", found.id)
        return render(
            request,
            caller,
            "admin/user.html",
            user=found,
            etag=etag(found),
            own=found.id == caller.principal.id,
            now=utc_now(),
            units=tree(session),
            permissions=PERMISSIONS,
            role_permissions=ROLES,
        )


@router.get("/admin/units")
def units(request: Request, caller: Caller = allowed("unit.manage")) -> HTMLResponse:
    """The tree of units."""
    with caller.read() as session:
        branches = tree(session)
        return render(
            request,
            caller,
            "admin/units.html",
            branches=branches,
            etags={one.unit.id: etag(one.unit) for one in branches},
        )


@router.get("/admin/keys")
def keys(request: Request, caller: Caller = allowed("key.own", "key.manage"), cursor: Cursor = None) -> HTMLResponse:
    """The own keys, and for administrators those of their units' users."""
    found = list_keys(caller, 50, cursor)
    with caller.read() as session:
        names = unit_names(session)
    return render(
        request,
        caller,
        "admin/keys.html",
        keys=found.items,
        next_cursor=found.next_cursor,
        cursor=cursor,
        now=utc_now(),
        unit_names=names,
        people=colleagues(caller.repository, [key.user_id for key in found.items]),
        permissions=PERMISSIONS,
        longest=LONGEST_DAYS,
    )
