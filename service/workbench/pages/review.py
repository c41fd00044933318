"""Review: what waits, the least certain first; blind rounds and their differences side by side."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from service.access.repository import fetch
from service.api.deps import Caller, EngineDep
from service.api.review_rounds import list_differences, list_rounds
from service.render import DOC_TYPE_ZH, KIND_ZH, STATUS_ZH, SUBJECT_ZH
from service.review.labels import codebook
from service.review.queue import QueueFilters, queue, waiting
from service.store.models import RecordVersion
from service.workbench.names import colleagues
from service.workbench.rendering import allowed, render
from service.workbench.words import label_classes, label_names

router = APIRouter()
Word = Annotated[str, Query(max_length=64)]
PAGE = 50
ROUND_STATES = {"open": "进行中", "adjudicating": "待裁定", "closed": "已结束", "withdrawn": "已撤回"}
ACTIONS = {"accept": "认可", "change": "改为", "reject": "否定", "add": "补标"}


@router.get("/review")
def waiting_tags(
    request: Request,
    engine: EngineDep,
    label: Word = "",
    doc_type: Word = "",
    polarity: Literal["", "+", "-"] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    caller: Caller = allowed("review.write", "review.adjudicate"),
) -> HTMLResponse:
    """The queue, and the blind rounds that wait for the caller."""
    book = codebook(engine.settings.codebook)
    filters = QueueFilters(label=label or None, doc_type=doc_type or None, polarity=polarity or None)
    reviewing = caller.principal.may("review.write")
    with caller.read() as session:
        found = (
            queue(session, caller.principal, filters, cursors=caller.cursors, limit=PAGE, cursor=cursor)
            if reviewing
            else None
        )
        left = waiting(session, caller.principal, filters) if reviewing else 0
    mine = list_rounds(caller, state="open", mine=True).items
    open_ = list_rounds(caller, state="adjudicating").items if caller.principal.may("review.adjudicate") else []
    return render(
        request,
        caller,
        "reading/queue.html",
        items=found.items if found else [],
        waiting=left,
        mine=[one for one in mine if one.undecided is not None],
        adjudicating=open_,
        labels=[(one.id, one.zh) for one in book.labels],
        label_zh=label_names(book),
        label_css=label_classes(book),
        doc_types=DOC_TYPE_ZH,
        chosen={"label": label, "doc_type": doc_type, "polarity": polarity},
        cursor=cursor,
        next_cursor=found.next_cursor if found else None,
    )


@router.get("/review/rounds/{id}")
def blind_round(
    id: Annotated[str, Path(max_length=36)],
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("review.adjudicate"),
) -> HTMLResponse:
    """The differences of a blind round, for a third person to settle."""
    book = codebook(engine.settings.codebook)
    differences = list_differences(id, caller).items
    reviewers = [review.reviewer_id for matter in differences for review in matter.reviews]
    shown = {}
    with caller.read() as session:
        for matter in differences:
            version = fetch(session, RecordVersion, matter.reviews[0].version_id)
            first, last = max(0, matter.start - 40), min(len(version.text), matter.end + 40)
            shown[matter.key] = (
                version.text[first : matter.start],
                version.text[matter.start : matter.end],
                version.text[matter.end : last],
            )
    return render(
        request,
        caller,
        "reading/round.html",
        round_id=id,
        matters=differences,
        context=shown,
        people=colleagues(caller.repository, reviewers),
        label_zh=label_names(book),
        label_css=label_classes(book),
        actions=ACTIONS,
        statuses=STATUS_ZH,
        subjects=SUBJECT_ZH,
        kinds=KIND_ZH,
    )
