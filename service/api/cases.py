"""``POST /v1/cases`` and ``POST /v1/search``."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, status
from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval import Case, Filters, Hit
from service.api.deps import EngineDep

router = APIRouter(tags=["案例"])


class CasesIn(BaseModel):
    """Cases to add; a case with a known id replaces the old one."""

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
    total: int = Field(description="cases in the index now")


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


class SearchOut(BaseModel):
    """Hits, best first."""

    hits: list[Hit]


@router.post("/cases", status_code=status.HTTP_201_CREATED, summary="加入历史案例")
def add_cases(body: CasesIn, engine: EngineDep) -> CasesOut:
    """Add cases to the index; they can be found as soon as the answer is there."""
    total = engine.add_cases(body.cases)
    return CasesOut(added=len(body.cases), total=total)


@router.post("/search", summary="检索相似案例并说明理由")
def search(body: SearchIn, engine: EngineDep) -> SearchOut:
    """Similar cases with matched passages, shared and differing tags, and ranks per channel."""
    if body.k > engine.settings.max_hits:
        raise HTTPException(422, f"k is {body.k}, at most {engine.settings.max_hits} hits are given in one answer")
    return SearchOut(
        hits=engine.search(body.text, body.k, body.filters, collapse=body.collapse, per_source=body.per_source)
    )
