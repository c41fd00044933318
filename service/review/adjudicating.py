"""A third person decides where the two of a blind round differ."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.review.deciding import take_effect, touch
from service.review.differences import Matter
from service.review.rounds import close_if_settled, open_differences
from service.review.shapes import TagWanted, wanted_of
from service.review.tags import check_wanted, human_tag, same_tag
from service.store.models import Adjudication, RecordVersion, Review, ReviewAssignment, ReviewRound, TagRow
from service.store.types import utc_now


class Ruling(BaseModel):
    """How a difference is settled: by one of the two decisions, by a tag of one's own, or by none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    matter: str = Field(min_length=1, max_length=36, pattern=r"^[\x20-\x7e]*$", description="key of the difference")
    outcome: Literal["follow", "accept", "reject", "tag", "drop"] = Field(
        description="follow: one of the two decisions; accept, reject: the machine's tag as it is; tag: another one; "
        "drop: no tag where one was added"
    )
    review_id: str | None = Field(default=None, max_length=36, description="with follow: whose decision")
    wanted: TagWanted | None = Field(default=None, description="with tag: the tag that is right")
    reason: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.outcome == "follow") != (self.review_id is not None):
            raise ValueError("review_id belongs to the outcome follow")
        if (self.outcome == "tag") != (self.wanted is not None):
            raise ValueError("wanted belongs to the outcome tag")
        return self


def differences(session: Session, principal: Principal, round_id: str) -> list[Matter]:
    """What a third person has yet to decide in a round.

    Raises:
        NotFoundError: there is no such round for them.
        ConflictError: the reviewers are still at work.
    """
    principal.require("record.read")
    round_ = fetch(session, ReviewRound, round_id)
    if round_.state not in ("adjudicating", "closed"):
        raise ConflictError("the reviewers of the round have not both finished", path=round_id)
    return open_differences(session, round_)


def adjudicate(session: Session, principal: Principal, book: Codebook, round_id: str, ruling: Ruling) -> Adjudication:
    """Settle one difference; the last one closes the round.

    Args:
        session: for writing.
        principal: a third person.
        book: labels to choose from.
        round_id: the round.
        ruling: what holds.

    Raises:
        NotFoundError: there is no such round, or no such open difference in it.
        AccessDeniedError: one of the two reviewers would judge their own case.
        ConflictError: the reviewers are still at work.
        InvalidInputError: the ruling does not fit the difference, the text or the codebook.
    """
    principal.require("review.adjudicate")
    open_ones = differences(session, principal, round_id)
    round_ = fetch(session, ReviewRound, round_id)
    part = select(ReviewAssignment.id).where(
        ReviewAssignment.round_id == round_id, ReviewAssignment.reviewer_id == principal.id
    )
    if session.scalars(part).first() is not None:
        raise AccessDeniedError("who reviewed in the round does not adjudicate it")
    matter = next((one for one in open_ones if one.key == ruling.matter), None)
    if matter is None:
        raise NotFoundError("no such open difference", path=ruling.matter)
    version = fetch(session, RecordVersion, round_.version_id)
    chosen = _chosen(matter, ruling)
    action, result, wanted = (
        _own(session, book, version, matter, ruling)
        if chosen is None
        else (chosen.action, take_effect(session, book, version, chosen), chosen.proposal)
    )
    made = Adjudication(
        round_id=round_id,
        record_id=round_.record_id,
        version_id=round_.version_id,
        start=matter.start,
        end=matter.end,
        action=action,
        chosen_review_id=None if chosen is None else chosen.id,
        result_tag_id=None if result is None else result.id,
        proposal={"matter": matter.key, "wanted": wanted},
        reason=ruling.reason,
        adjudicator_id=principal.id,
    )
    session.add(made)
    # Two who settle two differences at once meet here, so that one of them sees that nothing is left.
    round_.updated_at = utc_now()
    session.flush()
    record(session, "review_round.adjudicate", "review_round", round_id, action=action, adjudication=made.id)
    close_if_settled(session, round_)
    return made


def _chosen(matter: Matter, ruling: Ruling) -> Review | None:
    if ruling.outcome != "follow":
        return None
    found = next((review for review in matter.reviews if review.id == ruling.review_id), None)
    if found is None:
        raise InvalidInputError("this decision is not one of the two", place="review_id")
    return found


def _own(
    session: Session, book: Codebook, version: RecordVersion, matter: Matter, ruling: Ruling
) -> tuple[str, TagRow | None, dict[str, object] | None]:
    """Action, resulting tag and tag wanted of a ruling that follows neither of the two."""
    tag = None if matter.tag_id is None else fetch(session, TagRow, matter.tag_id)
    if ruling.outcome == "drop":
        if tag is not None:
            raise InvalidInputError("a tag of the machine is rejected, not dropped", place="outcome")
        return "drop", None, None
    if ruling.wanted is not None:
        check_wanted(book, version, ruling.wanted)
        found = same_tag(session, version.id, ruling.wanted)
        if tag is not None and wanted_of(tag) == ruling.wanted:
            raise InvalidInputError("this is the tag as it stands", place="wanted", hint="accept it instead")
        result = found or human_tag(session, book, version, ruling.wanted, replaces=tag)
        result.state = "accepted"
        if tag is not None:
            tag.state = "replaced"
            touch(session, tag)
        return "add" if tag is None else "change", result, ruling.wanted.model_dump()
    if tag is None:
        raise InvalidInputError("there is no tag of the machine here", place="outcome", expected="follow, tag or drop")
    tag.state = "accepted" if ruling.outcome == "accept" else "rejected"
    touch(session, tag)
    return ruling.outcome, tag, None
