"""``/v1/cases``: historical cases, one by one and side by side; ``/v1/search``: those that are like a text."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, status
from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval import Case, Filters, Hit
from nlp.retrieval.facets import Facets
from nlp.retrieval.sayings import Meaning
from service.api.deps import Caller, EngineDep, requires
from service.audit.log import record
from service.searching import cases as searching
from service.searching.cases import Comparison
from service.searching.giving import sees_all, taken_in

router = APIRouter(tags=["案例"])
Searcher = Annotated[Caller, requires("case.search")]


class CasesIn(BaseModel):
    """Cases to add; a case with the id of one that the caller may see replaces it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"cases": [{"id": "case-1", "text": "为迎接检查连夜粉刷沿街外墙，背街污水照流。", "outcome": "诫勉"}]}
            ]
        },
    )

    cases: list[Case] = Field(min_length=1, max_length=10_000)


class CasesOut(BaseModel):
    """What was added."""

    added: int
    ids: list[str] = Field(description="ids that the cases have now, in the order given")
    total: int | None = Field(description="cases in the index now; null for callers who do not see all of them")


class SearchIn(BaseModel):
    """A narrative or a phrase."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "新官不理旧账，前任签的合同一概不认", "k": 5}]}
    )

    text: str = Field(min_length=1, max_length=100_000)
    k: int = Field(default=10, ge=1)
    filters: Filters | None = None
    collapse: bool = Field(default=True, description="cases with nearly the same text are one hit")
    per_source: int | None = Field(default=None, ge=1, description="most hits of one source")
    diverse: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="how much likeness counts against novelty; null leaves the ranking as it is",
    )
    sayings: bool = Field(
        default=True, description="a phrase that is a saying is searched with what the dictionary says it means, too"
    )


class SearchOut(BaseModel):
    """Hits, best first."""

    hits: list[Hit]
    understood: list[Meaning] = Field(default=[], description="sayings that the text was understood as")


class CompareIn(BaseModel):
    """Ids of two cases."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"first": "case-001", "second": "case-002"}]}
    )

    first: str = Field(min_length=1, max_length=1000)
    second: str = Field(min_length=1, max_length=1000)


class FacetsIn(BaseModel):
    """Conditions in force."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"filters": {"doc_type": ["survey"]}}]})

    filters: Filters = Filters()


@router.post("/cases", status_code=status.HTTP_201_CREATED, summary="加入历史案例")
def add_cases(body: CasesIn, engine: EngineDep, caller: Annotated[Caller, requires("case.write")]) -> CasesOut:
    """Add cases to the index; they can be found as soon as the answer is there.

    Only cases of the caller's units and levels can be added or replaced. Where the caller does not see every case, a new
    case gets a mark behind its id; ``ids`` tells.
    """
    access = caller.repository.search_access(caller.principal)
    cases = taken_in(body.cases, access, engine.index())
    with caller.write() as session:
        record(session, "case.write", "case_index", None, count=len(cases))
    total = engine.add_cases(cases)
    return CasesOut(added=len(cases), ids=[case.id for case in cases], total=total if sees_all(access) else None)


@router.post("/cases/compare", summary="并列比较两个案例")
def compare(body: CompareIn, engine: EngineDep, caller: Searcher) -> Comparison:
    """Two cases with the passages, labels and circumstances in which they are alike or different."""
    access = caller.repository.search_access(caller.principal)
    with caller.read() as session:
        return searching.compare_cases(session, engine, access, body.first, body.second)


@router.get("/cases/{id:path}", summary="一个案例")
def get_case(id: Annotated[str, Path(max_length=1000)], engine: EngineDep, caller: Searcher) -> Case:
    """One historical case, with its text and tags."""
    access = caller.repository.search_access(caller.principal)
    with caller.read() as session:
        return searching.view_case(session, engine, access, id)


@router.post("/search/facets", summary="检索条件的可选值和案例数")
def facets(body: FacetsIn, engine: EngineDep, caller: Searcher) -> Facets:
    """Values to filter by, each with the number of cases that the caller would find with it."""
    return searching.facets(engine, caller.repository.search_access(caller.principal), body.filters)


@router.post("/search", summary="检索相似案例并说明理由")
def search(body: SearchIn, engine: EngineDep, caller: Searcher) -> SearchOut:
    """Similar cases with matched passages, shared and differing tags, and ranks per channel."""
    if body.k > engine.settings.max_hits:
        raise HTTPException(422, f"k is {body.k}, at most {engine.settings.max_hits} hits are given in one answer")
    hits = engine.search(
        body.text,
        body.k,
        body.filters,
        collapse=body.collapse,
        per_source=body.per_source,
        diverse=body.diverse,
        access=caller.repository.search_access(caller.principal),
        sayings=body.sayings,
    )
    with caller.write() as session:
        # The words searched for may be about a person; their hash tells whether two searches were the same.
        asked = hashlib.sha256(body.text.encode()).hexdigest()[:16]
        record(session, "case.search", "case_index", None, text_sha256=asked, characters=len(body.text), hits=len(hits))
    return SearchOut(hits=hits, understood=list(engine.meanings(body.text)) if body.sayings else [])
