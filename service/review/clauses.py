"""The clauses of current versions, and which of them the machine tagged."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from service.store.models import Record, RecordAnnotation, ReviewRound, TagRow

MOST_RECORDS = 5000


class Scope(BaseModel):
    """Which records."""

    model_config = ConfigDict(extra="forbid")

    unit_id: str | None = Field(default=None, max_length=36, pattern=r"^[\x20-\x7e]*$")
    doc_type: str | None = Field(default=None, max_length=32, pattern=r"^[\x20-\x7e]*$")
    since: str | None = Field(
        default=None, max_length=10, pattern=r"^[0-9-]*$", description="documents of this date and later"
    )


@dataclass(frozen=True, slots=True)
class VersionClauses:
    """A current version: its kind, and its clauses with and without a tag of the machine."""

    record_id: str
    version_id: str
    doc_type: str
    tagged: int
    untagged: tuple[tuple[int, int], ...]


def clauses_of_records(session: Session, scope: Scope, *, in_blind_rounds: bool = True) -> Iterator[VersionClauses]:
    """Every current version that is annotated, the oldest first.

    Args:
        session: decides which records are seen.
        scope: narrows them.
        in_blind_rounds: whether versions under blind review take part.

    Raises:
        InvalidInputError: more than ``MOST_RECORDS`` records.
    """
    versions = _versions(scope)
    if not in_blind_rounds:
        blind = select(ReviewRound.version_id).where(
            ReviewRound.blind.is_(True), ReviewRound.state.in_(("open", "adjudicating"))
        )
        versions = versions.where(Record.current_version_id.not_in(blind))
    count = session.scalar(select(func.count()).select_from(versions.subquery())) or 0
    if count > MOST_RECORDS:
        raise InvalidInputError(
            f"{count} records at once", expected=f"at most {MOST_RECORDS}", hint="narrow by unit, type or date"
        )
    spans = _tag_spans(session, versions)
    rows = session.execute(
        select(Record.id, RecordAnnotation.version_id, Record.doc_type, RecordAnnotation.document)
        .join(RecordAnnotation, RecordAnnotation.version_id == Record.current_version_id)
        .where(RecordAnnotation.current.is_(True), Record.current_version_id.in_(versions))
        .order_by(Record.id)
        .execution_options(yield_per=200)
    )
    seen: set[str] = set()
    for record_id, version_id, doc_type, document in rows:
        if version_id in seen:
            continue
        seen.add(version_id)
        clauses = [(clause["start"], clause["end"]) for clause in document.get("clauses", ())]
        untagged = tuple(clause for clause in clauses if not _touched(clause, spans[version_id]))
        yield VersionClauses(record_id, version_id, doc_type or "", len(clauses) - len(untagged), untagged)


def _versions(scope: Scope) -> Select[str | None]:
    statement = select(Record.current_version_id).where(Record.current_version_id.is_not(None))
    if scope.unit_id is not None:
        statement = statement.where(Record.unit_id == scope.unit_id)
    if scope.doc_type is not None:
        statement = statement.where(Record.doc_type == scope.doc_type)
    if scope.since is not None:
        statement = statement.where(Record.document_date >= scope.since)
    return statement


def _tag_spans(session: Session, versions: Select[str | None]) -> dict[str, list[tuple[int, int]]]:
    """Spans of the machine's tags, in order of their ends, whatever became of them."""
    rows = session.execute(
        select(TagRow.version_id, TagRow.start, TagRow.end).where(
            TagRow.origin == "machine", TagRow.state != "outdated", TagRow.version_id.in_(versions)
        )
    )
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for version_id, start, end in rows:
        found[version_id].append((end, start))
    for spans in found.values():
        spans.sort()
    return found


def _touched(clause: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    first = bisect_left(spans, (clause[0] + 1, 0))
    return any(start < clause[1] for _, start in spans[first:])
