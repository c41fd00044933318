"""Deciding about tags: accept, change, reject, add, and take it back.

Outside a blind round a decision takes effect at once. Inside one it is sealed: nobody but its author sees it, and no tag
changes, before both reviewers have finished (``service.review.rounds``).
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.review.shapes import Action, Origin, TagChange, TagWanted, wanted_of
from service.review.tags import BEFORE, check_wanted, human_tag, require_new, same_tag, standing
from service.store.etags import require_match
from service.store.models import Record, RecordVersion, Review, ReviewAssignment, ReviewRound, TagRow
from service.store.types import utc_now


def decide(
    session: Session,
    principal: Principal,
    book: Codebook,
    tag_id: str,
    action: Literal["accept", "change", "reject"],
    *,
    if_match: str | None,
    change: TagChange | None = None,
    comment: str | None = None,
    origin: Origin = "api",
) -> Review:
    """Decide about a tag.

    Args:
        session: for writing.
        principal: who decides.
        book: labels to choose from.
        tag_id: of a tag of a version they may see.
        action: what to do.
        if_match: the entity tag that the tag had when it was read.
        change: with ``change``, what is different.
        comment: why, in their words.
        origin: which surface it came by.

    Raises:
        NotFoundError: there is no such tag for them.
        VersionConflictError: somebody else decided about it in the meantime.
        ConflictError: another tag took its place, or a blind round is open and they have no part in it.
        InvalidInputError: the change does not fit the text or the codebook, or changes nothing.
    """
    principal.require("review.write")
    tag = fetch(session, TagRow, tag_id)
    require_match(tag, if_match)
    if tag.state in ("replaced", "outdated"):
        raise ConflictError("another tag took the place of this one", path=tag.id, hint="read the tags again")
    version = _current_version(session, tag.version_id)
    wanted = wanted_of(tag)
    if action == "change":
        wanted = _changed(tag, change)
        check_wanted(book, version, wanted)
        require_new(session, version.id, wanted, but=tag)
    elif change is not None:
        raise InvalidInputError("only the action change takes a change", place="change")
    round_id = blind_round_of(session, principal, version.id)
    if round_id is not None:
        _withdraw_own(session, principal, round_id, tag.id)
    review = _review(principal, version, wanted, action, comment, origin, round_id)
    review.tag_id = tag.id
    review.proposal = wanted.model_dump() if action == "change" else None
    session.add(review)
    session.flush()
    if round_id is None:
        take_effect(session, book, version, review)
    record(session, f"review.{action}", "tag", tag.id, review=review.id, round=round_id)
    return review


def add(
    session: Session,
    principal: Principal,
    book: Codebook,
    version_id: str,
    wanted: TagWanted,
    *,
    comment: str | None = None,
    origin: Origin = "api",
    sample_round_id: str | None = None,
) -> Review:
    """Add a tag that is missing.

    Args:
        session: for writing.
        principal: who adds it.
        book: labels to choose from.
        version_id: on whose text it stands.
        wanted: the tag.
        comment: why, in their words.
        origin: which surface it came by.
        sample_round_id: of the round that drew the clause at random, if one did.

    Raises:
        NotFoundError: there is no such version for them.
        ConflictError: the words carry the label already, or a blind round is open and they have no part in it.
        InvalidInputError: the tag does not fit the text or the codebook.
    """
    principal.require("review.write")
    version = _current_version(session, version_id)
    check_wanted(book, version, wanted)
    require_new(session, version.id, wanted)
    round_id = blind_round_of(session, principal, version.id)
    review = _review(principal, version, wanted, "add", comment, origin, round_id)
    review.proposal = wanted.model_dump()
    if round_id is None:
        review.round_id = sample_round_id
    session.add(review)
    session.flush()
    if round_id is None:
        take_effect(session, book, version, review)
    record(session, "review.add", "record_version", version.id, review=review.id, round=round_id)
    return review


def take_effect(session: Session, book: Codebook, version: RecordVersion, review: Review) -> TagRow:
    """Let a decision change its tag; returns the tag that it leaves.

    Where a tag came to say the same in the meantime, that one is left.
    """
    tag = None if review.tag_id is None else session.get_one(TagRow, review.tag_id)
    before = None
    if tag is not None and review.round_id is None and standing(session, tag) != tag.state:
        before = tag.state  # carried from an earlier version, whose decisions are not this tag's
    if review.action in ("change", "add"):
        wanted = TagWanted.model_validate(review.proposal)
        found = same_tag(session, version.id, wanted, but=tag)
        result = found or human_tag(session, book, version, wanted, replaces=tag)
        result.state = "accepted"
        if tag is not None:
            tag.state = "replaced"
    else:
        assert tag is not None, "only an added tag is new"
        result, tag.state = tag, "accepted" if review.action == "accept" else "rejected"
    review.result_tag_id = result.id
    if before is not None:
        review.proposal = {**(review.proposal or {}), BEFORE: before}
    if tag is not None:
        touch(session, tag)
    session.flush()
    return result


def touch(session: Session, tag: TagRow) -> None:
    """Count a decision that left a tag as it was (accepted twice), so that two who decide at once notice each other."""
    if not session.is_modified(tag):
        tag.updated_at = utc_now()
    session.flush()


def undo(session: Session, principal: Principal, review_id: str, *, if_match: str | None) -> Review:
    """Take an own decision back. The row stays; its tag returns to what the decisions before it made of it.

    Raises:
        NotFoundError: there is no such decision for them.
        AccessDeniedError: it is somebody else's.
        VersionConflictError: it was changed in the meantime.
        ConflictError: it was taken back already, its round is closed, or a later decision rests on it.
    """
    principal.require("review.write")
    review = fetch(session, Review, review_id)
    if review.reviewer_id != principal.id:
        raise AccessDeniedError("only the own decisions can be taken back")
    require_match(review, if_match)
    if review.undone_at is not None:
        raise ConflictError("the decision was taken back already", path=review.id)
    if review.action not in ("accept", "change", "reject", "add"):
        raise ConflictError("this is no decision about a tag", path=review.id)
    if review.sealed:
        blind_round_of(session, principal, review.version_id)  # not after they have finished
    elif review.round_id is not None and fetch(session, ReviewRound, review.round_id).blind:
        raise ConflictError("the round is over", path=review.id, hint="decide about the tag anew")
    review.undone_at = utc_now()
    if not review.sealed:
        _take_back(session, review)
    record(session, "review.undo", "review", review.id, tag=review.tag_id)
    session.flush()
    return review


def _take_back(session: Session, review: Review) -> None:
    if review.action in ("change", "add") and review.result_tag_id is not None:
        result = fetch(session, TagRow, review.result_tag_id)
        later = select(Review.id).where(Review.tag_id == result.id, Review.undone_at.is_(None))
        if result.state != "accepted" or session.scalars(later).first() is not None:
            raise ConflictError("a later decision rests on this one", path=review.id, hint="undo the later one first")
        result.state = "rejected"
    if review.tag_id is not None:
        tag = fetch(session, TagRow, review.tag_id)
        if tag.state != "outdated":
            tag.state = standing(session, tag)
        touch(session, tag)


def blind_round_of(session: Session, principal: Principal, version_id: str) -> str | None:
    """The open blind round on a version that the principal reviews in; None where no blind round is open.

    Raises:
        ConflictError: one is open, and they have no part in it or have finished: what they did would be seen by those
            who are not to see it.
    """
    found = session.scalars(
        select(ReviewRound).where(
            ReviewRound.version_id == version_id,
            ReviewRound.blind.is_(True),
            ReviewRound.state.in_(("open", "adjudicating")),
        )
    ).first()
    if found is None:
        return None
    own = session.scalars(
        select(ReviewAssignment)
        .where(ReviewAssignment.round_id == found.id, ReviewAssignment.reviewer_id == principal.id)
        .with_for_update()
    ).first()
    if found.state == "adjudicating":
        raise ConflictError("the differences of a blind round wait for adjudication", path=found.id)
    if own is None:
        raise ConflictError("a blind round is open on this record", path=found.id, hint="wait until it is closed")
    if own.finished_at is not None:
        raise ConflictError("you have finished this blind round", path=found.id)
    return found.id


def own_sealed(session: Session, principal: Principal, version_id: str) -> dict[str, str]:
    """Tag ids that the principal decided about in an open blind round, with the action; nobody else sees it."""
    own = select(Review).where(
        Review.version_id == version_id,
        Review.reviewer_id == principal.id,
        Review.sealed.is_(True),
        Review.undone_at.is_(None),
        Review.tag_id.is_not(None),
    )
    return {str(review.tag_id): review.action for review in session.scalars(own.order_by(Review.id))}


def _withdraw_own(session: Session, principal: Principal, round_id: str, tag_id: str) -> None:
    own = select(Review).where(
        Review.round_id == round_id,
        Review.tag_id == tag_id,
        Review.reviewer_id == principal.id,
        Review.undone_at.is_(None),
    )
    for review in session.scalars(own):
        review.undone_at = utc_now()


def _current_version(session: Session, version_id: str) -> RecordVersion:
    version = fetch(session, RecordVersion, version_id)
    if fetch(session, Record, version.record_id).current_version_id != version.id:
        raise ConflictError("the record was corrected since", path=version.id, hint="review its current version")
    return version


def _changed(tag: TagRow, change: TagChange | None) -> TagWanted:
    if change is None:
        raise InvalidInputError("nothing is said about what to change", place="change")
    wanted = change.applied(tag)
    if wanted == wanted_of(tag):
        raise InvalidInputError("the change leaves the tag as it is", place="change", hint="accept it instead")
    return wanted


def _review(
    principal: Principal,
    version: RecordVersion,
    wanted: TagWanted,
    action: Action,
    comment: str | None,
    origin: Origin,
    round_id: str | None,
) -> Review:
    return Review(
        record_id=version.record_id,
        version_id=version.id,
        round_id=round_id,
        reviewer_id=principal.id,
        action=action,
        start=wanted.start,
        end=wanted.end,
        quote=wanted.quote,
        comment=comment,
        origin=origin,
        sealed=round_id is not None,
    )
