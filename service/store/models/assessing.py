"""Assess (研判) and apply (运用): notes about a subject on an occasion, and the human decision that followed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Identified, Placed, Versioned, reference
from service.store.types import Characters, Json, Short


class Assessment(Versioned, Placed, Base):
    """A note about one subject on one occasion. ``state``: draft, submitted, approved, returned."""

    __tablename__ = "assessments"

    subject_id: Mapped[str] = reference("subjects.id")
    occasion: Mapped[str] = mapped_column(Short(300))
    state: Mapped[str] = mapped_column(Short(16), default="draft", index=True)
    current_version_id: Mapped[str | None] = mapped_column(Short(36))
    versions: Mapped[int] = mapped_column(Integer, default=0)
    author_id: Mapped[str] = reference("users.id")
    submitted_by: Mapped[str | None] = reference("users.id", nullable=True)
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = reference("users.id", nullable=True)
    decided_at: Mapped[datetime | None]
    return_reason: Mapped[str | None] = mapped_column(Characters)


class AssessmentVersion(Identified, Base):
    """One version of a note, never changed. ``circumstances`` records 三个区分开来: which distinction, with evidence."""

    __tablename__ = "assessment_versions"
    __table_args__ = (UniqueConstraint("assessment_id", "number"),)
    immutable = True

    assessment_id: Mapped[str] = reference("assessments.id", index=False)
    number: Mapped[int] = mapped_column(Integer)
    summary: Mapped[str] = mapped_column(Characters)
    circumstances: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    author_id: Mapped[str] = reference("users.id")


class AssessmentReturn(Identified, Base):
    """One return of a note, never changed: ``number`` of the version that was returned, why, by whom (NULL: not known)."""

    __tablename__ = "assessment_returns"
    __table_args__ = (UniqueConstraint("assessment_id", "number"),)
    immutable = True

    assessment_id: Mapped[str] = reference("assessments.id", index=False)
    number: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Characters)
    returned_by: Mapped[str | None] = reference("users.id", nullable=True)


class Finding(Identified, Base):
    """One statement of a note; what it rests on stands in :class:`FindingEvidence`."""

    __tablename__ = "findings"
    __table_args__ = (UniqueConstraint("assessment_version_id", "ordinal"),)
    immutable = True

    assessment_id: Mapped[str] = reference("assessments.id")
    assessment_version_id: Mapped[str] = reference("assessment_versions.id", index=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    statement: Mapped[str] = mapped_column(Characters)
    label: Mapped[str | None] = mapped_column(Short(64))
    polarity: Mapped[str | None] = mapped_column(Short(1))


class FindingEvidence(Identified, Base):
    """A reviewed tag that a finding cites, with the words as they stood when it was cited."""

    __tablename__ = "finding_evidence"
    __table_args__ = (UniqueConstraint("finding_id", "tag_id"),)
    immutable = True

    finding_id: Mapped[str] = reference("findings.id", index=False)
    assessment_id: Mapped[str] = reference("assessments.id")
    tag_id: Mapped[str] = reference("tags.id")
    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    quote: Mapped[str] = mapped_column(Characters)


class AssessmentCase(Identified, Base):
    """A similar case attached to a version of a note, with the reasons that were shown. It may belong to another unit."""

    __tablename__ = "assessment_cases"
    __table_args__ = (UniqueConstraint("assessment_version_id", "case_id"),)
    immutable = True

    assessment_id: Mapped[str] = reference("assessments.id")
    assessment_version_id: Mapped[str] = reference("assessment_versions.id", index=False)
    case_id: Mapped[str] = mapped_column(Short(300))
    case_unit: Mapped[str | None] = mapped_column(Short(300))
    case_confidentiality: Mapped[int] = mapped_column(Integer, default=0)
    reasons: Mapped[dict[str, Any]] = mapped_column(Json)
    comment: Mapped[str | None] = mapped_column(Characters)


class Decision(Versioned, Placed, Base):
    """What people decided after an approved note. ``state``: open, closed; a closed one becomes a historical case.

    ``measure``: one of the words of ``service.api`` for 培养、使用、提醒、函询、诫勉、容错、澄清、调整 and the rest.
    """

    __tablename__ = "decisions"

    assessment_id: Mapped[str] = reference("assessments.id")
    subject_id: Mapped[str] = reference("subjects.id")
    measure: Mapped[str] = mapped_column(Short(32))
    decided_by: Mapped[str] = mapped_column(Short(200))
    decided_on: Mapped[date] = mapped_column(Date)
    follow_up_on: Mapped[date | None] = mapped_column(Date, index=True)
    note: Mapped[str | None] = mapped_column(Characters)
    state: Mapped[str] = mapped_column(Short(16), default="open", index=True)
    outcome: Mapped[str | None] = mapped_column(Characters)
    closed_by: Mapped[str | None] = reference("users.id", nullable=True)
    closed_at: Mapped[datetime | None]
    case_id: Mapped[str | None] = mapped_column(Short(300), unique=True)
    created_by: Mapped[str] = reference("users.id")
