"""Reviewed records as gold for ``yanpan train`` and ``yanpan evaluate``, each tag with its origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from service.access import Principal
from service.store.models import Record, RecordVersion, Review, ReviewRound, TagRow

BATCH = 50


class GoldFilters(BaseModel):
    """Which records."""

    model_config = ConfigDict(extra="forbid")

    unit_id: str | None = Field(default=None, max_length=36)
    doc_type: str | None = Field(default=None, max_length=32)
    blind_only: bool = Field(default=False, description="only records that two people reviewed blind")
    complete: bool = Field(
        default=True, description="only records with a decision about every tag; a missing one would teach an error"
    )


def gold_after(
    session: Session, principal: Principal, filters: GoldFilters, after: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The next documents, and the id to go on from; None at the end.

    A document has the shape of ``nlp.evaluation.gold.GoldDocument`` and says more: where it comes from, and of each tag
    who made it and who decided.
    """
    principal.require("export.create")
    statement = _reviewed(filters).order_by(Record.id).limit(BATCH)
    if after is not None:
        statement = statement.where(Record.id > after)
    rows = session.execute(statement).all()
    documents = [_document(session, version) for _, version in rows]
    return documents, rows[-1][0].id if len(rows) == BATCH else None


def gold(session: Session, principal: Principal, filters: GoldFilters | None = None) -> Iterator[dict[str, Any]]:
    """All documents, in the order in which their records came."""
    after: str | None = None
    while True:
        documents, after = gold_after(session, principal, filters or GoldFilters(), after)
        yield from documents
        if after is None:
            return


def _reviewed(filters: GoldFilters) -> Select[Record, RecordVersion]:
    decided = exists().where(
        Review.version_id == RecordVersion.id,
        Review.undone_at.is_(None),
        Review.sealed.is_(False),
        Review.action.in_(("accept", "change", "reject", "add")),
    )
    unfinished = exists().where(
        ReviewRound.version_id == RecordVersion.id,
        ReviewRound.blind.is_(True),
        ReviewRound.state.in_(("open", "adjudicating")),
    )
    statement = (
        select(Record, RecordVersion)
        .join(RecordVersion, RecordVersion.id == Record.current_version_id)
        .where(decided, ~unfinished)
    )
    if filters.complete:
        statement = statement.where(~exists().where(TagRow.version_id == RecordVersion.id, TagRow.state == "proposed"))
    if filters.blind_only:
        statement = statement.where(
            exists().where(
                ReviewRound.version_id == RecordVersion.id, ReviewRound.blind.is_(True), ReviewRound.state == "closed"
            )
        )
    if filters.unit_id is not None:
        statement = statement.where(Record.unit_id == filters.unit_id)
    if filters.doc_type is not None:
        statement = statement.where(Record.doc_type == filters.doc_type)
    return statement


def _document(session: Session, version: RecordVersion) -> dict[str, Any]:
    tags = session.scalars(
        select(TagRow)
        .where(TagRow.version_id == version.id, TagRow.state == "accepted")
        .order_by(TagRow.start, TagRow.end, TagRow.id)
    ).all()
    reviewers: dict[str, list[str]] = {}
    decisions = session.scalars(
        select(Review)
        .where(Review.version_id == version.id, Review.undone_at.is_(None), Review.result_tag_id.is_not(None))
        .order_by(Review.id)
    )
    rounds: set[str] = set()
    for review in decisions:
        reviewers.setdefault(str(review.result_tag_id), []).append(review.reviewer_id)
        if review.round_id is not None:
            rounds.add(review.round_id)
    return {
        "id": version.id,
        "text": version.text,
        "doc_type": version.doc_type,
        "author": "review",
        "tags": [
            {
                "start": tag.start,
                "end": tag.end,
                "quote": tag.quote,
                "label": tag.label,
                "polarity": tag.polarity,
                "status": tag.status,
                "subject": tag.subject,
                "kind": tag.kind,
                "score": 1.0,
                "source": tag.source,
                "origin": tag.origin,
                "replaces": tag.replaces_id,
                "reviewed_by": sorted(set(reviewers.get(tag.id, ()))),
            }
            for tag in tags
        ],
        "origin": {"record_id": version.record_id, "version": version.number, "rounds": sorted(rounds)},
    }
