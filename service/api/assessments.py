"""``/v1/assessments``: notes about a subject, their versions, their approval."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.retrieval import Case
from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.api.reviews import IdQuery, NeededId, book_of
from service.assessment import approval, circumstances, notes
from service.assessment.candidates import candidates
from service.assessment.notes import Sources
from service.assessment.shapes import (
    AssessmentOut,
    CircumstanceOut,
    Difference,
    EvidenceOut,
    Id,
    Level,
    NoteIn,
    NoteOut,
    VersionOut,
)
from service.assessment.versions import differences
from service.assessment.views import assessment_out, note_out, version_numbered, version_out
from service.audit.log import record
from service.engine import Engine
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models import Assessment, AssessmentVersion
from service.store.paging import Order, list_scope, page

router = APIRouter(prefix="/assessments", tags=["研判"])
Reader = Annotated[Caller, requires("assessment.read")]
Writer = Annotated[Caller, requires("assessment.write")]
Approver = Annotated[Caller, requires("assessment.approve")]


class AssessmentIn(NoteIn):
    """A new note."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "subject_id": "0193e3a0-0000-7000-8000-000000000001",
                    "occasion": "年度考核",
                    "summary": "",
                    "findings": [
                        {"statement": "敢于担责", "evidence": ["0193e3a0-0000-7000-8000-000000000002"]},
                    ],
                }
            ]
        },
    )

    subject_id: Id
    occasion: str = Field(min_length=1, max_length=300)
    confidentiality: Level | None = Field(default=None, description="that of what it cites by default; never below it")


class ReturnIn(BaseModel):
    """Why a note is returned."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "第二条认定缺事例"}]})

    reason: str = Field(min_length=1, max_length=4000)


class AssessmentsOut(BaseModel):
    """A page of notes."""

    items: list[AssessmentOut]
    next_cursor: str | None


class VersionsOut(BaseModel):
    """A page of versions, the newest first."""

    items: list[VersionOut]
    next_cursor: str | None


class DifferencesOut(BaseModel):
    """What changed from one version to another."""

    before: int
    after: int
    items: list[Difference]


class CircumstancesOut(BaseModel):
    """Words that speak for one side or the other of the three distinctions."""

    items: list[CircumstanceOut]
    next_cursor: str | None = None


class CandidatesOut(BaseModel):
    """Evidence that a finding about the subject may cite."""

    items: list[EvidenceOut]
    next_cursor: str | None = None


@router.get("", summary="研判列表")
def list_assessments(
    caller: Reader,
    subject_id: IdQuery = None,
    state: Annotated[Literal["draft", "submitted", "approved", "returned"] | None, Query()] = None,
    mine: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AssessmentsOut:
    """Notes, the newest first; ``mine`` are those that the caller began."""
    statement = select(Assessment)
    if subject_id is not None:
        statement = statement.where(Assessment.subject_id == subject_id)
    if state is not None:
        statement = statement.where(Assessment.state == state)
    if mine:
        statement = statement.where(Assessment.author_id == caller.principal.id)
    filters = {"reader": caller.principal.id, "subject_id": subject_id, "state": state, "mine": mine}
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(Assessment.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("assessments", filters),
            limit=limit,
            cursor=cursor,
        )
        record(session, "assessment.list", "assessment", None, items=len(found.items))
        return AssessmentsOut(items=[assessment_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("", status_code=201, summary="起草研判", response_model=NoteOut)
def create_assessment(
    body: AssessmentIn,
    request: Request,
    caller: Writer,
    engine: EngineDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """A note about a subject. Every finding cites reviewed tags of records about the subject."""
    sources = sources_of(caller, engine)
    note = NoteIn.model_validate(body.model_dump(include=set(NoteIn.model_fields)))

    def work(session: StoreSession) -> Answer:
        made = notes.create(
            session,
            caller.principal,
            sources,
            body.subject_id,
            body.occasion,
            note,
            level=body.confidentiality,
        )
        location = f"/v1/assessments/{made.id}"
        return as_answer(made, note_out(session, made), status=201, location=location)

    return create(caller, request, body, idempotency_key, work)


@router.get("/circumstances", summary="材料中涉及三个区分开来的字句")
def list_circumstances(caller: Writer, subject_id: NeededId) -> CircumstancesOut:
    """Words of the subject's records on the three distinctions, to be taken into a note. Nothing is concluded."""
    with caller.read() as session:
        found = circumstances.proposals(session, caller.principal, subject_id)
        record(session, "assessment.circumstances", "subject", subject_id, items=len(found))
    return CircumstancesOut(items=found)


@router.get("/evidence", summary="研判可引的证据")
def list_evidence(caller: Writer, subject_id: NeededId) -> CandidatesOut:
    """Reviewed tags of the records confirmed to be about the subject, in order of time and place."""
    with caller.read() as session:
        found = candidates(session, caller.principal, subject_id)
        record(session, "assessment.evidence", "subject", subject_id, items=len(found))
    return CandidatesOut(items=found)


@router.get("/{id}", summary="一份研判", response_model=NoteOut)
def get_assessment(id: str, caller: Reader) -> JSONResponse:
    """A note with its current version, and its ETag."""
    with caller.read() as session:
        found = fetch(session, Assessment, id)
        record(session, "assessment.view", "assessment", found.id)
        return respond(as_answer(found, note_out(session, found)))


@router.get("/{id}/versions", summary="研判的各个版本")
def list_versions(id: str, caller: Reader, limit: Limit = 20, cursor: Cursor = None) -> VersionsOut:
    """Every version, the newest first."""
    with caller.read() as session:
        found = fetch(session, Assessment, id)
        versions = page(
            session,
            select(AssessmentVersion).where(AssessmentVersion.assessment_id == found.id),
            [Order(AssessmentVersion.number, "desc")],
            cursors=caller.cursors,
            scope=list_scope("assessment-versions", {"reader": caller.principal.id, "assessment": found.id}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "assessment.versions", "assessment", found.id, items=len(versions.items))
        items = [version_out(session, version) for version in versions.items]
    return VersionsOut(items=items, next_cursor=versions.next_cursor)


@router.post("/{id}/versions", status_code=201, summary="修改研判(新版本)", response_model=NoteOut)
def revise(
    id: str,
    body: NoteIn,
    request: Request,
    caller: Writer,
    engine: EngineDep,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """A new version of a draft or a returned note; the ones before it stay."""
    sources = sources_of(caller, engine)

    def work(session: StoreSession) -> Answer:
        found = notes.revise(session, caller.principal, sources, id, body, if_match=if_match)
        return as_answer(found, note_out(session, found), status=201, location=f"/v1/assessments/{found.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/{id}/differences", summary="两个版本的差异")
def compare(
    id: str,
    caller: Reader,
    before: Annotated[int, Query(ge=1, le=2**31 - 1)],
    after: Annotated[int, Query(ge=1, le=2**31 - 1)],
) -> DifferencesOut:
    """What changed from the version ``before`` to the version ``after``."""
    with caller.read() as session:
        found = fetch(session, Assessment, id)
        one, other = (version_out(session, version_numbered(session, found, number)) for number in (before, after))
        record(session, "assessment.compare", "assessment", found.id, before=before, after=after)
    return DifferencesOut(before=before, after=after, items=differences(one, other))


@router.post("/{id}/submit", summary="提交研判", response_model=NoteOut)
def submit(id: str, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """Hand a draft in for approval by somebody else."""
    with caller.write() as session:
        found = approval.submit(session, caller.principal, id, if_match=if_match)
        answer = as_answer(found, note_out(session, found))
    return respond(answer)


@router.post("/{id}/approve", summary="批准研判", response_model=NoteOut)
def approve(id: str, caller: Approver, if_match: IfMatch = None) -> JSONResponse:
    """Approve a note that others wrote and handed in."""
    with caller.write() as session:
        found = approval.approve(session, caller.repository, caller.principal, id, if_match=if_match)
        answer = as_answer(found, note_out(session, found))
    return respond(answer)


@router.post("/{id}/return", summary="退回研判", response_model=NoteOut)
def give_back(id: str, body: ReturnIn, caller: Approver, if_match: IfMatch = None) -> JSONResponse:
    """Return a note to its author, with the reason."""
    with caller.write() as session:
        found = approval.give_back(session, caller.principal, id, body.reason, if_match=if_match)
        answer = as_answer(found, note_out(session, found))
    return respond(answer)


def sources_of(caller: Caller, engine: Engine) -> Sources:
    """What a note's content is checked against; the index is opened when a case is looked up."""

    def lookup(case_id: str) -> Case | None:
        index = engine.index()
        return None if index is None else index.get(case_id)

    return Sources(book_of(engine), lookup, caller.repository.search_access(caller.principal))
