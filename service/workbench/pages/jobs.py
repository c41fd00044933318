"""Background work: how far it is, cancelling and asking again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.deps import Caller
from service.api.jobs import list_jobs
from service.jobs.submitting import ENDED
from service.workbench.rendering import PageCaller, render
from service.workbench.words import JOB_KINDS, JOB_STATES, JOB_TONES

router = APIRouter()


@router.get("/jobs")
def jobs(
    request: Request,
    page_caller: PageCaller,
    state: Literal["queued", "running", "done", "failed", "cancelled", ""] | None = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> HTMLResponse:
    """The own jobs; all of them for those who watch the service. The page's script follows those that run."""
    caller: Caller = page_caller
    found = list_jobs(caller, 50, cursor, state or None, None)
    return render(
        request,
        caller,
        "admin/jobs.html",
        jobs=found.items,
        next_cursor=found.next_cursor,
        cursor=cursor,
        chosen=state or "",
        kinds=JOB_KINDS,
        states=JOB_STATES,
        tones=JOB_TONES,
        ended=ENDED,
    )
