"""Assess (研判): the notes, one note with its approval, what differs between its versions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.repository import fetch
from service.api.assessments import compare, list_assessments, list_versions
from service.api.deps import Caller, EngineDep
from service.assessment.approval import took_part
from service.assessment.shapes import NoteOut
from service.assessment.views import note_out
from service.assessment.withheld import withheld
from service.audit.log import record
from service.decisions.measures import MEASURE_ZH
from service.dossier.content import counter_evidence
from service.render import KIND_ZH
from service.review.labels import codebook
from service.store.etags import etag
from service.store.models import Assessment, Decision, Record, Subject
from service.workbench.names import colleagues, unit_names
from service.workbench.rendering import allowed, render
from service.workbench.words import (
    CHANGES,
    DECISION_STATES,
    NOTE_STATES,
    NOTE_TONES,
    PARTS,
    SIDES,
    label_classes,
    label_names,
)

router = APIRouter()
State = Literal["draft", "submitted", "approved", "returned", ""]


@router.get("/assessments")
def listed(
    request: Request,
    caller: Caller = allowed("assessment.read"),
    state: State | None = None,
    mine: bool = False,
    subject_id: Annotated[str | None, Query(max_length=36)] = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> HTMLResponse:
    """Notes, the newest first."""
    found = list_assessments(caller, subject_id or None, state or None, mine, 50, cursor)
    with caller.read() as session:
        return render(
            request,
            caller,
            "assessments/list.html",
            notes=found.items,
            next_cursor=found.next_cursor,
            cursor=cursor,
            codes=codes(session, [note.subject_id for note in found.items]),
            unit_names=unit_names(session),
            people=colleagues(caller.repository, [note.author_id for note in found.items]),
            chosen={"state": state or "", "mine": mine, "subject_id": subject_id or ""},
            states=NOTE_STATES,
            tones=NOTE_TONES,
        )


@router.get("/assessments/{id}")
def shown(id: str, request: Request, engine: EngineDep, caller: Caller = allowed("assessment.read")) -> HTMLResponse:
    """A note with all it rests on, and what can be done with it now."""
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        found = fetch(session, Assessment, id)
        note = note_out(session, found)
        record(session, "assessment.view", "assessment", found.id)
        current = note.current
        subject = session.get(Subject, found.subject_id)
        decisions = session.scalars(
            select(Decision).where(Decision.assessment_id == found.id).order_by(Decision.decided_on, Decision.id)
        ).all()
        return render(
            request,
            caller,
            "assessments/view.html",
            note=note,
            etag=etag(found),
            current=current,
            counter=counter_evidence(session, found.subject_id, current) if current else [],
            withheld=current is not None and withheld(caller.repository, current),
            titles=_titles(session, note),
            code=subject.code if subject else None,
            unit=unit_names(session).get(found.unit_id, ""),
            people=colleagues(
                caller.repository,
                [found.author_id, found.submitted_by, found.decided_by, current.author_id if current else None],
            ),
            took_part=took_part(session, found, caller.principal.id),
            decisions=decisions,
            measures=MEASURE_ZH,
            decision_states=DECISION_STATES,
            states=NOTE_STATES,
            tones=NOTE_TONES,
            sides=SIDES,
            kinds=KIND_ZH,
            label_zh=label_names(book),
            label_css=label_classes(book),
        )


@router.get("/assessments/{id}/versions")
def versions(
    id: str,
    request: Request,
    caller: Caller = allowed("assessment.read"),
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    after: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> HTMLResponse:
    """The versions of a note, and the differences of two of them; by default the last two."""
    found = list_versions(id, caller, 20, cursor)
    with caller.read() as session:
        note = fetch(session, Assessment, id)
        subject = session.get(Subject, note.subject_id)
    after = after or note.versions
    before = before or max(1, after - 1)
    changed = compare(id, caller, before, after) if note.versions else None
    return render(
        request,
        caller,
        "assessments/versions.html",
        note=note,
        code=subject.code if subject else None,
        versions=found.items,
        next_cursor=found.next_cursor,
        cursor=cursor,
        people=colleagues(caller.repository, [one.author_id for one in found.items]),
        changed=changed,
        changes=CHANGES,
        parts=PARTS,
    )


def codes(session: Session, subject_ids: list[str]) -> dict[str, str]:
    """Subject ids with their codes, as far as they are seen."""
    rows = session.scalars(select(Subject).where(Subject.id.in_(set(subject_ids))))
    return {subject.id: subject.code for subject in rows}


def _titles(session: Session, note: NoteOut) -> dict[str, str | None]:
    """Titles of the records that the circumstances of a note quote."""
    ids = {said.record_id for said in note.current.circumstances} if note.current else set()
    return {row.id: row.title for row in session.scalars(select(Record).where(Record.id.in_(ids)))}
