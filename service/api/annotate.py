"""``POST /v1/annotate`` and ``POST /v1/segment``."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from nlp.schema import Annotation
from service.api.deps import EngineDep, requires
from service.segmentation import Segmentation, segment_text

router = APIRouter(tags=["标注"], dependencies=[requires("text.annotate")])
_EXAMPLE = "该同志处事公道，从不推诿扯皮。有群众反映其接受宴请，经核实不属实。希望今后进一步加强理论学习。"


class TextIn(BaseModel):
    """A text to read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"id": "doc-1", "text": _EXAMPLE}]})

    text: str = Field(max_length=2_000_000)
    id: str | None = Field(default=None, max_length=500)


class AnnotateIn(TextIn):
    """A text to annotate."""

    keep_normative: bool = Field(default=False, description="keep requirements, plans and hypotheses")


@router.post("/annotate", summary="逐句标注行为特征与政绩观指标")
def annotate(body: AnnotateIn, engine: EngineDep) -> Annotation:
    """Tags with exact evidence; offsets are code points of the returned text."""
    return engine.annotate(body.text, id=body.id, keep_normative=body.keep_normative)


@router.post("/segment", summary="切分章节、话轮、小句、词")
def segment(body: TextIn) -> Segmentation:
    """The form of a text without tags."""
    return segment_text(body.text, id=body.id)
