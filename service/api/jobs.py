"""``/v1/jobs``: background work, how far it is, and its events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, CallerDep, Cursor, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.jobs import submitting
from service.store.database import StoreSession
from service.store.etags import require_match
from service.store.idempotency import Answer
from service.store.models.working import Job
from service.store.paging import Order, list_scope, page

router = APIRouter(tags=["后台任务"])
_LOOK_S = 0.5
_PING_S = 15
# Before OpenAPI 3.2 the schema of an event stream describes each of its events.
_EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "id": {"type": "string", "description": "version of the job's row"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/JobOut"},
        },
    },
}


class JobOut(BaseModel):
    """A job. ``params``, ``result`` and ``error`` hold ids, counts and codes."""

    id: str
    kind: str
    state: str
    total: int | None
    done: int
    failed: int
    cancel_requested: bool
    params: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class JobsOut(BaseModel):
    """A page of jobs."""

    items: list[JobOut]
    next_cursor: str | None


@router.get("/jobs", summary="后台任务列表")
def list_jobs(
    caller: CallerDep, limit: Limit = 50, cursor: Cursor = None, state: str | None = None, kind: str | None = None
) -> JobsOut:
    """The caller's own jobs, newest first; all of them with ``operation.read``."""
    statement = select(Job)
    if state is not None:
        statement = statement.where(Job.state == state)
    if kind is not None:
        statement = statement.where(Job.kind == kind)
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(Job.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("jobs", {"reader": caller.principal.id, "state": state, "kind": kind}),
            limit=limit,
            cursor=cursor,
        )
        return JobsOut(items=[job_out(job) for job in found.items], next_cursor=found.next_cursor)


class ReannotateIn(BaseModel):
    """Which records to annotate anew."""

    model_config = ConfigDict(extra="forbid")

    record_ids: list[Annotated[str, Field(max_length=36)]] | None = Field(
        default=None, min_length=1, max_length=10_000, description="null for every record that the caller may see"
    )


@router.post("/jobs/reannotate", status_code=202, summary="后台重新标注材料", response_model=JobOut)
def reannotate(
    body: ReannotateIn,
    request: Request,
    caller: Annotated[Caller, requires("record.write")],
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """Annotate records anew with this version's pipeline; what people decided stays."""

    def work(session: StoreSession) -> Answer:
        job = submitting.submit(session, caller.principal.id, "reannotate", body.model_dump())
        return as_answer(job, job_out(job), status=202, location=f"/v1/jobs/{job.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/jobs/{id}", summary="一个后台任务", response_model=JobOut)
def get_job(id: str, caller: CallerDep) -> JSONResponse:
    """One job, with its ETag."""
    with caller.read() as session:
        job = fetch(session, Job, id)
        return respond(as_answer(job, job_out(job)))


@router.post("/jobs/{id}/cancel", summary="取消后台任务", response_model=JobOut)
def cancel_job(id: str, caller: CallerDep, if_match: IfMatch = None) -> JSONResponse:
    """Ask a job to end after the item it is at; what is done stays done. ``If-Match`` is optional: a job moves by itself."""
    return _change(id, caller, if_match, submitting.cancel)


@router.post("/jobs/{id}/retry", summary="重试后台任务", response_model=JobOut)
def retry_job(id: str, caller: CallerDep, if_match: IfMatch = None) -> JSONResponse:
    """Ask again for what failed or was left over; what is done is not done again."""
    return _change(id, caller, if_match, submitting.retry)


@router.get(
    "/jobs/{id}/events",
    summary="后台任务进度(server-sent events)",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}}},
)
async def job_events(id: str, request: Request, caller: CallerDep) -> EventSourceResponse:
    """An event ``progress`` whenever the job's row changes, ``end`` when it has ended; then the stream closes."""
    first = await run_in_threadpool(_look, id, caller)

    async def events() -> AsyncIterator[dict[str, str]]:
        job, told = first, 0
        while True:
            if job.version != told:
                told = job.version
                ended = job.state in submitting.ENDED
                body = json.dumps(job.model_dump(mode="json"), ensure_ascii=False)
                yield {"event": "end" if ended else "progress", "id": str(told), "data": body}
                if ended:
                    return
            if await request.is_disconnected():
                return
            await asyncio.sleep(_LOOK_S)
            job = await run_in_threadpool(_look, id, caller)

    return EventSourceResponse(events(), ping=_PING_S, headers={"Cache-Control": "no-store"})


def _look(id: str, caller: Caller) -> JobOut:
    with caller.read() as session:
        return job_out(fetch(session, Job, id))


def _change(id: str, caller: Caller, if_match: str | None, change: Any) -> JSONResponse:
    with caller.write() as session:
        job = fetch(session, Job, id)
        if if_match is not None:
            require_match(job, if_match)
        change(session, job)
        session.flush()
        answer = as_answer(job, job_out(job))
    return respond(answer)


def job_out(job: Job) -> JobOut:
    """A job as the API shows it."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        total=job.total,
        done=job.done,
        failed=job.failed,
        cancel_requested=job.cancel_requested,
        params=job.params,
        result=job.result,
        error=job.error,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        version=job.version,
    )
