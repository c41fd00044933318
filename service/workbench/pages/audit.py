"""The audit log: who did what to which object, and whether the chain holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.audit import head, list_entries
from service.api.deps import Caller
from service.workbench.audit_words import OBJECTS, action_zh
from service.workbench.names import colleagues
from service.workbench.rendering import allowed, render

router = APIRouter()
Words = Annotated[str | None, Query(max_length=300, pattern=r"^[\x20-\x7e]*$")]
_NO_USER = ("-",)
_ACTOR_KINDS = {"user": "用户", "key": "密钥", "demo": "演示", "system": "系统", "anonymous": "未登录"}


@router.get("/audit")
def entries(
    request: Request,
    caller: Caller = allowed("audit.read"),
    actor: Words = None,
    action: Words = None,
    object_type: Words = None,
    object_id: Words = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> HTMLResponse:
    """Entries, the newest first. Names of people who did something are shown, nothing of what it was about."""
    chosen = {"actor": actor, "action": action, "object_type": object_type, "object_id": object_id}
    wanted = {name: value.strip() if value and value.strip() else None for name, value in chosen.items()}
    found = list_entries(caller, **wanted, limit=50, cursor=cursor)
    actors = {entry.actor for entry in found.items if entry.actor_kind in ("user", "key", "demo")}
    return render(
        request,
        caller,
        "audit/list.html",
        entries=[(entry, datetime.fromisoformat(entry.at)) for entry in found.items],
        next_cursor=found.next_cursor,
        cursor=cursor,
        chosen={name: value or "" for name, value in wanted.items()},
        people=colleagues(caller.repository, actors - set(_NO_USER)),
        actor_kinds=_ACTOR_KINDS,
        objects=OBJECTS,
        action_zh=action_zh,
        head=head(caller),
    )
