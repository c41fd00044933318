"""Subjects: whom records are about, under a pseudonym."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Placed, Versioned, reference
from service.store.types import Characters, Json, Short


class Subject(Versioned, Placed, Base):
    """A person or team evaluated, known by ``code``; the name stands apart in :class:`SubjectIdentity`.

    ``kind``: person, team.
    """

    __tablename__ = "subjects"

    code: Mapped[str] = mapped_column(Short(64), unique=True)
    kind: Mapped[str] = mapped_column(Short(16), default="person")
    created_by: Mapped[str] = reference("users.id")


class SubjectIdentity(Versioned, Base):
    """The name behind a pseudonym; seeing it takes a permission of its own."""

    __tablename__ = "subject_identities"

    subject_id: Mapped[str] = reference("subjects.id", unique=True)
    name: Mapped[str] = mapped_column(Short(200))
    position: Mapped[str | None] = mapped_column(Short(300))
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)


class SubjectLink(Versioned, Base):
    """A record is about a subject: the words that show it, and who decided.

    ``role``: target, team, mentioned. ``state``: proposed, confirmed, rejected. ``relation``: how the record's source
    stands to the subject (superior, peer, subordinate, public, self, organisation), where it was stated. ``start``, ``end``
    and ``quote`` come together or not at all; without them a person stated the link without words of the text.
    """

    __tablename__ = "subject_links"
    __table_args__ = (Index(None, "subject_id", "record_id"),)

    subject_id: Mapped[str] = reference("subjects.id", index=False)
    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    role: Mapped[str] = mapped_column(Short(16), default="target")
    relation: Mapped[str | None] = mapped_column(Short(16))
    state: Mapped[str] = mapped_column(Short(16), default="proposed")
    score: Mapped[float | None] = mapped_column(Float)
    start: Mapped[int | None] = mapped_column(Integer)
    end: Mapped[int | None] = mapped_column(Integer)
    quote: Mapped[str | None] = mapped_column(Characters)
    reason: Mapped[str | None] = mapped_column(Short(500))
    created_by: Mapped[str | None] = reference("users.id", nullable=True)
    decided_by: Mapped[str | None] = reference("users.id", nullable=True)
    decided_at: Mapped[datetime | None]
