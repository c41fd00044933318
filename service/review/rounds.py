"""Blind double review: two people decide about the same version, neither sees the other's decisions before both are done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import ConflictError, InvalidInputError, NotFoundError
from service.access import Principal, Repository
from service.access.repository import fetch
from service.audit.log import record
from service.review.deciding import take_effect
from service.review.differences import Matter, matters
from service.review.reviewers import able
from service.store.etags import require_match
from service.store.models import (
    Adjudication,
    Record,
    RecordVersion,
    Review,
    ReviewAssignment,
    ReviewRound,
    TagRow,
)
from service.store.types import utc_now

REVIEWERS = 2


def create_round(
    session: Session, repository: Repository, principal: Principal, record_id: str, reviewer_ids: Sequence[str]
) -> ReviewRound:
    """Begin a blind round on the current version of a record.

    Args:
        session: for writing.
        repository: the database, to find out who may review the record.
        principal: who begins it.
        record_id: the record.
        reviewer_ids: two people who may see the record and review.

    Raises:
        NotFoundError: there is no such record for them.
        InvalidInputError: not two different people, or somebody who may not review the record.
        ConflictError: a blind round is open on it, or nothing is left to decide.
    """
    principal.require("review.adjudicate")
    target = fetch(session, Record, record_id)
    if len(set(reviewer_ids)) != REVIEWERS or len(reviewer_ids) != REVIEWERS:
        raise InvalidInputError("a blind round takes two different reviewers", place="reviewers")
    with repository.system_read("review") as reading:
        known = {reviewer.id for reviewer in able(reading, target)}
    for number, reviewer_id in enumerate(reviewer_ids):
        if reviewer_id not in known:
            raise InvalidInputError(
                "this person may not review the record",
                place=f"reviewers[{number}]",
                hint="GET /v1/reviews/reviewers lists those who may",
            )
    version_id = target.current_version_id
    if version_id is None:
        raise ConflictError("the record has no text yet", path=record_id)
    open_ones = select(ReviewRound.id).where(
        ReviewRound.version_id == version_id,
        ReviewRound.blind.is_(True),
        ReviewRound.state.in_(("open", "adjudicating")),
    )
    if session.scalars(open_ones).first() is not None:
        raise ConflictError("a blind round is open on this record already", path=record_id)
    made = ReviewRound(record_id=target.id, version_id=version_id, blind=True, created_by=principal.id)
    session.add(made)
    session.flush()
    for reviewer_id in reviewer_ids:
        session.add(
            ReviewAssignment(round_id=made.id, record_id=target.id, version_id=version_id, reviewer_id=reviewer_id)
        )
    session.flush()
    record(session, "review_round.create", "review_round", made.id, record=target.id, reviewers=list(reviewer_ids))
    return made


def undecided(session: Session, principal: Principal, round_: ReviewRound) -> list[TagRow]:
    """Proposed tags of a round's version that somebody has yet to decide about, in the order of the text."""
    decided = select(Review.tag_id).where(
        Review.round_id == round_.id,
        Review.reviewer_id == principal.id,
        Review.undone_at.is_(None),
        Review.tag_id.is_not(None),
    )
    left = select(TagRow).where(
        TagRow.version_id == round_.version_id, TagRow.state == "proposed", TagRow.id.not_in(decided)
    )
    return list(session.scalars(left.order_by(TagRow.start, TagRow.end, TagRow.id)))


def finish(
    repository: Repository,
    principal: Principal,
    book: Codebook,
    round_id: str,
    *,
    if_match: str | None,
    request_id: str | None = None,
) -> None:
    """Say that the own part of a blind round is done. The second one to say so opens all decisions.

    What both decided alike takes effect then; the rest waits for a third person.

    Args:
        repository: the database. Opening another's sealed decisions is beyond what anybody may do themselves.
        principal: one of the two.
        book: labels of changed and added tags.
        round_id: the round.
        if_match: the entity tag of the round as it was read.
        request_id: of the request, for the audit log.

    Raises:
        NotFoundError: there is no such round for them, or they have no part in it.
        ConflictError: they have finished before, or have not decided about every proposed tag.
        VersionConflictError: the round changed in the meantime.
    """
    principal.require("review.write")
    with repository.read(principal, request_id) as session:
        seen = fetch(session, ReviewRound, round_id)
        _own_part(session, principal, round_id)
        require_match(seen, if_match)
    with repository.system_write("review", principal.actor, request_id) as session:
        round_ = session.get_one(ReviewRound, round_id, with_for_update=True)
        part = _own_part(session, principal, round_id)
        if part.finished_at is not None:
            raise ConflictError("the own part is finished already", path=round_id)
        left = undecided(session, principal, round_)
        if left:
            raise ConflictError(
                f"{len(left)} proposed tags are not decided yet", path=round_id, place=f"tag {left[0].id}"
            )
        part.finished_at = utc_now()
        session.flush()
        record(session, "review_round.finish", "review_round", round_id)
        waiting = select(ReviewAssignment.id).where(
            ReviewAssignment.round_id == round_id, ReviewAssignment.finished_at.is_(None)
        )
        if session.scalars(waiting).first() is None:
            _open_decisions(session, book, round_)


def _own_part(session: Session, principal: Principal, round_id: str) -> ReviewAssignment:
    part = session.scalars(
        select(ReviewAssignment).where(
            ReviewAssignment.round_id == round_id, ReviewAssignment.reviewer_id == principal.id
        )
    ).first()
    if part is None:
        raise NotFoundError("no part in this round", path=round_id)
    return part


def _open_decisions(session: Session, book: Codebook, round_: ReviewRound) -> None:
    version = session.get_one(RecordVersion, round_.version_id)
    for review in session.scalars(select(Review).where(Review.round_id == round_.id, Review.sealed.is_(True))):
        review.sealed = False
    session.flush()
    for matter in round_matters(session, round_.id):
        if not matter.agreed or not _stands(session, matter):
            continue
        first, second = matter.reviews
        second.result_tag_id = take_effect(session, book, version, first).id
    session.flush()
    left = open_differences(session, round_)
    _turn(session, round_, "adjudicating" if left else "closed", differences=len(left))


def round_matters(session: Session, round_id: str) -> list[Matter]:
    """All that was decided in a round whose decisions are open."""
    live = select(Review).where(Review.round_id == round_id, Review.undone_at.is_(None), Review.sealed.is_(False))
    return matters(session.scalars(live))


def open_differences(session: Session, round_: ReviewRound) -> list[Matter]:
    """What a third person has yet to decide."""
    settled = adjudicated_keys(session, round_.id)
    return [
        matter
        for matter in round_matters(session, round_.id)
        if not matter.agreed and matter.key not in settled and _stands(session, matter)
    ]


def adjudicated_keys(session: Session, round_id: str) -> set[str]:
    """Keys of the differences that were decided (kept in ``proposal``, which names the matter)."""
    rows = session.scalars(select(Adjudication.proposal).where(Adjudication.round_id == round_id))
    return {row["matter"] for row in rows if row is not None}


def close_if_settled(session: Session, round_: ReviewRound) -> None:
    """Close a round when no difference is left."""
    if round_.state == "adjudicating" and not open_differences(session, round_):
        _turn(session, round_, "closed", differences=0)


def _turn(session: Session, round_: ReviewRound, state: str, *, differences: int) -> None:
    round_.state = state
    if state == "closed":
        round_.closed_at = utc_now()
    session.flush()
    record(session, f"review_round.{state}", "review_round", round_.id, differences=differences)


def _stands(session: Session, matter: Matter) -> bool:
    """Whether the tag is still there to be decided about; a newer annotation may have taken its place."""
    if matter.tag_id is None:
        return True
    return session.get_one(TagRow, matter.tag_id).state not in ("replaced", "outdated")


def withdraw_round(session: Session, principal: Principal, round_id: str, *, if_match: str | None) -> ReviewRound:
    """End an open round whose reviewers cannot finish it; their sealed decisions stay sealed and take no effect.

    Raises:
        NotFoundError: there is no such round for them.
        VersionConflictError: the round changed in the meantime.
        ConflictError: it is no longer open.
    """
    principal.require("review.adjudicate")
    round_ = fetch(session, ReviewRound, round_id)
    require_match(round_, if_match)
    if round_.state != "open" or not round_.blind:
        raise ConflictError("only an open blind round can be ended early", path=round_id)
    round_.state, round_.closed_at = "withdrawn", utc_now()
    session.flush()
    record(session, "review_round.withdraw", "review_round", round_.id)
    return round_
