"""Two versions of a record side by side, clause by clause."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from nlp.structure.parse import parse_structure
from service.access import Principal
from service.access.repository import fetch
from service.records.aligning import align
from service.records.correcting import VERSION_FIELDS
from service.records.rows import current_annotation
from service.store.models import RecordVersion


class Passage(BaseModel):
    """A run of clauses of one version; empty (start == end) where the other version has more."""

    start: int
    end: int
    quote: str


class Difference(BaseModel):
    """Clauses that differ."""

    kind: Literal["changed", "added", "removed"]
    before: Passage
    after: Passage


class FieldDifference(BaseModel):
    """A field beside the text that differs."""

    field: str
    before: str | int | None
    after: str | int | None


class VersionDifferences(BaseModel):
    """What the later version changed."""

    before_id: str
    after_id: str
    text: list[Difference] = Field(description="in the order of the text; offsets count in the version of their side")
    fields: list[FieldDifference]
    correction: str | None = Field(description="the reason given for the later version")


_KINDS: dict[str, Literal["changed", "added", "removed"]] = {
    "replace": "changed",
    "insert": "added",
    "delete": "removed",
}


def differences(session: Session, principal: Principal, before_id: str, after_id: str) -> VersionDifferences:
    """Compare two versions of one record.

    Raises:
        NotFoundError: there is no such version for them.
        InvalidInputError: the versions belong to different records.
    """
    principal.require("record.read")
    before, after = fetch(session, RecordVersion, before_id), fetch(session, RecordVersion, after_id)
    if before.record_id != after.record_id:
        raise InvalidInputError("the versions belong to different records")
    return VersionDifferences(
        before_id=before.id,
        after_id=after.id,
        text=[] if before.text == after.text else _text(session, before, after),
        fields=[
            FieldDifference(field=name, before=getattr(before, name), after=getattr(after, name))
            for name in VERSION_FIELDS
            if getattr(before, name) != getattr(after, name)
        ],
        correction=after.correction,
    )


def _text(session: Session, before: RecordVersion, after: RecordVersion) -> list[Difference]:
    # With the punctuation behind it, so that a full stop that became a question mark is a difference.
    old, new = (_pieces(version.text, _clauses(session, version)) for version in (before, after))
    one = [before.text[start:end] for start, end in old]
    other = [after.text[start:end] for start, end in new]
    return [
        Difference(
            kind=_KINDS[kind],
            before=_passage(before.text, old, first, last),
            after=_passage(after.text, new, since, until),
        )
        for kind, first, last, since, until in align(one, other)
        if kind != "equal"
    ]


def _clauses(session: Session, version: RecordVersion) -> list[tuple[int, int]]:
    said = current_annotation(session, version.id)
    if said is None:
        return [(clause.start, clause.end) for clause in parse_structure(version.text).clauses]
    return [(clause["start"], clause["end"]) for clause in said.document["clauses"]]


def _pieces(text: str, clauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The text cut where clauses begin; nothing is left out."""
    starts = [0, *sorted({start for start, _ in clauses if start})]
    return [(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if end > start]


def _passage(text: str, spans: list[tuple[int, int]], first: int, last: int) -> Passage:
    start = spans[first][0] if first < len(spans) else len(text)
    end = spans[last - 1][1] if last > first else start
    return Passage(start=start, end=end, quote=text[start:end])
