"""Review: what people decide about tags, in open or blind rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Identified, Versioned, reference
from service.store.types import Characters, Json, Short


class ReviewRound(Versioned, Base):
    """One pass over a version. In a blind round nobody sees another's decisions before all have finished.

    ``state``: open, adjudicating, closed. ``sampled``: drawn at random to estimate what the machine missed.
    """

    __tablename__ = "review_rounds"

    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    blind: Mapped[bool] = mapped_column(Boolean, default=False)
    sampled: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(Short(16), default="open", index=True)
    created_by: Mapped[str] = reference("users.id")
    closed_at: Mapped[datetime | None]


class ReviewAssignment(Versioned, Base):
    """Somebody is to review in a round, or has finished."""

    __tablename__ = "review_assignments"
    __table_args__ = (UniqueConstraint("round_id", "reviewer_id"),)

    round_id: Mapped[str] = reference("review_rounds.id", index=False)
    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    reviewer_id: Mapped[str] = reference("users.id")
    finished_at: Mapped[datetime | None]


class Review(Versioned, Base):
    """One decision of one person about one tag, or a tag added.

    ``action``: accept, change, reject, add. ``proposal`` holds the attributes wanted (change, add) in the shape of
    ``nlp.schema.Tag``. ``origin``: workbench, api, import. ``sealed`` decisions belong to a blind round that is still open
    and are seen by their author only. ``undone_at`` withdraws a decision; the row stays.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "version_id", "reviewer_id"),)

    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id", index=False)
    round_id: Mapped[str | None] = reference("review_rounds.id", nullable=True)
    tag_id: Mapped[str | None] = reference("tags.id", nullable=True)
    result_tag_id: Mapped[str | None] = reference("tags.id", nullable=True)
    reviewer_id: Mapped[str] = reference("users.id")
    action: Mapped[str] = mapped_column(Short(16))
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    quote: Mapped[str] = mapped_column(Characters)
    proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    comment: Mapped[str | None] = mapped_column(Characters)
    origin: Mapped[str] = mapped_column(Short(16), default="api")
    sealed: Mapped[bool] = mapped_column(Boolean, default=False)
    undone_at: Mapped[datetime | None]


class Adjudication(Identified, Base):
    """What was decided where the reviews of a blind round differ, never changed.

    ``chosen_review_id`` is the review that was right, or None when ``proposal`` takes the place of all, or nothing holds.
    """

    __tablename__ = "adjudications"
    immutable = True

    round_id: Mapped[str] = reference("review_rounds.id")
    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(Short(16))
    chosen_review_id: Mapped[str | None] = reference("reviews.id", nullable=True)
    result_tag_id: Mapped[str | None] = reference("tags.id", nullable=True)
    proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(Characters)
    adjudicator_id: Mapped[str] = reference("users.id")
