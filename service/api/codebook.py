"""``GET /v1/codebook``."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from nlp.codebook import Label
from nlp.schema import Family
from service.api.deps import EngineDep, get_caller

router = APIRouter(tags=["编码本"], dependencies=[Depends(get_caller)])


class LabelOut(BaseModel):
    """One label."""

    id: str
    zh: str
    family: Family
    group: str | None
    positive: str
    negative: str
    definition: str
    boundaries: dict[str, str]
    examples: dict[str, list[str]]


class CodebookOut(BaseModel):
    """The label set in use."""

    version: str
    labels: list[LabelOut]


@router.get("/codebook", summary="编码本")
def codebook(engine: EngineDep) -> CodebookOut:
    """All labels with definitions, boundaries and examples."""
    book = engine.pipeline.codebook
    return CodebookOut(version=book.version, labels=[_label(label) for label in book.labels])


def _label(label: Label) -> LabelOut:
    return LabelOut(
        id=label.id,
        zh=label.zh,
        family=label.family,
        group=label.group,
        positive=label.positive,
        negative=label.negative,
        definition=label.definition,
        boundaries={boundary.label: boundary.rule for boundary in label.boundaries},
        examples={sign: list(texts) for sign, texts in label.examples.items()},
    )
