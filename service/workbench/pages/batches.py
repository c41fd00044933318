"""Batches: many files at once, how far they are, which failed and why."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.guard import reach
from service.access.repository import fetch
from service.api.batches import list_batches, list_items
from service.api.deps import Caller, EngineDep
from service.audit.log import record
from service.batches.receiving import counts
from service.jobs.submitting import OPEN
from service.store.models import Batch, Job, Record
from service.workbench.file_errors import told
from service.workbench.names import colleagues, tree, unit_names
from service.workbench.rendering import allowed, render
from service.workbench.words import BATCH_STATES, ITEM_STATES, ITEM_TONES

router = APIRouter()
Cursor = Annotated[str | None, Query(max_length=2000)]
State = Literal["", "queued", "running", "done", "duplicate", "failed", "cancelled"]
_FILES_A_PAGE = 100
_JOBS_LOOKED_AT = 200


@router.get("/batches")
def listed(
    request: Request, engine: EngineDep, caller: Caller = allowed("batch.write"), cursor: Cursor = None
) -> HTMLResponse:
    """The batches of the own units, newest first, and the form for a new one."""
    found = list_batches(caller, 30, cursor)
    with caller.read() as session:
        own = reach(session, caller.principal)
        return render(
            request,
            caller,
            "batches/list.html",
            batches=found.items,
            next_cursor=found.next_cursor,
            cursor=cursor,
            units=[branch for branch in tree(session) if branch.unit.id in own],
            unit_names=unit_names(session),
            largest=engine.settings.max_batch_bytes,
            states=BATCH_STATES,
            item_states=ITEM_STATES,
            item_tones=ITEM_TONES,
        )


@router.get("/batches/{id}")
def shown(
    id: str,
    request: Request,
    caller: Caller = allowed("batch.write"),
    state: State = "",
    cursor: Cursor = None,
) -> HTMLResponse:
    """One batch with its files; the script follows its job, and fetches this page for what is new."""
    found = list_items(id, caller, _FILES_A_PAGE, cursor, state or None)
    with caller.read() as session:
        batch = fetch(session, Batch, id)
        record(session, "batch.view", "batch", batch.id)
        number = counts(session, batch.id)
        return render(
            request,
            caller,
            "batches/view.html",
            batch=batch,
            unit=unit_names(session).get(batch.unit_id, ""),
            by=colleagues(caller.repository, [batch.created_by]).get(batch.created_by, ""),
            job=_open_job(session, batch.id),
            counts=number,
            total=sum(number.values()),
            finished=sum(number.get(one, 0) for one in ("done", "duplicate", "failed", "cancelled")),
            items=[(item, told(item.error)) for item in found.items],
            titles=_titles(session, [item.record_id for item in found.items if item.record_id]),
            next_cursor=found.next_cursor,
            cursor=cursor,
            chosen=state,
            states=BATCH_STATES,
            item_states=ITEM_STATES,
            item_tones=ITEM_TONES,
        )


def _open_job(session: Session, batch_id: str) -> Job | None:
    """The job at work on a batch, if it is the reader's own: nobody else may follow it."""
    open_jobs = select(Job).where(Job.kind == "batch", Job.state.in_(OPEN)).order_by(Job.id.desc())
    jobs = session.scalars(open_jobs.limit(_JOBS_LOOKED_AT))
    return next((job for job in jobs if job.params.get("batch_id") == batch_id), None)


def _titles(session: Session, record_ids: list[str]) -> dict[str, str]:
    """Titles of the records that the reader may open."""
    found = session.scalars(select(Record).where(Record.id.in_(record_ids)))
    return {one.id: one.title or "无题材料" for one in found}
