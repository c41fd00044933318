"""``/v1/reviews/rounds``: blind double review, its differences, its agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Principal
from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.api.reviews import Id, IdQuery, NeededId, book_of
from service.audit.log import record
from service.review import adjudicating, agreement, rounds
from service.review.adjudicating import Ruling
from service.review.agreement import RoundAgreement
from service.review.reviewers import reviewers_of
from service.review.shapes import ReviewOut, TagOut, review_out, tag_out
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models import Adjudication, ReviewAssignment, ReviewRound, TagRow
from service.store.paging import Order, list_scope, page

router = APIRouter(prefix="/reviews", tags=["复核"])
Reader = Annotated[Caller, requires("record.read")]
Reviewing = Annotated[Caller, requires("review.write")]
Adjudicating = Annotated[Caller, requires("review.adjudicate")]


class RoundIn(BaseModel):
    """A blind round on the current version of a record."""

    model_config = ConfigDict(extra="forbid")

    record_id: Id
    reviewers: list[Id] = Field(min_length=2, max_length=2, description="ids of two different people")


class PartOut(BaseModel):
    """One reviewer's part."""

    reviewer_id: str
    finished_at: datetime | None


class RoundOut(BaseModel):
    """A round. In a blind one nobody sees another's decisions while ``state`` is open."""

    id: str
    record_id: str
    version_id: str
    blind: bool
    sampled: bool
    state: str = Field(description="open, adjudicating, closed, withdrawn")
    created_by: str
    created_at: datetime
    closed_at: datetime | None
    reviewers: list[PartOut]
    undecided: int | None = Field(description="proposed tags that the caller has yet to decide about; null for others")
    version: int


class RoundsOut(BaseModel):
    """A page of rounds."""

    items: list[RoundOut]
    next_cursor: str | None


class ReviewerOut(BaseModel):
    """Somebody who may review a record."""

    id: str
    name: str
    may_adjudicate: bool


class ReviewersOut(BaseModel):
    """Those who may."""

    items: list[ReviewerOut]
    next_cursor: str | None = None


class DifferenceOut(BaseModel):
    """Something the two decided differently, or only one of them decided."""

    key: str
    start: int
    end: int
    tag: TagOut | None = Field(description="the machine's tag; null where one was added")
    reviews: list[ReviewOut]


class DifferencesOut(BaseModel):
    """What waits for a third person."""

    items: list[DifferenceOut]
    next_cursor: str | None = None


class AdjudicationOut(BaseModel):
    """How a difference was settled."""

    id: str
    round_id: str
    start: int
    end: int
    action: str
    chosen_review_id: str | None
    result_tag_id: str | None
    wanted: dict[str, Any] | None
    reason: str | None
    adjudicator_id: str
    created_at: datetime
    round_state: str


@router.get("/reviewers", summary="可以复核某材料的人")
def list_reviewers(caller: Adjudicating, record_id: NeededId) -> ReviewersOut:
    """People who may see a record and review it, to be assigned to a blind round."""
    found = reviewers_of(caller.repository, caller.principal, record_id)
    with caller.read() as session:
        record(session, "review.reviewers", "record", record_id, items=len(found))
    items = [ReviewerOut(id=one.id, name=one.name, may_adjudicate=one.may_adjudicate) for one in found]
    return ReviewersOut(items=items)


@router.get("/agreement", summary="双盲复核的一致程度(全部轮次)")
def overall_agreement(caller: Reader, engine: EngineDep, reviewer_id: IdQuery = None) -> RoundAgreement:
    """Clause-level kappa and alpha for unitizing over the finished blind rounds that the caller may see."""
    people = None if reviewer_id is None else [reviewer_id]
    with caller.read() as session:
        found = agreement.of_all(session, caller.principal, book_of(engine), reviewer_ids=people)
        record(session, "review_round.agreement", "review_round", None, rounds=found.rounds)
    return found


@router.get("/rounds", summary="复核轮次")
def list_rounds(
    caller: Reader,
    record_id: IdQuery = None,
    state: Annotated[Literal["open", "adjudicating", "closed", "withdrawn"] | None, Query()] = None,
    mine: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RoundsOut:
    """Blind rounds, the newest first; ``mine`` are those in which the caller reviews."""
    statement = select(ReviewRound).where(ReviewRound.blind.is_(True))
    if record_id is not None:
        statement = statement.where(ReviewRound.record_id == record_id)
    if state is not None:
        statement = statement.where(ReviewRound.state == state)
    if mine:
        own = select(ReviewAssignment.round_id).where(ReviewAssignment.reviewer_id == caller.principal.id)
        statement = statement.where(ReviewRound.id.in_(own))
    filters = {"reader": caller.principal.id, "record_id": record_id, "state": state, "mine": mine}
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(ReviewRound.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("review-rounds", filters),
            limit=limit,
            cursor=cursor,
        )
        record(session, "review_round.list", "review_round", None, items=len(found.items))
        items = [round_out(session, caller.principal, one) for one in found.items]
    return RoundsOut(items=items, next_cursor=found.next_cursor)


@router.post("/rounds", status_code=201, summary="开始双盲复核", response_model=RoundOut)
def create_round(
    body: RoundIn, request: Request, caller: Adjudicating, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """Two people review the current version of a record, neither seeing the other's decisions."""

    def work(session: StoreSession) -> Answer:
        made = rounds.create_round(session, caller.repository, caller.principal, body.record_id, body.reviewers)
        location = f"/v1/reviews/rounds/{made.id}"
        return as_answer(made, round_out(session, caller.principal, made), status=201, location=location)

    return create(caller, request, body, idempotency_key, work)


@router.get("/rounds/{id}", summary="一轮复核", response_model=RoundOut)
def get_round(id: str, caller: Reader) -> JSONResponse:
    """One round, with its ETag."""
    with caller.read() as session:
        found = fetch(session, ReviewRound, id)
        record(session, "review_round.view", "review_round", found.id)
        return respond(as_answer(found, round_out(session, caller.principal, found)))


@router.post("/rounds/{id}/finish", summary="完成自己的一份", response_model=RoundOut)
def finish(id: str, caller: Reviewing, engine: EngineDep, if_match: IfMatch = None) -> JSONResponse:
    """The own part is done. When the second one says so all decisions are opened, and what both agree on takes effect."""
    book = book_of(engine)
    rounds.finish(caller.repository, caller.principal, book, id, if_match=if_match, request_id=caller.request_id)
    with caller.read() as session:
        found = fetch(session, ReviewRound, id)
        return respond(as_answer(found, round_out(session, caller.principal, found)))


@router.post("/rounds/{id}/withdraw", summary="提前结束一轮复核", response_model=RoundOut)
def withdraw(id: str, caller: Adjudicating, if_match: IfMatch = None) -> JSONResponse:
    """End a round that cannot be finished; its sealed decisions take no effect."""
    with caller.write() as session:
        found = rounds.withdraw_round(session, caller.principal, id, if_match=if_match)
        answer = as_answer(found, round_out(session, caller.principal, found))
    return respond(answer)


@router.get("/rounds/{id}/differences", summary="两人的分歧")
def list_differences(id: str, caller: Reader) -> DifferencesOut:
    """What a third person has yet to decide, in the order of the text."""
    with caller.read() as session:
        found = adjudicating.differences(session, caller.principal, id)
        items = []
        for matter in found:
            tag = None if matter.tag_id is None else fetch(session, TagRow, matter.tag_id)
            items.append(
                DifferenceOut(
                    key=matter.key,
                    start=matter.start,
                    end=matter.end,
                    tag=None if tag is None else tag_out(tag),
                    reviews=[review_out(review) for review in matter.reviews],
                )
            )
        record(session, "review_round.differences", "review_round", id, items=len(items))
    return DifferencesOut(items=items)


@router.post("/rounds/{id}/adjudications", status_code=201, summary="裁定一处分歧", response_model=AdjudicationOut)
def adjudicate(
    id: str,
    body: Ruling,
    request: Request,
    caller: Adjudicating,
    engine: EngineDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """A third person decides; the last difference closes the round."""

    def work(session: StoreSession) -> Answer:
        made = adjudicating.adjudicate(session, caller.principal, book_of(engine), id, body)
        state = fetch(session, ReviewRound, id).state
        return Answer(201, _adjudication_out(made, state).model_dump(mode="json"))

    return create(caller, request, body, idempotency_key, work)


@router.get("/rounds/{id}/agreement", summary="一轮复核的一致程度")
def round_agreement(id: str, caller: Reader, engine: EngineDep) -> RoundAgreement:
    """Clause-level kappa and alpha for unitizing of the two reviewers, before any adjudication."""
    with caller.read() as session:
        found = agreement.of_round(session, caller.principal, book_of(engine), id)
        record(session, "review_round.agreement", "review_round", id)
    return found


def round_out(session: Session, principal: Principal, found: ReviewRound) -> RoundOut:
    """A round as it is shown to somebody."""
    parts = session.scalars(
        select(ReviewAssignment).where(ReviewAssignment.round_id == found.id).order_by(ReviewAssignment.id)
    ).all()
    own = any(part.reviewer_id == principal.id and part.finished_at is None for part in parts)
    return RoundOut(
        id=found.id,
        record_id=found.record_id,
        version_id=found.version_id,
        blind=found.blind,
        sampled=found.sampled,
        state=found.state,
        created_by=found.created_by,
        created_at=found.created_at,
        closed_at=found.closed_at,
        reviewers=[PartOut(reviewer_id=part.reviewer_id, finished_at=part.finished_at) for part in parts],
        undecided=len(rounds.undecided(session, principal, found)) if own and found.state == "open" else None,
        version=found.version,
    )


def _adjudication_out(made: Adjudication, state: str) -> AdjudicationOut:
    return AdjudicationOut(
        id=made.id,
        round_id=made.round_id,
        start=made.start,
        end=made.end,
        action=made.action,
        chosen_review_id=made.chosen_review_id,
        result_tag_id=made.result_tag_id,
        wanted=(made.proposal or {}).get("wanted"),
        reason=made.reason,
        adjudicator_id=made.adjudicator_id,
        created_at=made.created_at,
        round_state=state,
    )
