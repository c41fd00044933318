"""``/v1/reviews/samples`` and ``/v1/reviews/missed``: reading untagged clauses, and what the machine missed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.api.reviews import Decided, IdQuery, Word, book_of, decided
from service.audit.log import record
from service.review import sampling
from service.review.clauses import Scope
from service.review.sampling import MOST_CLAUSES, Missed
from service.review.shapes import ReviewOut, TagWanted, review_out
from service.store.database import StoreSession
from service.store.idempotency import Answer

router = APIRouter(prefix="/reviews", tags=["复核"])
Reader = Annotated[Caller, requires("record.read")]
Reviewing = Annotated[Caller, requires("review.write")]


class SampleIn(BaseModel):
    """How many clauses to draw, of which records."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"size": 50}]})

    size: int = Field(ge=1, le=MOST_CLAUSES, description="about so many; at least one of every document type")
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="draws the same clauses of the same records")
    scope: Scope = Field(default_factory=Scope)


class SampleOut(BaseModel):
    """Clauses that wait for being read."""

    items: list[ReviewOut]
    next_cursor: str | None = None


class ReadingIn(BaseModel):
    """What the clause should have been tagged with; an empty list where nothing was missed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"tags": []}]})

    tags: list[TagWanted] = Field(max_length=20)


@router.get("/samples", summary="抽到而未读的分句")
def list_sample(caller: Reviewing, limit: Limit = 200) -> SampleOut:
    """Clauses drawn for the caller and not read yet, the oldest first."""
    with caller.read() as session:
        found = sampling.to_read(session, caller.principal, limit)
        record(session, "review_sample.list", "review_sample", None, items=len(found))
        return SampleOut(items=[review_out(review) for review in found])


@router.post("/samples", status_code=201, summary="随机抽取未标注的分句", response_model=SampleOut)
def draw_sample(
    body: SampleIn, request: Request, caller: Reviewing, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """Draw clauses without a tag at random, by document type, for the caller to read."""

    def work(session: StoreSession) -> Answer:
        made = sampling.draw(session, caller.principal, body.size, body.scope, body.seed)
        return Answer(201, SampleOut(items=[review_out(review) for review in made]).model_dump(mode="json"))

    return create(caller, request, body, idempotency_key, work)


@router.post("/samples/{id}", summary="读过一个抽到的分句", response_model=Decided)
def read_clause(
    id: str, body: ReadingIn, caller: Reviewing, engine: EngineDep, if_match: IfMatch = None
) -> JSONResponse:
    """Say what was missed in a drawn clause; the tags are added to the record."""
    with caller.write() as session:
        read = sampling.read_clause(session, caller.principal, book_of(engine), id, body.tags, if_match=if_match)
        answer = as_answer(read, decided(session, read))
    return respond(answer)


@router.get("/missed", summary="漏标估计")
def missed(
    caller: Reader,
    unit_id: IdQuery = None,
    doc_type: Word = None,
    since: Annotated[str | None, Query(max_length=10, pattern=r"^[0-9-]*$")] = None,
) -> Missed:
    """What the machine missed in the records that the caller may see, from the clauses read so far."""
    with caller.read() as session:
        found = sampling.missed(session, caller.principal, Scope(unit_id=unit_id, doc_type=doc_type, since=since))
        record(session, "review_sample.estimate", "review_sample", None, read=found.read)
    return found
