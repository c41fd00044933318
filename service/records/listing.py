"""Lists of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from nlp.errors import NotFoundError
from nlp.schema import DocType
from service.access import Principal
from service.access.guard import reach
from service.audit.log import record as audit
from service.records.details import checked_date
from service.records.finding import holds, words_of
from service.store.models import Record, RecordVersion, TagRow, UnitClosure
from service.store.paging import Cursors, Order, Page, list_scope, page

LIVE = ("proposed", "accepted")
STRETCHES: Final = (200, 2_000, 20_000)
"""Of how many records the texts are read first; most words stand in enough of them to fill a page."""

SignedLabel = Annotated[
    str, Field(pattern=r"^[a-z_]{1,60}[+-]?$", description="responsibility+, integrity-, or either")
]


class RecordFilters(BaseModel):
    """Which records. All that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    unit_id: str | None = Field(default=None, max_length=36, description="this unit and those below it")
    doc_type: DocType | None = None
    date_from: str | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD, included")
    date_to: str | None = Field(default=None, description="included")
    author: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, max_length=200, description="words of it")
    label: list[SignedLabel] = Field(default=[], max_length=20, description="shown by tags that nobody rejected")
    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="words of text or title, all of them; a phrase between 「」",
    )
    unreviewed: bool | None = Field(default=None, description="true: some tag waits for review; false: none does")


Sort = Literal["newest", "oldest"]


def records(
    session: Session,
    principal: Principal,
    filters: RecordFilters,
    *,
    cursors: Cursors,
    limit: int,
    cursor: str | None = None,
    sort: Sort = "newest",
) -> Page[Record]:
    """A page of records in the order in which they were taken in.

    Raises:
        NotFoundError: there is no such unit for them.
        InvalidInputError: a date is none.
        InvalidCursorError: the cursor belongs to another list.
    """
    principal.require("record.read")
    scope = list_scope("records", {"reader": principal.id, "sort": sort, **filters.model_dump()})
    wanted = matching(session, principal, filters)
    order = Order(Record.id, "desc" if sort == "newest" else "asc")
    after = None if cursor is None else str(cursors.read(scope, cursor)[0])
    for last in _stretches(session, order, after) if filters.text is not None else ():
        within = wanted.where(Record.id >= last if sort == "newest" else Record.id <= last)
        found = page(session, within, [order], cursors=cursors, scope=scope, limit=limit, cursor=cursor)
        if found.next_cursor is not None:
            break
    else:
        found = page(session, wanted, [order], cursors=cursors, scope=scope, limit=limit, cursor=cursor)
    # What was looked for may name a person: the log says by which fields only.
    by = sorted(name for name, value in filters.model_dump().items() if value not in (None, []))
    audit(session, "record.search", "record", None, by=by, items=len(found.items))
    return found


def _stretches(session: Session, order: Order, after: str | None) -> Iterator[str]:
    """The last id of ever longer stretches of the list, each beginning where a page begins.

    A database sorts what a reader may see before it gives the first row, and would read every text to do so.
    """
    newest = order.direction == "desc"
    ids = select(Record.id).order_by(Record.id.desc() if newest else Record.id.asc())
    if after is not None:
        ids = ids.where(Record.id < after if newest else Record.id > after)
    for length in STRETCHES:
        last = session.scalar(ids.offset(length - 1).limit(1))
        if last is None:
            return
        yield last


def matching(session: Session, principal: Principal, filters: RecordFilters) -> Select[Record]:
    """The statement that selects the records."""
    statement = select(Record)
    if filters.unit_id is not None:
        if filters.unit_id not in reach(session, principal):
            raise NotFoundError("no such unit", path=filters.unit_id)
        below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == filters.unit_id)
        statement = statement.where(Record.unit_id.in_(below))
    if filters.doc_type is not None:
        statement = statement.where(Record.doc_type == filters.doc_type)
    statement = in_time(
        statement, checked_date(filters.date_from, "date_from"), checked_date(filters.date_to, "date_to")
    )
    if filters.source is not None:
        statement = statement.where(Record.source.icontains(filters.source, autoescape=True))
    if filters.author is not None or filters.text is not None:
        statement = statement.join(RecordVersion, RecordVersion.id == Record.current_version_id)
    if filters.author is not None:
        statement = statement.where(RecordVersion.author == filters.author)
    if filters.text is not None:
        statement = statement.where(*holds(words_of(filters.text)))
    for label in filters.label:
        statement = statement.where(_shows(label))
    if filters.unreviewed is not None:
        waiting = exists().where(TagRow.version_id == Record.current_version_id, TagRow.state == "proposed")
        statement = statement.where(waiting if filters.unreviewed else ~waiting)
    return statement


def in_time(statement: Select[Any], since: str | None, until: str | None) -> Select[Any]:
    """Records whose date can lie in the range, both ends included: of ``2021`` it can be March."""
    if since is not None:
        wider = [since[:end] for end in (4, 7) if end < len(since)]
        statement = statement.where(or_(Record.document_date >= since, Record.document_date.in_(wider)))
    if until is not None:
        within = Record.document_date.startswith(until, autoescape=True)
        statement = statement.where(or_(Record.document_date <= until, within))
    return statement


def _shows(label: str) -> exists:  # type: ignore[valid-type]  # SQLAlchemy's function is its type as well
    polarity = label[-1] if label[-1] in "+-" else None
    wanted = exists().where(
        TagRow.version_id == Record.current_version_id,
        TagRow.state.in_(LIVE),
        TagRow.label == label.rstrip("+-"),
    )
    return wanted if polarity is None else wanted.where(TagRow.polarity == polarity)


def tag_counts(session: Session, version_ids: Sequence[str | None]) -> dict[str, dict[str, int]]:
    """For each version, how many of its tags are in each state."""
    rows = session.execute(
        select(TagRow.version_id, TagRow.state, func.count(TagRow.id))
        .where(TagRow.version_id.in_([id for id in version_ids if id]))
        .group_by(TagRow.version_id, TagRow.state)
    )
    found: dict[str, dict[str, int]] = {}
    for version_id, state, count in rows:
        found.setdefault(version_id, {})[state] = count
    return found
