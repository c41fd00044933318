"""``/v1/audit``: the log, its head, and whether the chain holds."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from nlp.errors import AuditChainError
from service.api.deps import Caller, Cursor, Limit, requires
from service.audit.log import record
from service.audit.verify import head_of, verify
from service.store.models.auditing import AuditEntry
from service.store.paging import Order, list_scope, page

router = APIRouter(tags=["审计"])
Auditor = Annotated[Caller, requires("audit.read")]
Words = Annotated[str | None, Query(max_length=300, pattern=r"^[\x20-\x7e]*$")]


class EntryOut(BaseModel):
    """One entry."""

    seq: int
    at: str
    actor: str
    actor_kind: str
    action: str
    object_type: str | None
    object_id: str | None
    details: dict[str, Any]
    request_id: str | None
    prev_hash: str
    hash: str


class EntriesOut(BaseModel):
    """A page of entries, newest first."""

    items: list[EntryOut]
    next_cursor: str | None


class HeadOut(BaseModel):
    """The end of the chain."""

    instance: str
    seq: int
    hash: str
    at: str


class ChainOut(BaseModel):
    """Whether the chain holds."""

    intact: bool
    entries: int | None = Field(description="how many were checked; null when one is broken")
    broken_at: str | None = Field(description="the first broken entry")
    what: str | None


@router.get("/audit", summary="审计日志")
def list_entries(
    caller: Auditor,
    actor: Words = None,
    action: Words = None,
    object_type: Words = None,
    object_id: Words = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EntriesOut:
    """Entries, newest first; reading them is an entry, too."""
    filters = {"actor": actor, "action": action, "object_type": object_type, "object_id": object_id}
    statement = select(AuditEntry)
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(getattr(AuditEntry, name) == value)
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(AuditEntry.seq, "desc")],
            cursors=caller.cursors,
            scope=list_scope("audit", {"reader": caller.principal.id, **filters}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "audit.view", filters=sorted(name for name, value in filters.items() if value is not None))
        return EntriesOut(items=[_out(entry) for entry in found.items], next_cursor=found.next_cursor)


@router.get("/audit/head", summary="日志末端(留存于本机之外)")
def head(caller: Auditor) -> HeadOut:
    """The head, to be kept where the machine's administrator cannot write."""
    with caller.repository.system_read("audit") as session:
        found = head_of(session)
    return HeadOut(instance=found.instance, seq=found.seq, hash=found.hash, at=found.at)


@router.get("/audit/verify", summary="核验日志")
def check(caller: Auditor) -> ChainOut:
    """Walk the whole chain; takes some seconds for a million entries."""
    with caller.write() as session:
        record(session, "audit.verify")
    try:
        with caller.repository.system_read("audit") as session:
            found = verify(session)
    except AuditChainError as error:
        return ChainOut(intact=False, entries=None, broken_at=error.place, what=error.message)
    return ChainOut(intact=True, entries=found.seq, broken_at=None, what=None)


def _out(entry: AuditEntry) -> EntryOut:
    return EntryOut(
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        actor_kind=entry.actor_kind,
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        details=json.loads(entry.details),
        request_id=entry.request_id,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
    )
