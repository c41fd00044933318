"""Writing a note: findings on the left, what they may rest on at the right. The page's script does the rest."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from nlp.codebook import Codebook
from nlp.retrieval.circumstances import load_distinctions
from service.access.repository import fetch
from service.api.deps import Caller, EngineDep
from service.assessment.shapes import VersionOut
from service.assessment.views import note_out
from service.assessment.withheld import withheld
from service.audit.log import record
from service.review.labels import codebook
from service.store.etags import etag
from service.store.models import Assessment, Subject
from service.store.paging import MAX_LIMIT
from service.subjects import registering
from service.workbench.headers import PAGE
from service.workbench.rendering import allowed, render
from service.workbench.words import label_classes

router = APIRouter()


@router.get("/assessments/new")
def begun(
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("assessment.write"),
    subject_id: Annotated[str | None, Query(max_length=36)] = None,
) -> HTMLResponse:
    """A new note about a subject; without one, the subjects to choose from."""
    if subject_id is None:
        with caller.read() as session:
            found = registering.subjects(session, caller.principal, cursors=caller.cursors, limit=MAX_LIMIT)
        return render(request, caller, "assessments/choose.html", subjects=found.items)
    with caller.read() as session:
        subject = registering.view(session, caller.principal, subject_id)
    start: dict[str, Any] = {"id": None, "etag": None, "occasion": "", "summary": ""}
    start |= {"findings": [], "cases": [], "circumstances": []}
    return _editor(request, caller, codebook(engine.settings.codebook), subject, start, hidden=False)


@router.get("/assessments/{id}/edit")
def edited(id: str, request: Request, engine: EngineDep, caller: Caller = allowed("assessment.write")) -> Response:
    """A draft or a returned note, to be revised; a note in another state is only shown."""
    with caller.read() as session:
        found = fetch(session, Assessment, id)
        record(session, "assessment.view", "assessment", found.id)
        note = note_out(session, found)
        subject = fetch(session, Subject, found.subject_id)
        tag = etag(found)
    if note.state not in ("draft", "returned") or note.current is None:
        return RedirectResponse(f"/assessments/{note.id}", status_code=303, headers=PAGE)
    start = {"id": note.id, "etag": tag, "occasion": note.occasion, **_content(note.current)}
    hidden = withheld(caller.repository, note.current)
    return _editor(request, caller, codebook(engine.settings.codebook), subject, start, hidden=hidden)


def _editor(
    request: Request, caller: Caller, book: Codebook, subject: Subject, start: dict[str, Any], *, hidden: bool
) -> HTMLResponse:
    classes = label_classes(book)
    data = {
        **start,
        "subject_id": subject.id,
        "labels": [{"id": label.id, "zh": label.zh, "css": classes[label.id]} for label in book.labels],
        "distinctions": [{"id": one.id, "zh": one.zh} for one in load_distinctions()],
        "may_search": caller.principal.may("case.search"),
    }
    return render(request, caller, "assessments/editor.html", subject=subject, data=data, hidden=hidden)


def _content(version: VersionOut) -> dict[str, Any]:
    """A version in the shape in which the page sends it back."""
    return {
        "summary": version.summary,
        "findings": [
            {
                "statement": finding.statement,
                "label": finding.label,
                "polarity": finding.polarity,
                "evidence": [piece.model_dump(mode="json") for piece in finding.evidence],
            }
            for finding in version.findings
        ],
        "cases": [{"hit": case.reasons, "comment": case.comment} for case in version.cases],
        "circumstances": [said.model_dump(mode="json") for said in version.circumstances],
    }
