"""What waits for review, the least certain first."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidCursorError
from service.access import Principal
from service.audit.log import record
from service.review.shapes import TagOut, tag_out
from service.store.models import Record, RecordVersion, Review, ReviewAssignment, ReviewRound, TagRow
from service.store.paging import MAX_LIMIT, Cursors, Page, list_scope

_AROUND = 60


class QueueFilters(BaseModel):
    """Which part of the queue."""

    record_id: str | None = None
    round_id: str | None = None
    unit_id: str | None = None
    doc_type: str | None = None
    label: str | None = None
    polarity: str | None = None


class QueueItem(BaseModel):
    """A proposed tag in its sentence."""

    tag: TagOut
    title: str | None
    doc_type: str | None
    round_id: str | None = Field(description="the blind round it is to be decided in")
    context_start: int
    context: str = Field(description="the words around it; text[context_start:][:len(context)] of the version")


def queue(
    session: Session,
    principal: Principal,
    filters: QueueFilters,
    *,
    cursors: Cursors,
    limit: int,
    cursor: str | None = None,
) -> Page[QueueItem]:
    """A page of proposed tags of current versions, in order of uncertainty; those of unknown uncertainty come last.

    Records of a blind round are in the queue of its two reviewers only, without what each has decided already.

    Raises:
        InvalidCursorError: the cursor belongs to another list.
    """
    principal.require("review.write")
    limit = max(1, min(limit, MAX_LIMIT))
    scope = list_scope("review-queue", {"reader": principal.id, **filters.model_dump()})
    # Unknown ones sort below every known one; a NULL could not be compared with a cursor.
    certainty = func.coalesce(TagRow.uncertainty, -1.0)
    statement = _filtered(_waiting(principal), filters)
    if cursor is not None:
        statement = statement.where(_after(certainty, cursors.read(scope, cursor)))
    rows = session.scalars(statement.order_by(certainty.desc(), TagRow.id.asc()).limit(limit + 1)).all()
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = cursors.make(scope, [-1.0 if last.uncertainty is None else last.uncertainty, last.id])
    items = _items(session, rows[:limit])
    record(session, "review_queue.view", "review_queue", None, items=len(items))
    return Page(items, following)


def waiting(session: Session, principal: Principal, filters: QueueFilters | None = None) -> int:
    """How many tags wait for somebody."""
    statement = _filtered(_waiting(principal), filters or QueueFilters())
    return int(session.scalar(select(func.count()).select_from(statement.with_only_columns(TagRow.id).subquery())) or 0)


def _after(certainty: ColumnElement[float], values: Sequence[object]) -> ColumnElement[bool]:
    if len(values) != 2 or not isinstance(values[0], int | float) or not isinstance(values[1], str):
        raise InvalidCursorError("the cursor does not belong to this list")
    return or_(certainty < values[0], and_(certainty == values[0], TagRow.id > values[1]))


def _waiting(principal: Principal) -> Select[TagRow]:
    unfinished = select(ReviewRound.version_id).where(
        ReviewRound.blind.is_(True), ReviewRound.state.in_(("open", "adjudicating"))
    )
    own = (
        select(ReviewAssignment.version_id)
        .join(ReviewRound, ReviewRound.id == ReviewAssignment.round_id)
        .where(
            ReviewAssignment.reviewer_id == principal.id,
            ReviewAssignment.finished_at.is_(None),
            ReviewRound.state == "open",
        )
    )
    sealed = select(Review.tag_id).where(
        Review.reviewer_id == principal.id,
        Review.sealed.is_(True),
        Review.undone_at.is_(None),
        Review.tag_id.is_not(None),
    )
    return (
        select(TagRow)
        .join(Record, Record.current_version_id == TagRow.version_id)
        .where(
            TagRow.state == "proposed",
            or_(TagRow.version_id.not_in(unfinished), TagRow.version_id.in_(own)),
            or_(TagRow.version_id.not_in(own), TagRow.id.not_in(sealed)),
        )
    )


def _filtered(statement: Select[TagRow], filters: QueueFilters) -> Select[TagRow]:
    columns = {
        "record_id": TagRow.record_id,
        "unit_id": Record.unit_id,
        "doc_type": Record.doc_type,
        "label": TagRow.label,
        "polarity": TagRow.polarity,
    }
    for name, column in columns.items():
        value = getattr(filters, name)
        if value is not None:
            statement = statement.where(column == value)
    if filters.round_id is not None:
        of_round = select(ReviewRound.version_id).where(ReviewRound.id == filters.round_id)
        statement = statement.where(TagRow.version_id.in_(of_round))
    return statement


def _items(session: Session, tags: Sequence[TagRow]) -> list[QueueItem]:
    ids = {tag.version_id for tag in tags}
    versions = {one.id: one for one in session.scalars(select(RecordVersion).where(RecordVersion.id.in_(ids)))}
    own = select(ReviewRound.version_id, ReviewRound.id).where(
        ReviewRound.version_id.in_(ids), ReviewRound.blind.is_(True), ReviewRound.state == "open"
    )
    rounds = {row.version_id: row.id for row in session.execute(own)}
    found = []
    for tag in tags:
        version = versions[tag.version_id]
        start, end = around(version.text, tag.start, tag.end)
        found.append(
            QueueItem(
                tag=tag_out(tag),
                title=version.title,
                doc_type=version.doc_type,
                round_id=rounds.get(tag.version_id),
                context_start=start,
                context=version.text[start:end],
            )
        )
    return found


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with at most ``_AROUND`` characters on either side, within its line."""
    left = max(text.rfind("\n", 0, start) + 1, start - _AROUND)
    line_end = text.find("\n", end)
    return left, min(len(text) if line_end < 0 else line_end, end + _AROUND)
