"""Work in progress: batches, jobs, the outbox, idempotency, and what identifies this database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Placed, Versioned, reference
from service.store.ids import new_id
from service.store.types import Characters, Counter, Hash, Id, Json, Short, UtcDateTime, utc_now


class Batch(Versioned, Placed, Base):
    """Many files given at once. ``state``: open, running, done, cancelled."""

    __tablename__ = "batches"

    name: Mapped[str] = mapped_column(Short(300))
    state: Mapped[str] = mapped_column(Short(16), default="open", index=True)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_by: Mapped[str] = reference("users.id")


class BatchItem(Versioned, Base):
    """One file of a batch. ``state``: queued, running, done, failed, duplicate, cancelled."""

    __tablename__ = "batch_items"
    __table_args__ = (UniqueConstraint("batch_id", "ordinal"), Index(None, "batch_id", "state"))

    batch_id: Mapped[str] = reference("batches.id", index=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    file_name: Mapped[str] = mapped_column(Short(500))
    file_sha256: Mapped[str | None] = mapped_column(Hash)
    state: Mapped[str] = mapped_column(Short(16), default="queued")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    record_id: Mapped[str | None] = reference("records.id", nullable=True)


class Job(Versioned, Base):
    """Background work and how far it is. ``state``: queued, running, done, failed, cancelled.

    ``workflow_id`` names it to the job engine. ``total`` is None while nobody can say. Counts only, no personal text.
    """

    __tablename__ = "jobs"

    owner_id: Mapped[str | None] = reference("users.id", nullable=True)
    workflow_id: Mapped[str | None] = mapped_column(Short(200), unique=True)
    kind: Mapped[str] = mapped_column(Short(64), index=True)
    state: Mapped[str] = mapped_column(Short(16), default="queued", index=True)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    total: Mapped[int | None] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class OutboxEntry(Base):
    """Something other stores must hear of (the case index), written in the transaction of the change itself.

    ``seq`` orders the entries of one object; entries of different objects may become visible out of order.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "delivered_at", "seq"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    topic: Mapped[str] = mapped_column(Short(64))
    object_type: Mapped[str] = mapped_column(Short(64))
    object_id: Mapped[str] = mapped_column(Short(300))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    delivered_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Characters)


class IdempotencyKey(Base):
    """An answer that was given, kept so that the same request asked again gets it again and does nothing."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (PrimaryKeyConstraint("owner_id", "key"),)

    owner_id: Mapped[str] = mapped_column(Id)
    key: Mapped[str] = mapped_column(Short(200))
    request_hash: Mapped[str] = mapped_column(Hash)
    status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    headers: Mapped[dict[str, str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class Instance(Base):
    """One row: what identifies this database, and the secret that signs its page cursors."""

    __tablename__ = "instance"

    one: Mapped[int] = mapped_column(Integer, primary_key=True, default=1, autoincrement=False)
    id: Mapped[str] = mapped_column(Id, default=new_id)
    secret: Mapped[str] = mapped_column(Short(64))
