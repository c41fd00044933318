"""``/v1/batches``: many files at once, their progress and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.errors import InvalidInputError
from service.access.repository import fetch
from service.access.roles import HIGHEST
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, Limit, requires
from service.audit.log import record
from service.batches import receiving
from service.batches.spool import Spool
from service.engine import Engine
from service.store.database import StoreSession
from service.store.idempotency import Answer
from service.store.ids import new_id
from service.store.models.working import Batch, BatchItem
from service.store.paging import Order, list_scope, page

router = APIRouter(tags=["成批录入"])
Uploader = Annotated[Caller, requires("batch.write")]
_MAX_NAME = 500


class BatchOut(BaseModel):
    """A batch; ``counts`` tells how many files are queued, running, done, failed, duplicate, cancelled."""

    id: str
    name: str
    state: str
    unit_id: str
    confidentiality: int
    options: dict[str, Any]
    counts: dict[str, int]
    job_id: str | None = Field(default=None, description="of the work just begun; see /v1/jobs")
    created_at: datetime
    version: int


class BatchesOut(BaseModel):
    """A page of batches."""

    items: list[BatchOut]
    next_cursor: str | None


class ItemOut(BaseModel):
    """One file of a batch; ``error`` says why it could not be read."""

    id: str
    ordinal: int
    file_name: str
    file_sha256: str | None
    state: str
    tries: int
    error: dict[str, Any] | None
    record_id: str | None
    version: int


class ItemsOut(BaseModel):
    """A page of files."""

    items: list[ItemOut]
    next_cursor: str | None


class RetryIn(BaseModel):
    """Which files to try again."""

    model_config = ConfigDict(extra="forbid")

    items: list[str] | None = Field(default=None, max_length=10_000, description="ids of failed files; null for all")


class _Asked(BaseModel):
    """What makes two uploads the same request."""

    name: str
    unit_id: str
    confidentiality: int
    source: str | None
    start: bool
    files: list[tuple[str, str]]


@router.get("/batches", summary="批次列表")
def list_batches(caller: Uploader, limit: Limit = 50, cursor: Cursor = None) -> BatchesOut:
    """Batches of the caller's units, newest first."""
    with caller.read() as session:
        found = page(
            session,
            select(Batch),
            [Order(Batch.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("batches", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return BatchesOut(items=[_out(session, row) for row in found.items], next_cursor=found.next_cursor)


@router.get("/batches/{id}", summary="一个批次", response_model=BatchOut)
def get_batch(id: str, caller: Uploader) -> JSONResponse:
    """One batch, with its ETag."""
    with caller.read() as session:
        batch = fetch(session, Batch, id)
        record(session, "batch.view", "batch", batch.id)
        answer = as_answer(batch, _out(session, batch))
    return respond(answer)


@router.get("/batches/{id}/items", summary="批次中的文件")
def list_items(
    id: str, caller: Uploader, limit: Limit = 50, cursor: Cursor = None, state: str | None = None
) -> ItemsOut:
    """Files of a batch in the order given, with the error of each that failed."""
    with caller.read() as session:
        fetch(session, Batch, id)
        statement = select(BatchItem).where(BatchItem.batch_id == id)
        if state is not None:
            statement = statement.where(BatchItem.state == state)
        found = page(
            session,
            statement,
            [Order(BatchItem.ordinal), Order(BatchItem.id)],
            cursors=caller.cursors,
            scope=list_scope("batch-items", {"reader": caller.principal.id, "batch": id, "state": state}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "batch.view", "batch", id, files=len(found.items))
        return ItemsOut(items=[_item(row) for row in found.items], next_cursor=found.next_cursor)


@router.post("/batches", status_code=201, summary="成批上传", response_model=BatchOut)
def create_batch(
    request: Request,
    caller: Uploader,
    engine: EngineDep,
    files: Annotated[list[UploadFile], File(description="any readable files")],
    unit_id: Annotated[str, Form(max_length=36)],
    name: Annotated[str, Form(min_length=1, max_length=300)] = "批次",
    confidentiality: Annotated[int, Form(ge=0, le=HIGHEST)] = 0,
    source: Annotated[str | None, Form(max_length=500)] = None,
    start: Annotated[bool, Form(description="false: wait for more files, then POST …/start")] = True,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """Keep the files and read them in the background. What is acknowledged survives a crash of the service."""
    batch_id = new_id()
    given = _spool(engine, batch_id, files)
    asked = _Asked(
        name=name,
        unit_id=unit_id,
        confidentiality=confidentiality,
        source=source,
        start=start,
        files=[(file.name, file.sha256) for file in given],
    )

    def work(session: StoreSession) -> Answer:
        options = {} if source is None else {"source": source}
        batch = receiving.create(session, caller.principal, batch_id, name, unit_id, confidentiality, options, given)
        job = receiving.start(session, caller.principal, batch) if start else None
        session.flush()
        body = _out(session, batch, job.id if job else None)
        return as_answer(batch, body, status=201, location=f"/v1/batches/{batch.id}")

    kept = False
    try:
        answer = create(caller, request, asked, idempotency_key, work)
        kept = "idempotency-replayed" not in answer.headers
    finally:
        if not kept:
            _unspool(engine, batch_id, given)
    return answer


@router.post("/batches/{id}/files", summary="向批次追加文件", response_model=BatchOut)
def add_files(
    id: str,
    caller: Uploader,
    engine: EngineDep,
    files: Annotated[list[UploadFile], File(description="any readable files")],
) -> JSONResponse:
    """More files for a batch; ``…/start`` reads them."""
    with caller.read() as session:
        fetch(session, Batch, id)
    given = _spool(engine, id, files)
    with caller.write() as session:
        batch = fetch(session, Batch, id)
        receiving.add_files(session, batch, given)
        record(session, "batch.add", "batch", batch.id, files=len(given))
        answer = as_answer(batch, _out(session, batch))
    return respond(answer)


@router.post("/batches/{id}/start", status_code=202, summary="开始处理批次", response_model=BatchOut)
def start_batch(id: str, caller: Uploader) -> JSONResponse:
    """Read what waits."""
    with caller.write() as session:
        batch = fetch(session, Batch, id)
        job = receiving.start(session, caller.principal, batch)
        session.flush()
        answer = as_answer(batch, _out(session, batch, job.id), status=202)
    return respond(answer)


@router.post("/batches/{id}/retry", status_code=202, summary="重试失败的文件", response_model=BatchOut)
def retry_batch(id: str, caller: Uploader, body: RetryIn | None = None) -> JSONResponse:
    """Read failed files again, all of them or those named."""
    with caller.write() as session:
        batch = fetch(session, Batch, id)
        job = receiving.retry(session, caller.principal, batch, body.items if body else None)
        session.flush()
        answer = as_answer(batch, _out(session, batch, job.id), status=202)
    return respond(answer)


@router.post("/batches/{id}/cancel", summary="取消批次", response_model=BatchOut)
def cancel_batch(id: str, caller: Uploader) -> JSONResponse:
    """What was read stays; what waits is not read."""
    with caller.write() as session:
        batch = fetch(session, Batch, id)
        receiving.cancel(session, batch)
        session.flush()
        answer = as_answer(batch, _out(session, batch))
    return respond(answer)


def _spool(engine: Engine, batch_id: str, files: Sequence[UploadFile]) -> list[receiving.GivenFile]:
    names = [file.filename or "" for file in files]
    for name in names:
        if not name or len(name) > _MAX_NAME:
            raise InvalidInputError("a file without a usable name", expected=f"1 to {_MAX_NAME} characters")
    spool, limit = Spool(engine.settings.data_dir), engine.settings.max_batch_bytes
    given: list[receiving.GivenFile] = []
    try:
        for name, file in zip(names, files, strict=True):
            given.append(receiving.GivenFile(name, spool.put(batch_id, file.file, limit)[0]))
    except BaseException:
        _unspool(engine, batch_id, given)
        raise
    return given


def _unspool(engine: Engine, batch_id: str, given: Sequence[receiving.GivenFile]) -> None:
    for file in given:
        Spool(engine.settings.data_dir).drop(batch_id, file.sha256)


def _out(session: StoreSession, batch: Batch, job_id: str | None = None) -> BatchOut:
    return BatchOut(
        id=batch.id,
        name=batch.name,
        state=batch.state,
        unit_id=batch.unit_id,
        confidentiality=batch.confidentiality,
        options=batch.options,
        counts=receiving.counts(session, batch.id),
        job_id=job_id,
        created_at=batch.created_at,
        version=batch.version,
    )


def _item(row: BatchItem) -> ItemOut:
    return ItemOut(
        id=row.id,
        ordinal=row.ordinal,
        file_name=row.file_name,
        file_sha256=row.file_sha256,
        state=row.state,
        tries=row.tries,
        error=row.error,
        record_id=row.record_id,
        version=row.version,
    )
