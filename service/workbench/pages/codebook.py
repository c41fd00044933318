"""The codebook (标签体系): labels by group with what either sign looks like, and the guideline."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from nlp.codebook import Codebook, Label
from service.api.deps import EngineDep
from service.review.labels import codebook
from service.workbench.guideline import guideline_of
from service.workbench.rendering import PageCaller, render
from service.workbench.words import label_classes, label_names

router = APIRouter()
_FAMILIES = {"trait": "行为特征", "performance_view": "政绩观"}


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """Labels that stand together in the codebook."""

    id: str
    name: str
    family: str
    labels: list[Label]


@router.get("/codebook")
def browse(request: Request, engine: EngineDep, caller: PageCaller) -> HTMLResponse:
    """All labels, and the guideline beside the codebook in use."""
    book = codebook(engine.settings.codebook)
    return render(
        request,
        caller,
        "codebook/view.html",
        book=book,
        groups=groups_of(book),
        css=label_classes(book),
        zh=label_names(book),
        guideline=guideline_of(book.path),
    )


def groups_of(book: Codebook) -> list[LabelGroup]:
    """The labels in the order of the file, cut where family or group changes."""
    cut = groupby(book.labels, key=lambda label: (label.family, label.group))
    return [
        LabelGroup(f"group-{number}", group or _FAMILIES[family], _FAMILIES[family], list(labels))
        for number, ((family, group), labels) in enumerate(cut, 1)
    ]
