"""The audit log: entries chained by hash, and the head of the chain."""

from __future__ import annotations

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base
from service.store.types import Characters, Counter, Hash, Short


class AuditEntry(Base):
    """One thing somebody did. Columns hold exactly the text that was hashed; triggers refuse every change."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "actor", "seq"), Index(None, "object_type", "object_id", "seq"))
    immutable = True

    seq: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(Short(32), index=True)
    actor: Mapped[str] = mapped_column(Short(64))
    actor_kind: Mapped[str] = mapped_column(Short(16))
    action: Mapped[str] = mapped_column(Short(64), index=True)
    object_type: Mapped[str | None] = mapped_column(Short(64))
    object_id: Mapped[str | None] = mapped_column(Short(300))
    details: Mapped[str] = mapped_column(Characters)
    request_id: Mapped[str | None] = mapped_column(Short(64))
    prev_hash: Mapped[str] = mapped_column(Hash)
    hash: Mapped[str] = mapped_column(Hash, unique=True)


class AuditHead(Base):
    """One row: number and hash of the last entry. Whoever appends holds it, so that there is one chain without gaps."""

    __tablename__ = "audit_head"

    one: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Counter)
    hash: Mapped[str] = mapped_column(Hash)
