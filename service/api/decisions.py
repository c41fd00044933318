"""``/v1/decisions``: what was decided, what is to be looked at again, and the case it becomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.retrieval import Case
from service.access.repository import fetch
from service.api.answers import as_answer, changes, create, respond
from service.api.deps import Caller, Cursor, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.api.reviews import Id, IdQuery
from service.audit.log import record
from service.decisions import deciding
from service.decisions.closing import close, draft_case
from service.decisions.measures import MEASURE_ZH, Measure
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models import Decision
from service.store.paging import Order, list_scope, page

router = APIRouter(prefix="/decisions", tags=["运用"])
Reader = Annotated[Caller, requires("assessment.read")]
Writer = Annotated[Caller, requires("decision.write")]
Words = Annotated[str, Field(min_length=1, max_length=20_000)]
Names = Annotated[list[Annotated[str, Field(min_length=2, max_length=50)]], Field(max_length=100)]


class DecisionIn(BaseModel):
    """A decision after an approved note."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "assessment_id": "0193e3a0-0000-7000-8000-000000000001",
                    "measure": "remind",
                    "decided_by": "某县委组织部部务会",
                    "decided_on": "2024-05-20",
                    "follow_up_on": "2024-08-20",
                }
            ]
        },
    )

    assessment_id: Id
    measure: Measure
    decided_by: str = Field(min_length=1, max_length=200)
    decided_on: date
    follow_up_on: date | None = None
    note: Words | None = None


class DecisionPatch(BaseModel):
    """What to change; null takes it away."""

    model_config = ConfigDict(extra="forbid")

    follow_up_on: date | None = None
    note: Words | None = None


class ClosingIn(BaseModel):
    """What became of it, and names to take out of the case beside those that are known."""

    model_config = ConfigDict(extra="forbid")

    outcome: Words
    names: Names = []


class DecisionOut(BaseModel):
    """A decision."""

    id: str
    assessment_id: str
    subject_id: str
    unit_id: str
    confidentiality: int
    measure: str
    measure_zh: str
    decided_by: str
    decided_on: date
    follow_up_on: date | None
    note: str | None
    state: str = Field(description="open, closed")
    outcome: str | None
    closed_by: str | None
    closed_at: datetime | None
    case_id: str | None = Field(description="of the historical case that it became")
    created_by: str
    created_at: datetime
    version: int


class DecisionsOut(BaseModel):
    """A page of decisions."""

    items: list[DecisionOut]
    next_cursor: str | None


class CaseDraftOut(BaseModel):
    """The case as it would be, and what looks like a name in it still."""

    case: Case
    like_names: list[str]


@router.get("", summary="运用列表")
def list_decisions(
    caller: Reader,
    subject_id: IdQuery = None,
    assessment_id: IdQuery = None,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DecisionsOut:
    """Decisions, the newest first."""
    filters = {"subject_id": subject_id, "assessment_id": assessment_id, "state": state}
    statement = select(Decision)
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(getattr(Decision, name) == value)
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(Decision.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("decisions", {"reader": caller.principal.id, **filters}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "decision.list", "decision", None, items=len(found.items))
        return DecisionsOut(items=[decision_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("", status_code=201, summary="登记运用", response_model=DecisionOut)
def create_decision(
    body: DecisionIn, request: Request, caller: Writer, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """What people decided after an approved note."""

    def work(session: StoreSession) -> Answer:
        made = deciding.decide(
            session,
            caller.principal,
            body.assessment_id,
            body.measure,
            decided_by=body.decided_by,
            decided_on=body.decided_on,
            follow_up_on=body.follow_up_on,
            note=body.note,
        )
        return as_answer(made, decision_out(made), status=201, location=f"/v1/decisions/{made.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/due", summary="到期回访")
def list_due(
    caller: Reader,
    on: Annotated[date, Query(description="the day by which they are due")],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DecisionsOut:
    """Open decisions that are to be looked at again, the longest due first."""
    with caller.read() as session:
        found = deciding.due(session, caller.principal, on, cursors=caller.cursors, limit=limit, cursor=cursor)
        record(session, "decision.due", "decision", None, items=len(found.items))
        return DecisionsOut(items=[decision_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.get("/{id}", summary="一项运用", response_model=DecisionOut)
def get_decision(id: str, caller: Reader) -> JSONResponse:
    """One decision, with its ETag."""
    with caller.read() as session:
        found = fetch(session, Decision, id)
        record(session, "decision.view", "decision", found.id)
        return respond(as_answer(found, decision_out(found)))


@router.patch("/{id}", summary="修改运用(回访日期、说明)", response_model=DecisionOut)
def change_decision(id: str, body: DecisionPatch, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """Change an open decision."""
    with caller.write() as session:
        found = deciding.change(session, caller.principal, id, changes(body), if_match=if_match)
        answer = as_answer(found, decision_out(found))
    return respond(answer)


@router.post("/{id}/case", summary="了结前预览将成的案例")
def preview_case(id: str, body: ClosingIn, caller: Writer) -> CaseDraftOut:
    """The case without names, to be read before the decision is closed. Nothing is stored."""
    with caller.read() as session:
        draft = draft_case(session, caller.repository, caller.principal, id, body.outcome, body.names)
        record(session, "decision.preview_case", "decision", id)
    return CaseDraftOut(case=draft.case, like_names=draft.like_names)


@router.post("/{id}/close", summary="了结运用,形成案例", response_model=DecisionOut)
def close_decision(id: str, body: ClosingIn, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """Close a decision; the historical case enters the case index."""
    with caller.write() as session:
        found = close(session, caller.repository, caller.principal, id, body.outcome, body.names, if_match=if_match)
        answer = as_answer(found, decision_out(found))
    return respond(answer)


def decision_out(decision: Decision) -> DecisionOut:
    """A decision as it is shown."""
    fields = {name: getattr(decision, name) for name in DecisionOut.model_fields if name != "measure_zh"}
    return DecisionOut(**fields, measure_zh=MEASURE_ZH[decision.measure])
