"""``/v1/reviews``: decisions about tags, the queue, and reviewed records as gold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select

from nlp.codebook import Codebook
from nlp.schema import Polarity
from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.audit.log import record
from service.engine import Engine
from service.review import deciding
from service.review.gold import GoldFilters, gold_after
from service.review.labels import codebook
from service.review.queue import QueueFilters, QueueItem, queue, waiting
from service.review.shapes import ReviewOut, TagChange, TagOut, TagWanted, review_out, tag_out
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models import RecordVersion, Review, TagRow
from service.store.paging import Order, list_scope, page

router = APIRouter(prefix="/reviews", tags=["复核"])
Reader = Annotated[Caller, requires("record.read")]
Reviewing = Annotated[Caller, requires("review.write")]
Exporting = Annotated[Caller, requires("export.create")]
# PostgreSQL takes no U+0000, and no id has anything but ASCII.
_PLAIN = r"^[\x20-\x7e]*$"
Id = Annotated[str, Field(min_length=1, max_length=36, pattern=_PLAIN)]
IdQuery = Annotated[str | None, Query(max_length=36, pattern=_PLAIN)]
NeededId = Annotated[str, Query(min_length=1, max_length=36, pattern=_PLAIN)]
Word = Annotated[str | None, Query(max_length=32, pattern=_PLAIN)]
Label = Annotated[str | None, Query(max_length=64, pattern=_PLAIN)]


class ReviewIn(BaseModel):
    """A decision about a tag (with If-Match: the tag's ``etag``), or a tag that is missing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"action": "accept", "tag_id": "0193e3a0-0000-7000-8000-000000000001"}]},
    )

    action: Literal["accept", "change", "reject", "add"]
    tag_id: Id | None = Field(default=None, description="with accept, change, reject")
    version_id: Id | None = Field(default=None, description="with add: the record version")
    change: TagChange | None = Field(default=None, description="with change: what is different")
    tag: TagWanted | None = Field(default=None, description="with add")
    comment: str | None = Field(default=None, max_length=2000)
    origin: Literal["api", "workbench", "import"] = "api"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        adding = self.action == "add"
        if adding != (self.version_id is not None and self.tag is not None and self.tag_id is None):
            raise ValueError("add takes version_id and tag; the other actions take tag_id")
        if not adding and (self.tag_id is None or self.tag is not None or self.version_id is not None):
            raise ValueError("accept, change and reject take tag_id")
        if (self.action == "change") != (self.change is not None):
            raise ValueError("change belongs to the action change")
        return self


class Decided(BaseModel):
    """A decision, and the tag it was about as it is now (null for a sealed addition)."""

    review: ReviewOut
    tag: TagOut | None
    result: TagOut | None = Field(description="the tag that the decision left; null while it is sealed")


class ReviewsOut(BaseModel):
    """A page of decisions."""

    items: list[ReviewOut]
    next_cursor: str | None


class TagsOut(BaseModel):
    """The tags of a version in the order of its text, and the own decisions of an open blind round."""

    items: list[TagOut]
    sealed: list[ReviewOut]
    next_cursor: str | None = None


class QueueOut(BaseModel):
    """A page of the queue."""

    items: list[QueueItem]
    next_cursor: str | None
    waiting: int = Field(description="all tags that wait, on this page or not")


def book_of(engine: Engine) -> Codebook:
    """The codebook that reviewers choose labels from."""
    return codebook(engine.settings.codebook)


@router.get("", summary="复核记录")
def list_reviews(
    caller: Reader,
    record_id: IdQuery = None,
    version_id: IdQuery = None,
    tag_id: IdQuery = None,
    round_id: IdQuery = None,
    mine: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReviewsOut:
    """Decisions, the newest first. Sealed ones are shown to their author only."""
    filters = {"record_id": record_id, "version_id": version_id, "tag_id": tag_id, "round_id": round_id}
    statement = select(Review)
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(getattr(Review, name) == value)
    if mine:
        statement = statement.where(Review.reviewer_id == caller.principal.id)
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(Review.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("reviews", {"reader": caller.principal.id, "mine": mine, **filters}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "review.list", "review", None, items=len(found.items))
        return ReviewsOut(items=[review_out(review) for review in found.items], next_cursor=found.next_cursor)


@router.post("", status_code=201, summary="复核一个标注,或补标", response_model=Decided)
def decide(
    body: ReviewIn,
    request: Request,
    caller: Reviewing,
    engine: EngineDep,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """Accept, change or reject a tag, or add one. In a blind round the decision is sealed and the tag stays as it is."""
    book = book_of(engine)

    def work(session: StoreSession) -> Answer:
        if body.action == "add":
            assert body.version_id is not None, "checked by the model"
            assert body.tag is not None, "checked by the model"
            review = deciding.add(
                session,
                caller.principal,
                book,
                body.version_id,
                body.tag,
                comment=body.comment,
                origin=body.origin,
            )
        else:
            assert body.tag_id is not None, "checked by the model"
            review = deciding.decide(
                session,
                caller.principal,
                book,
                body.tag_id,
                body.action,
                if_match=if_match,
                change=body.change,
                comment=body.comment,
                origin=body.origin,
            )
        location = f"/v1/reviews/{review.id}"
        return as_answer(review, decided(session, review), status=201, location=location)

    return create(caller, request, body, idempotency_key, work)


@router.get("/queue", summary="待复核标注(最不确定的在前)")
def review_queue(
    caller: Reviewing,
    record_id: IdQuery = None,
    round_id: IdQuery = None,
    unit_id: IdQuery = None,
    doc_type: Word = None,
    label: Label = None,
    polarity: Annotated[Polarity | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> QueueOut:
    """Proposed tags of current versions; what the machine was least sure of comes first."""
    filters = QueueFilters(
        record_id=record_id, round_id=round_id, unit_id=unit_id, doc_type=doc_type, label=label, polarity=polarity
    )
    with caller.read() as session:
        found = queue(session, caller.principal, filters, cursors=caller.cursors, limit=limit, cursor=cursor)
        left = waiting(session, caller.principal, filters)
    return QueueOut(items=found.items, next_cursor=found.next_cursor, waiting=left)


@router.get("/tags", summary="一个材料版本的全部标注")
def list_tags(caller: Reader, version_id: NeededId, replaced: bool = False) -> TagsOut:
    """Tags with their state; replaced and outdated ones on request."""
    with caller.read() as session:
        version = fetch(session, RecordVersion, version_id)
        statement = select(TagRow).where(TagRow.version_id == version.id)
        if not replaced:
            statement = statement.where(TagRow.state.in_(("proposed", "accepted", "rejected")))
        tags = session.scalars(statement.order_by(TagRow.start, TagRow.end, TagRow.id)).all()
        own = select(Review).where(
            Review.version_id == version.id,
            Review.reviewer_id == caller.principal.id,
            Review.sealed.is_(True),
            Review.undone_at.is_(None),
        )
        sealed = [review_out(review) for review in session.scalars(own.order_by(Review.id))]
        record(session, "tag.list", "record_version", version.id, items=len(tags))
        return TagsOut(items=[tag_out(tag) for tag in tags], sealed=sealed)


@router.get("/tags/{id}", summary="一个标注", response_model=TagOut)
def get_tag(id: str, caller: Reader) -> JSONResponse:
    """One tag, with its ETag."""
    with caller.read() as session:
        tag = fetch(session, TagRow, id)
        record(session, "tag.view", "tag", tag.id)
        return respond(as_answer(tag, tag_out(tag)))


@router.get(
    "/gold",
    summary="导出复核过的标注(训练、评测用)",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
def export_gold(
    caller: Exporting,
    unit_id: IdQuery = None,
    doc_type: Word = None,
    blind_only: bool = False,
    complete: bool = True,
) -> StreamingResponse:
    """One document a line, in the shape that ``yanpan train`` and ``yanpan evaluate`` read."""
    filters = GoldFilters(unit_id=unit_id, doc_type=doc_type, blind_only=blind_only, complete=complete)
    with caller.write() as session:
        record(session, "review.export_gold", "record", None, blind_only=blind_only, complete=complete)

    def lines() -> Iterator[str]:
        after: str | None = None
        while True:
            with caller.read() as session:
                documents, after = gold_after(session, caller.principal, filters, after)
            for document in documents:
                yield json.dumps(document, ensure_ascii=False) + "\n"
            if after is None:
                return

    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="gold.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


@router.get("/{id}", summary="一条复核记录", response_model=Decided)
def get_review(id: str, caller: Reader) -> JSONResponse:
    """One decision with its tag."""
    with caller.read() as session:
        review = fetch(session, Review, id)
        record(session, "review.view", "review", review.id)
        return respond(as_answer(review, decided(session, review)))


@router.post("/{id}/undo", summary="撤回自己的一条复核", response_model=Decided)
def undo(id: str, caller: Reviewing, if_match: IfMatch = None) -> JSONResponse:
    """Take an own decision back; the tag returns to what the decisions before it made of it."""
    with caller.write() as session:
        review = deciding.undo(session, caller.principal, id, if_match=if_match)
        answer = as_answer(review, decided(session, review))
    return respond(answer)


def decided(session: StoreSession, review: Review) -> Decided:
    """A decision with the tags it concerns."""
    tag, result = (
        None if tag_id is None else session.get(TagRow, tag_id) for tag_id in (review.tag_id, review.result_tag_id)
    )
    return Decided(
        review=review_out(review),
        tag=None if tag is None else tag_out(tag),
        result=None if result is None else tag_out(result),
    )
