"""``/v1/exports``: records in the formats of other tools, and dossiers, made in the background and fetched afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel

from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, Limit, requires
from service.api.jobs import JobOut, job_out
from service.exports.background.asking import ExportIn, ask, own_exports
from service.exports.background.bundling import MEDIA_TYPES
from service.exports.background.giving import finished, own_export
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.models.working import Job
from service.store.paging import Order, list_scope, page

router = APIRouter(prefix="/exports", tags=["导出"])
Exporting = Annotated[Caller, requires("export.create")]
Id = Annotated[str, Path(max_length=36, pattern=r"^[\x20-\x7e]*$")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class ExportsOut(BaseModel):
    """A page of exports, the newest first; ``result`` names the file of a finished one."""

    items: list[JobOut]
    next_cursor: str | None


@router.get("", summary="自己的导出")
def list_exports(caller: Exporting, limit: Limit = 50, cursor: Cursor = None) -> ExportsOut:
    """What the caller asked for."""
    with caller.read() as session:
        found = page(
            session,
            own_exports(caller.principal),
            [Order(Job.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("exports", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return ExportsOut(items=[job_out(job) for job in found.items], next_cursor=found.next_cursor)


@router.post("", status_code=202, summary="后台导出材料或卷宗", response_model=JobOut)
def create_export(
    body: ExportIn, request: Request, caller: Exporting, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """Ask for an export. It is made with the access that the caller has then; ``…/file`` hands it over."""

    def work(session: StoreSession) -> Answer:
        job = ask(session, caller.principal, body)
        return as_answer(job, job_out(job), status=202, location=f"/v1/exports/{job.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/{id}", summary="一次导出", response_model=JobOut)
def get_export(id: Id, caller: Exporting) -> JSONResponse:
    """How far it is; ``/v1/jobs/{id}/events`` tells it as it goes."""
    with caller.read() as session:
        job = own_export(session, caller.principal, id)
        return respond(as_answer(job, job_out(job)))


@router.get(
    "/{id}/file",
    summary="下载导出的文件",
    response_class=FileResponse,
    responses={200: {"content": dict.fromkeys(sorted(set(MEDIA_TYPES.values())), _BINARY), "description": "the file"}},
)
def download_export(id: Id, caller: Exporting, engine: EngineDep) -> FileResponse:
    """The file, if the caller may still see everything in it."""
    with caller.read() as session:
        path, manifest = finished(session, caller.principal, engine.settings.data_dir, id)
    return FileResponse(
        path,
        media_type=manifest.media_type,
        filename=manifest.file,  # ids only
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
