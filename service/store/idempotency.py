"""The same request, asked again, gets the same answer and does nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from nlp.errors import ConflictError, IdempotencyConflictError, InvalidInputError
from service.store.models.working import IdempotencyKey
from service.store.types import utc_now

KEEP = timedelta(days=7)
_MAX_KEY = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: status, JSON body, headers (``ETag``, ``Location``).

    ``shown_once`` takes part in the first answer only and is kept nowhere: a new key, a one-time password.
    """

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    shown_once: dict[str, Any] = field(default_factory=dict)
    replayed: bool = False


def request_hash(method: str, path: str, body: bytes) -> str:
    """SHA-256 of what makes two requests the same request."""
    digest = hashlib.sha256()
    for part in (method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def once(session: Session, owner_id: str, key: str | None, hashed: str, work: Callable[[], Answer]) -> Answer:
    """Do the work and keep its answer, or give the answer that is kept.

    The answer is written in the work's own transaction: both are there or neither. Of two such requests at once the second
    waits for the first and then fails with :class:`ConflictError`, which :func:`retried` turns into the answer.

    Args:
        session: for writing.
        owner_id: the caller's user id; keys of different people never meet.
        key: the ``Idempotency-Key`` header; None for work that is simply done.
        hashed: :func:`request_hash` of the request.
        work: does it, in the same session.

    Raises:
        IdempotencyConflictError: the key came with another request before.
    """
    if key is None:
        return work()
    if not (0 < len(key) <= _MAX_KEY and key.isprintable()):
        raise InvalidInputError("the Idempotency-Key is not usable", expected=f"1 to {_MAX_KEY} printable characters")
    kept = session.get(IdempotencyKey, (owner_id, key))
    if kept is not None:
        if kept.request_hash != hashed:
            raise IdempotencyConflictError("this Idempotency-Key came with another request", hint="use a new key")
        return Answer(kept.status or 200, kept.answer or {}, kept.headers or {}, replayed=True)
    row = IdempotencyKey(owner_id=owner_id, key=key, request_hash=hashed)
    session.add(row)
    session.flush()
    answer = work()
    row.status, row.answer, row.headers = answer.status, answer.body, answer.headers
    return answer


def retried(attempt: Callable[[], Answer], key: str | None) -> Answer:
    """Run an attempt (a whole transaction), and once more when another request with the same key was first."""
    try:
        return attempt()
    except ConflictError as error:
        if key is None or "idempotency_keys" not in (error.place or ""):
            raise
        return attempt()


def forget_old(session: Session) -> int:
    """Remove answers older than ``KEEP``, in a session of the system; returns how many."""
    done = session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < utc_now() - KEEP))
    return int(getattr(done, "rowcount", 0))
