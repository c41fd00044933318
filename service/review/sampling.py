"""Reading clauses drawn at random from those without a tag, and what follows for all that was missed."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import ConflictError, InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.review.clauses import Scope, clauses_of_records
from service.review.deciding import add
from service.review.shapes import Origin, TagWanted
from service.store.etags import require_match
from service.store.models import Record, RecordVersion, Review, ReviewRound, TagRow
from service.store.types import utc_now

MOST_CLAUSES = 1000
_READ = ("empty", "missed")


class MissStratum(BaseModel):
    """One document type; ``doc_type`` is empty where the type is not known."""

    doc_type: str
    untagged: int = Field(description="clauses without a tag of the machine")
    read: int
    missed: int = Field(description="of those read, the ones that should have had a tag")


class Missed(BaseModel):
    """What the machine missed, estimated with 95 % intervals. Null where nothing was read, or nothing decided."""

    records: int
    untagged: int
    tagged: int
    read: int
    missed: int
    rate: float | None = Field(description="share of untagged clauses that should have had a tag")
    rate_low: float | None
    rate_high: float | None
    clauses: float | None = Field(description="that many clauses")
    clauses_low: float | None
    clauses_high: float | None
    precision: float | None = Field(description="share of the machine's tags decided so far that were accepted")
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    strata: list[MissStratum]


def draw(
    session: Session, principal: Principal, size: int, scope: Scope | None = None, seed: int | None = None
) -> list[Review]:
    """Draw clauses at random for somebody to read; each is a row that waits for its reading.

    Args:
        session: for writing.
        principal: who will read them.
        size: about how many; every document type gets at least one.
        scope: narrows the records.
        seed: 0 to 2**63-1; with the same records it draws the same clauses. Random by default.

    Raises:
        InvalidInputError: the size is out of range, or too many records are looked at.
        ConflictError: there is no clause without a tag.
    """
    from nlp.evaluation.missed import draw_sample

    principal.require("review.write")
    if not 1 <= size <= MOST_CLAUSES:
        raise InvalidInputError(f"{size} clauses", place="size", expected=f"1 to {MOST_CLAUSES}")
    seed = secrets.randbits(63) if seed is None else seed
    read_before = {
        (review.version_id, review.start, review.end)
        for review in session.scalars(
            select(Review).where(Review.reviewer_id == principal.id, Review.action.in_(("draw", *_READ)))
        )
    }
    strata: dict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
    for version in clauses_of_records(session, scope or Scope(), in_blind_rounds=False):
        strata[version.doc_type] += [
            (version.record_id, version.version_id, start, end)
            for start, end in version.untagged
            if (version.version_id, start, end) not in read_before
        ]
    drawn = [item for items in draw_sample(strata, size, seed).values() for item in items]
    if not drawn:
        raise ConflictError("there is no clause without a tag left to read")
    made = _rows(session, principal, drawn)
    record(session, "review_sample.draw", "review_sample", None, clauses=len(made), seed=str(seed))
    return made


def _rows(session: Session, principal: Principal, drawn: Sequence[tuple[str, str, int, int]]) -> list[Review]:
    ids = {version_id for _, version_id, _, _ in drawn}
    versions = session.scalars(select(RecordVersion).where(RecordVersion.id.in_(ids)))
    texts = {version.id: version.text for version in versions}
    rounds: dict[str, ReviewRound] = {}
    for record_id, version_id, _, _ in drawn:
        if version_id not in rounds:
            rounds[version_id] = ReviewRound(
                record_id=record_id, version_id=version_id, sampled=True, created_by=principal.id
            )
            session.add(rounds[version_id])
    session.flush()
    made = [
        Review(
            record_id=record_id,
            version_id=version_id,
            round_id=rounds[version_id].id,
            reviewer_id=principal.id,
            action="draw",
            start=start,
            end=end,
            quote=texts[version_id][start:end],
        )
        for record_id, version_id, start, end in drawn
    ]
    session.add_all(made)
    session.flush()
    return made


def to_read(session: Session, principal: Principal, limit: int = 200) -> list[Review]:
    """Clauses that were drawn for somebody and wait for being read, the oldest first."""
    principal.require("review.write")
    return list(
        session.scalars(
            select(Review)
            .join(Record, Record.current_version_id == Review.version_id)
            .where(Review.reviewer_id == principal.id, Review.action == "draw")
            .order_by(Review.id)
            .limit(limit)
        )
    )


def read_clause(
    session: Session,
    principal: Principal,
    book: Codebook,
    review_id: str,
    tags: Sequence[TagWanted],
    *,
    if_match: str | None,
    origin: Origin = "api",
) -> Review:
    """Say what a drawn clause should have been tagged with; nothing is an answer, too.

    Args:
        session: for writing.
        principal: for whom it was drawn.
        book: labels to choose from.
        review_id: of the drawn clause.
        tags: what was missed in it; they are added to the record.
        if_match: the entity tag of the drawn clause.
        origin: which surface it came by.

    Raises:
        NotFoundError: there is no such clause for them.
        VersionConflictError: it was read in the meantime.
        ConflictError: it is read already, belongs to somebody else, or its record was corrected since.
        InvalidInputError: a tag stands elsewhere, or does not fit the text or the codebook.
    """
    principal.require("review.write")
    drawn = fetch(session, Review, review_id)
    require_match(drawn, if_match)
    if drawn.action != "draw" or drawn.reviewer_id != principal.id:
        raise ConflictError("no clause that waits for your reading", path=review_id)
    for number, wanted in enumerate(tags):
        if wanted.end <= drawn.start or wanted.start >= drawn.end:
            raise InvalidInputError("the tag stands outside of the clause", place=f"tags[{number}].start")
        add(session, principal, book, drawn.version_id, wanted, origin=origin, sample_round_id=drawn.round_id)
    drawn.action = "missed" if tags else "empty"
    session.flush()
    _close_when_read(session, str(drawn.round_id))
    record(session, "review_sample.read", "review", drawn.id, missed=len(tags))
    return drawn


def _close_when_read(session: Session, round_id: str) -> None:
    left = select(Review.id).where(Review.round_id == round_id, Review.action == "draw")
    if session.scalars(left).first() is None:
        round_ = fetch(session, ReviewRound, round_id)
        round_.state, round_.closed_at = "closed", utc_now()
        session.flush()


def missed(session: Session, principal: Principal, scope: Scope | None = None) -> Missed:
    """The estimate over the records that somebody may see.

    A clause read by two people counts once; it was missed when either of them found something.

    Raises:
        InvalidInputError: too many records are looked at.
    """
    from nlp.evaluation.missed import Stratum, estimate_missed

    principal.require("record.read")
    readings = _readings(session)
    untagged, read, found = Counter[str](), Counter[str](), Counter[str]()
    tagged = records = 0
    versions: set[str] = set()
    for version in clauses_of_records(session, scope or Scope()):
        records, tagged = records + 1, tagged + version.tagged
        versions.add(version.version_id)
        untagged[version.doc_type] += len(version.untagged)
        for span in version.untagged:
            answer = readings.get((version.version_id, *span))
            if answer is not None:
                read[version.doc_type] += 1
                found[version.doc_type] += answer
    strata = [
        MissStratum(doc_type=name, untagged=count, read=read[name], missed=found[name])
        for name, count in sorted(untagged.items())
    ]
    precision = _precision(session, versions)
    known = None
    if read.total():
        known = estimate_missed(
            [Stratum(one.untagged, one.read, one.missed) for one in strata],
            tagged,
            1.0 if precision is None else precision,
        )
    sure = known if precision is not None else None
    return Missed(
        records=records,
        untagged=untagged.total(),
        tagged=tagged,
        read=read.total(),
        missed=found.total(),
        rate=known and known.rate,
        rate_low=known and known.low,
        rate_high=known and known.high,
        clauses=known and known.clauses,
        clauses_low=known and known.clauses_low,
        clauses_high=known and known.clauses_high,
        precision=precision,
        recall=sure and sure.recall,
        recall_low=sure and sure.recall_low,
        recall_high=sure and sure.recall_high,
        strata=strata,
    )


def _readings(session: Session) -> dict[tuple[str, int, int], bool]:
    found: dict[tuple[str, int, int], bool] = {}
    rows = session.execute(
        select(Review.version_id, Review.start, Review.end, Review.action)
        .join(Record, Record.current_version_id == Review.version_id)
        .where(Review.action.in_(_READ), Review.undone_at.is_(None))
    )
    for version_id, start, end, action in rows:
        key = (version_id, start, end)
        found[key] = found.get(key, False) or action == "missed"
    return found


def _precision(session: Session, versions: set[str]) -> float | None:
    states = Counter[str]()
    rows = session.execute(
        select(TagRow.version_id, TagRow.state)
        .join(Record, Record.current_version_id == TagRow.version_id)
        .where(TagRow.origin == "machine", TagRow.state.in_(("accepted", "rejected", "replaced")))
    )
    for version_id, state in rows:
        if version_id in versions:
            states[state] += 1
    return states["accepted"] / states.total() if states else None
