"""Appending to the log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from nlp.errors import StoreError
from service.audit.chain import canonical, entry_hash
from service.store.base import table_of
from service.store.database import StoreSession
from service.store.models.auditing import AuditEntry, AuditHead
from service.store.types import utc_now

Detail = str | int | float | bool | None | Sequence[str | int]
_PLAIN = re.compile(r"[\x20-\x7e]{0,200}")
_HEAD = table_of(AuditHead)
_ENTRIES = table_of(AuditEntry)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: ``kind`` is user, key, demo, system or anonymous; ``id`` the user's id or the system part's name."""

    id: str
    kind: str
    key_id: str | None = None


ANONYMOUS = Actor("-", "anonymous")


def record(
    session: Session,
    action: str,
    object_type: str | None = None,
    object_id: str | None = None,
    /,
    **details: Detail,
) -> None:
    """Queue an entry; it is written when the session's transaction commits, and only then.

    In a session for reading the entry is written in a transaction of its own before the caller gets what was read.

    Args:
        session: of ``service.access.Repository``, which knows the actor.
        action: ``<object>.<verb>``, e.g. ``record.view``, ``search.run``.
        object_type, object_id: what it was done to.
        details: ids, counts and words of the product. No personal text.

    Raises:
        ValueError: a detail is anything but short printable ASCII text, a number, a truth value or a list of such.
    """
    _plain(action, object_type, object_id)
    for name, value in details.items():
        _check(name, value)
    session.info.setdefault("audit", []).append((action, object_type, object_id, details))


def append(session: Session, actor: Actor, request_id: str | None, entries: Sequence[tuple[Any, ...]]) -> None:
    """Write entries at the end of the chain, inside the session's transaction.

    The head's row is held from here to the commit, so that appenders queue up and numbers have no gap.
    """
    connection = session.connection()
    # Written to before it is read: that takes the row's lock on PostgreSQL.
    connection.execute(update(_HEAD).where(_HEAD.c.one == 1).values(seq=_HEAD.c.seq))
    head = connection.execute(select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.one == 1)).one_or_none()
    if head is None:
        raise StoreError("the head of the audit log is missing")
    seq, previous = head
    rows = []
    for action, object_type, object_id, details in entries:
        seq += 1
        known: Mapping[str, Any] = details if actor.key_id is None else {**details, "key": actor.key_id}
        row = {
            "seq": seq,
            "at": utc_now().isoformat(timespec="microseconds"),
            "actor": actor.id,
            "actor_kind": actor.kind,
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "details": canonical(known),
            "request_id": request_id,
            "prev_hash": previous,
        }
        previous = row["hash"] = entry_hash(row)
        rows.append(row)
    connection.execute(insert(_ENTRIES), rows)
    connection.execute(update(_HEAD).where(_HEAD.c.one == 1).values(seq=seq, hash=previous))


@event.listens_for(StoreSession, "before_commit")
def _write_queue(session: Session) -> None:
    entries = session.info.pop("audit", None)
    if not entries:
        return
    session.flush()  # what fails, fails before the head is held
    append(session, session.info.get("actor", ANONYMOUS), session.info.get("request_id"), entries)


def _check(name: str, value: Detail) -> None:
    if isinstance(value, str):
        _plain(value)
    elif isinstance(value, Sequence):
        for part in value:
            _check(name, part)
    elif not (value is None or isinstance(value, int | float)):
        raise ValueError(f"audit detail {name} is a {type(value).__name__}")


def _plain(*texts: str | None) -> None:
    for text in texts:
        if text is not None and _PLAIN.fullmatch(text) is None:
            raise ValueError("audit entries hold short printable ASCII text only")
