"""The first page: what waits for one, what came in last, and how much there is of what."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Principal
from service.audit.log import record
from service.records.listing import RecordFilters, matching, records, tag_counts
from service.records.shapes import record_out
from service.render import DOC_TYPE_ZH
from service.store.models import Assessment, Decision, Record, Subject
from service.workbench.names import unit_names
from service.workbench.rendering import PageCaller, render
from service.workbench.waiting import count, waiting_for

router = APIRouter()
_RECENT = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """How many there are, and the list of them."""

    name: str
    count: int
    href: str


@router.get("/")
def home(request: Request, caller: PageCaller) -> HTMLResponse:
    """What waits for the caller, recent records, and counts that lead to their lists."""
    principal = caller.principal
    with caller.read() as session:
        recent = []
        if principal.may("record.read"):
            found = records(session, principal, RecordFilters(), cursors=caller.cursors, limit=_RECENT)
            counts = tag_counts(session, [row.current_version_id for row in found.items])
            recent = [record_out(row, counts) for row in found.items]
        waiting = waiting_for(session, principal)
        record(session, "home.view")
        return render(
            request,
            caller,
            "home.html",
            waiting=[one for one in waiting if one.count],
            idle=[one for one in waiting if not one.count],
            recent=recent,
            figures=_figures(session, principal),
            unit=unit_names(session).get(principal.unit_id, ""),
            units=unit_names(session),
            doc_types=DOC_TYPE_ZH,
        )


def _figures(session: Session, principal: Principal) -> list[Figure]:
    found = []
    if principal.may("record.read"):
        found.append(Figure("份材料", count(session, select(Record)), "/records"))
        unreviewed = matching(session, principal, RecordFilters(unreviewed=True))
        found.append(Figure("份有未复核的标注", count(session, unreviewed), "/records?state=waiting"))
    if principal.may("subject.read"):
        found.append(Figure("个观测对象", count(session, select(Subject)), "/subjects"))
    if principal.may("assessment.read"):
        approved = select(Assessment).where(Assessment.state == "approved")
        found.append(Figure("份已批准的研判", count(session, approved), "/assessments?state=approved"))
        open_ = select(Decision).where(Decision.state == "open")
        found.append(Figure("项未了结的运用", count(session, open_), "/decisions?state=open"))
    return found
