"""Checking the log: every entry, the order, the head, and an anchor kept elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import AuditChainError, InvalidInputError
from service.audit.chain import GENESIS, HASHED, entry_hash
from service.store.models.auditing import AuditEntry, AuditHead
from service.store.models.working import Instance
from service.store.types import utc_now

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at a moment, to be kept where the machine's administrator cannot write."""

    instance: str
    seq: int
    hash: str
    at: str

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)


def head_of(session: Session) -> Head:
    """The present head; in a session of the system."""
    head = session.get_one(AuditHead, 1)
    instance = session.get_one(Instance, 1)
    return Head(instance.id, head.seq, head.hash, utc_now().isoformat(timespec="seconds"))


def read_head(path: Path) -> Head:
    """A head that was exported before.

    Raises:
        InvalidInputError: the file is not there or holds no head.
    """
    try:
        return Head(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise InvalidInputError("no exported head of an audit log", path=str(path), hint="yanpan audit head") from None


def verify(session: Session, anchor: Head | None = None) -> Head:
    """Walk the chain from its first entry; returns the head that it leads to.

    Args:
        session: of the system, for reading. On PostgreSQL it is turned to one consistent view.
        anchor: an earlier head of the same log, which the chain must pass through.

    Raises:
        AuditChainError: names the first entry that was changed, removed or put in, or says that the end is missing.
        InvalidInputError: the anchor belongs to another database.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    head = head_of(session)
    if anchor is not None and anchor.instance != head.instance:
        raise InvalidInputError("the exported head belongs to another database", expected=head.instance)
    seq, previous = 0, GENESIS
    columns = (*HASHED, "hash")
    while True:
        rows = session.execute(
            select(*(getattr(AuditEntry, name) for name in columns))
            .where(AuditEntry.seq > seq)
            .order_by(AuditEntry.seq)
            .limit(_BATCH)
        ).all()
        for row in rows:
            entry = dict(zip(columns, row, strict=True))
            if entry["seq"] != seq + 1:
                raise _broken(seq + 1, "the entry is missing")
            seq += 1
            if entry["prev_hash"] != previous:
                raise _broken(seq, "the entry does not follow from the one before it")
            if entry_hash(entry) != entry["hash"]:
                raise _broken(seq, "the entry was changed after it was written")
            previous = entry["hash"]
            if anchor is not None and anchor.seq == seq and anchor.hash != previous:
                raise _broken(seq, "the log was written anew since the head was exported")
        if len(rows) < _BATCH:
            break
    if (head.seq, head.hash) != (seq, previous):
        raise _broken(min(seq, head.seq) + 1, "the log does not end where its head says")
    if anchor is not None and anchor.seq > seq:
        raise _broken(seq + 1, "entries are missing that were there when the head was exported")
    return head


def _broken(seq: int, what: str) -> AuditChainError:
    return AuditChainError(what, path="audit log", place=f"entry {seq}", hint="compare with a backup")
