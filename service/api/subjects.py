"""``/v1/subjects`` and ``/v1/subject-links``: whom records are about, and the words that show it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from nlp.errors import InvalidInputError
from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.audit.log import record
from service.records.details import SourceKind
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models import SubjectLink
from service.subjects import linking, proposing, registering
from service.subjects.linking import LinkRole, LinkState, NewLink
from service.subjects.registering import Identity, NewSubject, SubjectChange, SubjectKind
from service.subjects.shapes import (
    IdentityOut,
    LinkOut,
    LinksOut,
    SubjectOut,
    SubjectsOut,
    identity_out,
    link_out,
    subject_out,
)

router = APIRouter(tags=["对象"])
Reader = Annotated[Caller, requires("subject.read")]
Writer = Annotated[Caller, requires("subject.write")]
Naming = Annotated[Caller, requires("subject.identify")]
Id = Annotated[str, Path(max_length=36)]
IdQuery = Annotated[str | None, Query(max_length=36)]


class NameIn(BaseModel):
    """A name to look for. It is in the body and in no address or log."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)


class LinkDecision(BaseModel):
    """What a person says of a proposed link; what is left out stays as proposed."""

    model_config = ConfigDict(extra="forbid")

    role: LinkRole | None = None
    relation: SourceKind | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=500)


class ProposalsIn(BaseModel):
    """Whose names to look for in a record: everybody's that the caller may see, or one that the caller gives."""

    model_config = ConfigDict(extra="forbid")

    record_id: str = Field(min_length=1, max_length=36)
    subject_id: str | None = Field(default=None, min_length=1, max_length=36, description="together with name")
    name: str | None = Field(default=None, min_length=2, max_length=200, description="kept nowhere")


@router.get("/subjects", summary="对象列表(化名)")
def list_subjects(
    caller: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    unit_id: IdQuery = None,
    kind: SubjectKind | None = None,
    record_id: IdQuery = None,
) -> SubjectsOut:
    """Subjects that the caller may see, under their pseudonyms."""
    with caller.read() as session:
        found = registering.subjects(
            session,
            caller.principal,
            cursors=caller.cursors,
            limit=limit,
            cursor=cursor,
            unit_id=unit_id,
            kind=kind,
            record_id=record_id,
        )
    return SubjectsOut(items=[subject_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("/subjects/lookup", summary="按姓名查找对象")
def find_by_name(body: NameIn, caller: Naming, limit: Limit = 50, cursor: Cursor = None) -> SubjectsOut:
    """Subjects with this name or alias, in simplified or traditional characters."""
    with caller.read() as session:
        found = registering.subjects(
            session, caller.principal, cursors=caller.cursors, limit=limit, cursor=cursor, name=body.name
        )
    return SubjectsOut(items=[subject_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("/subjects", status_code=201, summary="建立对象", response_model=SubjectOut)
def create_subject(
    body: NewSubject, request: Request, caller: Writer, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """A person or team, under a code that is made up unless one is given."""

    def work(session: StoreSession) -> Answer:
        subject = registering.register(session, caller.principal, body)
        return as_answer(subject, subject_out(subject), status=201, location=f"/v1/subjects/{subject.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/subjects/{id}", summary="一个对象", response_model=SubjectOut)
def get_subject(id: Id, caller: Reader) -> JSONResponse:
    """One subject, with its ETag."""
    with caller.read() as session:
        subject = registering.view(session, caller.principal, id)
    return respond(as_answer(subject, subject_out(subject)))


@router.patch("/subjects/{id}", summary="修改对象", response_model=SubjectOut)
def change_subject(id: Id, body: SubjectChange, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """Change code, kind, unit or level."""
    with caller.write() as session:
        subject = registering.change(session, caller.principal, id, body, if_match=if_match)
        answer = as_answer(subject, subject_out(subject))
    return respond(answer)


@router.get("/subjects/{id}/identity", summary="化名背后的姓名", response_model=IdentityOut)
def get_identity(id: Id, caller: Naming) -> JSONResponse:
    """The name behind the code; every look is in the audit log."""
    with caller.read() as session:
        found = registering.identity(session, caller.principal, id)
    return respond(as_answer(found, identity_out(found)))


@router.put("/subjects/{id}/identity", summary="登记姓名", response_model=IdentityOut)
def put_identity(id: Id, body: Identity, caller: Naming, if_match: IfMatch = None) -> JSONResponse:
    """Enter the name, or correct it (If-Match: the ETag of the name that was read)."""
    with caller.write() as session:
        found = registering.identify(session, caller.principal, id, body, if_match=if_match)
        answer = as_answer(found, identity_out(found))
    return respond(answer)


@router.get("/subject-links", summary="材料与对象的关联")
def list_links(
    caller: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    subject_id: IdQuery = None,
    record_id: IdQuery = None,
    state: LinkState | None = None,
) -> LinksOut:
    """Links of records and subjects that the caller may both see."""
    with caller.read() as session:
        found = linking.links(
            session,
            caller.principal,
            cursors=caller.cursors,
            limit=limit,
            cursor=cursor,
            subject_id=subject_id,
            record_id=record_id,
            state=state,
        )
    return LinksOut(items=[link_out(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("/subject-links", status_code=201, summary="认定关联", response_model=LinkOut)
def create_link(
    body: NewLink, request: Request, caller: Writer, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """State that a record is about a subject, with the words that show it or a reason."""

    def work(session: StoreSession) -> Answer:
        made = linking.link(session, caller.principal, body)
        return as_answer(made, link_out(made), status=201, location=f"/v1/subject-links/{made.id}")

    return create(caller, request, body, idempotency_key, work)


@router.post("/subject-links/proposals", summary="由姓名提出关联建议")
def propose_links(body: ProposalsIn, caller: Writer) -> LinksOut:
    """Links that the record's own words suggest, each with these words, for a person to confirm or reject.

    A pair that was proposed or decided before is not proposed again.
    """
    with caller.write() as session:
        if body.name is not None and body.subject_id is not None:
            made = [proposing.propose_by_name(session, caller.principal, body.record_id, body.subject_id, body.name)]
        elif body.name is None and body.subject_id is None:
            made = proposing.propose(session, caller.principal, body.record_id)
        else:
            raise InvalidInputError("a name is given together with the subject who has it", place="subject_id")
        items = [link_out(one) for one in made]
    return LinksOut(items=items, next_cursor=None)


@router.get("/subject-links/{id}", summary="一个关联", response_model=LinkOut)
def get_link(id: Id, caller: Reader) -> JSONResponse:
    """One link, with its ETag."""
    with caller.read() as session:
        found = fetch(session, SubjectLink, id)
        record(session, "subject_link.view", "subject_link", found.id)
    return respond(as_answer(found, link_out(found)))


@router.post("/subject-links/{id}/confirm", summary="确认关联", response_model=LinkOut)
def confirm_link(id: Id, body: LinkDecision, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """The record is about the subject."""
    return _decide(caller, id, "confirmed", body, if_match)


@router.post("/subject-links/{id}/reject", summary="否定关联", response_model=LinkOut)
def reject_link(id: Id, body: LinkDecision, caller: Writer, if_match: IfMatch = None) -> JSONResponse:
    """The record is not about the subject."""
    return _decide(caller, id, "rejected", body, if_match)


def _decide(
    caller: Caller, id: str, state: Literal["confirmed", "rejected"], body: LinkDecision, if_match: str | None
) -> JSONResponse:
    with caller.write() as session:
        found = linking.decide(session, caller.principal, id, state, if_match=if_match, **body.model_dump())
        answer = as_answer(found, link_out(found))
    return respond(answer)
