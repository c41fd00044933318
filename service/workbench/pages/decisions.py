"""Apply (运用): what was decided after approved notes, what is due again, and closing a decision into a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.access.repository import fetch
from service.api.decisions import DecisionOut, decision_out, list_decisions, list_due
from service.api.deps import Caller
from service.audit.log import record
from service.decisions.measures import MEASURE_ZH
from service.store.etags import etag
from service.store.models import Assessment, Decision, Subject
from service.workbench.names import colleagues, unit_names
from service.workbench.pages.assessments import codes
from service.workbench.rendering import allowed, render
from service.workbench.words import DECISION_STATES

router = APIRouter()


@router.get("/decisions")
def listed(
    request: Request,
    caller: Caller = allowed("assessment.read"),
    state: Literal["open", "closed", "due", ""] | None = None,
    subject_id: Annotated[str | None, Query(max_length=36)] = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> HTMLResponse:
    """Decisions, the newest first; or the open ones that are due to be looked at again, the longest due first."""
    today = date.today()
    found = (
        list_due(caller, today, 50, cursor)
        if state == "due"
        else list_decisions(caller, subject_id or None, None, state or None, 50, cursor)
    )
    with caller.read() as session:
        return render(
            request,
            caller,
            "decisions/list.html",
            decisions=found.items,
            next_cursor=found.next_cursor,
            cursor=cursor,
            today=today,
            codes=codes(session, [one.subject_id for one in found.items]),
            unit_names=unit_names(session),
            chosen={"state": state or "", "subject_id": subject_id or ""},
            states=DECISION_STATES,
        )


@router.get("/decisions/new")
def begun(
    request: Request,
    assessment_id: Annotated[str, Query(max_length=36)],
    caller: Caller = allowed("decision.write"),
) -> HTMLResponse:
    """The form for a decision after an approved note."""
    with caller.read() as session:
        note = fetch(session, Assessment, assessment_id)
        record(session, "assessment.view", "assessment", note.id)
        subject = session.get(Subject, note.subject_id)
        return render(
            request,
            caller,
            "decisions/new.html",
            note=note,
            code=subject.code if subject else "",
            measures=MEASURE_ZH,
            today=date.today(),
        )


@router.get("/decisions/{id}")
def shown(id: str, request: Request, caller: Caller = allowed("assessment.read")) -> HTMLResponse:
    """A decision: when it is due again, and the case that it becomes when it is closed."""
    with caller.read() as session:
        found = fetch(session, Decision, id)
        record(session, "decision.view", "decision", found.id)
        note = session.get(Assessment, found.assessment_id)
        subject = session.get(Subject, found.subject_id)
        return render(
            request,
            caller,
            "decisions/view.html",
            decision=decision_out(found),
            due=_due(decision_out(found)),
            etag=etag(found),
            note=note,
            code=subject.code if subject else "",
            unit=unit_names(session).get(found.unit_id, ""),
            people=colleagues(caller.repository, [found.created_by, found.closed_by]),
            states=DECISION_STATES,
        )


def _due(decision: DecisionOut) -> bool:
    return decision.state == "open" and decision.follow_up_on is not None and decision.follow_up_on <= date.today()
