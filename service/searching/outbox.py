"""The outbox of the case index: what other parts write in their own transaction, and what is still to be delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from service.jobs.contract import Tools
from service.jobs.submitting import OPEN, submit
from service.store.models.working import Job, OutboxEntry
from service.store.types import utc_now

if TYPE_CHECKING:
    from nlp.retrieval import Case

TOPIC = "case_index"
MAX_TRIES = 5
_AFTER_FAILURE_S = 30
_KEEP = timedelta(days=30)


def case_added(session: Session, case: Case) -> None:
    """Have the index take up a case, or its new content, once the transaction is committed."""
    _entry(session, case.id, {"op": "add", "case": case.model_dump(mode="json")})


def case_removed(session: Session, case_id: str) -> None:
    """Have the index forget a case once the transaction is committed."""
    _entry(session, case_id, {"op": "remove"})


def _entry(session: Session, case_id: str, payload: dict[str, object]) -> None:
    session.add(OutboxEntry(topic=TOPIC, object_type="case", object_id=case_id, payload=payload))


def due() -> ColumnElement[bool]:
    """Entries that wait, without those that failed too often to be tried unasked."""
    return (OutboxEntry.topic == TOPIC) & OutboxEntry.delivered_at.is_(None) & (OutboxEntry.tries < MAX_TRIES)


def waiting(session: Session) -> tuple[int, int]:
    """How many entries wait, and how many of the undelivered were given up; in a session of the system."""
    undelivered = OutboxEntry.delivered_at.is_(None) & (OutboxEntry.topic == TOPIC)
    given_up = select(func.count()).select_from(OutboxEntry).where(undelivered, OutboxEntry.tries >= MAX_TRIES)
    return (
        session.scalar(select(func.count()).select_from(OutboxEntry).where(due())) or 0,
        session.scalar(given_up) or 0,
    )


def waiting_since(session: Session) -> datetime | None:
    """When the entry that has waited longest was written; None where none waits; in a session of the system."""
    return session.scalar(select(func.min(OutboxEntry.created_at)).where(due()))


def ask_for_sync(tools: Tools) -> None:
    """Submit the work of delivering, when something waits and nobody is at it."""
    with tools.repository.system_read("index") as session:
        if session.scalar(select(OutboxEntry.seq).where(due()).limit(1)) is None:
            return
    with tools.repository.system_write("index") as session:
        latest = session.scalar(select(Job).where(Job.kind == "index.sync").order_by(Job.id.desc()).limit(1))
        if latest is not None:
            if latest.state in OPEN:
                return
            ended = latest.finished_at
            if latest.state == "failed" and ended and (utc_now() - ended).total_seconds() < _AFTER_FAILURE_S:
                return
        submit(session, None, "index.sync", {})


def forget_old(session: Session) -> int:
    """Remove entries of a month ago that were delivered, or that no other store listens for; returns how many."""
    done = OutboxEntry.delivered_at.is_not(None) | (OutboxEntry.topic != TOPIC)
    removed = session.execute(delete(OutboxEntry).where(done, OutboxEntry.created_at < utc_now() - _KEEP))
    return int(getattr(removed, "rowcount", 0))
