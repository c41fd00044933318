"""Labels that the machine met more or less often, batch by batch or month by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.evaluation.drift import Group, changes
from service.access import Principal
from service.audit.log import record
from service.store.models import Batch, BatchItem, Record, TagRow

MOST_GROUPS = 12
MOST_RECORDS = 20_000
By = Literal["batch", "month"]


class DriftGroup(BaseModel):
    """Records that came in together."""

    id: str = Field(description="of the batch, or the month as YYYY-MM")
    name: str
    records: int
    shown: dict[str, int] = Field(description="records that show a label with a polarity, as diligence+")


class DriftChange(BaseModel):
    """A label in the last group against all earlier ones."""

    cell: str
    before: float | None = Field(description="share of the earlier records, 0 to 1")
    last: float | None = Field(description="share of the last group's records, 0 to 1")
    p: float | None = Field(description="Fisher's exact test, two-sided; null where there are too few records")
    marked: bool = Field(description="a change worth looking at: false discovery rate 5 % over all labels")


class Drift(BaseModel):
    """How often labels were met. Only records that the caller may see count."""

    by: By
    groups: list[DriftGroup] = Field(description="in the order of time; the newest twelve at most")
    changes: list[DriftChange]


def drift(session: Session, principal: Principal, by: By = "month") -> Drift:
    """Shares of records that show each label by what the machine said, whatever reviewers made of it.

    A file of a batch that gave several records counts with its first one: the others are not tied to the batch.

    Args:
        session: decides which records those are.
        principal: who asks; batches are those that they may see.
        by: which records form a group.
    """
    principal.require("record.read")
    if by == "batch":
        principal.require("batch.write")
    groups = _by_batch(session) if by == "batch" else _by_month(session)
    shown = _shown(session, {id_ for _, _, ids in groups for id_ in ids})
    made = [
        DriftGroup(
            id=id_,
            name=name,
            records=len(records),
            shown=dict(sorted(Counter(cell for one in records for cell in shown.get(one, ())).items())),
        )
        for id_, name, records in groups
    ]
    found = changes([Group(one.records, one.shown) for one in made])
    record(session, "quality.drift", "record", None, by=by, groups=len(made))
    return Drift(
        by=by,
        groups=made,
        changes=[
            DriftChange(cell=one.cell, before=one.before, last=one.last, p=one.p, marked=one.marked) for one in found
        ],
    )


Named = list[tuple[str, str, set[str]]]


def _by_batch(session: Session) -> Named:
    """The newest batches that gave records, oldest first."""
    newest = session.scalars(select(Batch).order_by(Batch.id.desc()).limit(4 * MOST_GROUPS)).all()
    items = session.execute(
        select(BatchItem.batch_id, BatchItem.record_id).where(
            BatchItem.batch_id.in_([batch.id for batch in newest]), BatchItem.state == "done"
        )
    )
    records: defaultdict[str, set[str]] = defaultdict(set)
    for batch_id, record_id in items:
        if record_id is not None:
            records[batch_id].add(record_id)
    seen = set(
        session.scalars(select(Record.id).where(Record.id.in_({one for ids in records.values() for one in ids})))
    )
    groups = [(batch.id, batch.name, records[batch.id] & seen) for batch in newest if records[batch.id] & seen]
    return groups[:MOST_GROUPS][::-1]


def _by_month(session: Session) -> Named:
    """Months in which the newest records were taken in, oldest first."""
    months: defaultdict[str, set[str]] = defaultdict(set)
    newest = select(Record.id, Record.created_at).order_by(Record.id.desc()).limit(MOST_RECORDS)
    for id_, taken_in in session.execute(newest):
        months[taken_in.astimezone().strftime("%Y-%m")].add(id_)
    return [(month, month, months[month]) for month in sorted(months)[-MOST_GROUPS:]]


_MANY = 500
"""Ids in one statement."""


def _shown(session: Session, record_ids: set[str]) -> Mapping[str, set[str]]:
    """Labels with polarities of each record, as the machine's newest annotation of it has them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    ids = sorted(record_ids)
    for at in range(0, len(ids), _MANY):
        rows = session.execute(
            select(TagRow.record_id, TagRow.label, TagRow.polarity)
            .join(Record, Record.current_version_id == TagRow.version_id)
            .where(
                TagRow.record_id.in_(ids[at : at + _MANY]),
                TagRow.origin == "machine",
                TagRow.state != "outdated",
                TagRow.status != "normative",
            )
            .distinct()
        )
        for record_id, label, polarity in rows:
            found[record_id].add(label + polarity)
    return found
