"""Batches as rows: made, given files, started, cancelled, tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import ConflictError
from service.access.principal import Principal
from service.audit.log import record
from service.jobs.submitting import OPEN, submit
from service.store.models.working import Batch, BatchItem, Job
from service.store.types import utc_now

FINAL = ("done", "duplicate")


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that lies in the spool: its name as given, and its SHA-256."""

    name: str
    sha256: str


def create(
    session: Session,
    principal: Principal,
    batch_id: str,
    name: str,
    unit_id: str,
    confidentiality: int,
    options: dict[str, Any],
    files: Sequence[GivenFile],
) -> Batch:
    """A batch with its first files, in a session of the principal.

    Args:
        session: for writing.
        principal: whose batch it is; records are made with their access.
        batch_id: under which the files lie in the spool.
        name: for people.
        unit_id: of the records.
        confidentiality: level of the records.
        options: ``source``, ``source_kind`` and the like, handed to every record.
        files: already in the spool.
    """
    batch = Batch(
        id=batch_id,
        name=name,
        unit_id=unit_id,
        confidentiality=confidentiality,
        options=options,
        created_by=principal.id,
    )
    session.add(batch)
    session.flush()
    add_files(session, batch, files)
    record(session, "batch.create", "batch", batch.id, files=len(files))
    return batch


def add_files(session: Session, batch: Batch, files: Sequence[GivenFile]) -> None:
    """More files for a batch.

    Raises:
        ConflictError: the batch was cancelled.
    """
    if batch.state == "cancelled":
        raise ConflictError("the batch was cancelled", path=batch.id)
    last = session.scalar(select(func.max(BatchItem.ordinal)).where(BatchItem.batch_id == batch.id))
    for ordinal, file in enumerate(files, start=1 + (last or 0)):
        session.add(BatchItem(batch_id=batch.id, ordinal=ordinal, file_name=file.name, file_sha256=file.sha256))
    if batch.state == "done":
        batch.state = "open"
    session.flush()


def start(session: Session, principal: Principal, batch: Batch) -> Job:
    """Have what waits read in the background.

    Raises:
        ConflictError: it is being read already, or was cancelled.
    """
    if batch.state not in ("open", "done"):
        raise ConflictError(f"the batch is {batch.state}", path=batch.id)
    batch.state = "running"
    job = submit(session, principal.id, "batch", {"batch_id": batch.id})
    record(session, "batch.start", "batch", batch.id)
    return job


def retry(session: Session, principal: Principal, batch: Batch, item_ids: Sequence[str] | None = None) -> Job:
    """Try failed files again, all of them or those named.

    Raises:
        ConflictError: the batch is at work, or none of these files has failed.
    """
    wanted = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.state.in_(("failed", "cancelled")))
    if item_ids is not None:
        wanted = wanted.where(BatchItem.id.in_(item_ids))
    items = list(session.scalars(wanted))
    if batch.state == "running":
        raise ConflictError("the batch is being read", path=batch.id, hint="wait for its end, or cancel it")
    if not items:
        raise ConflictError("no such file of the batch has failed", path=batch.id)
    for item in items:
        item.state, item.error = "queued", None
    batch.state = "open"
    session.flush()
    return start(session, principal, batch)


def cancel(session: Session, batch: Batch) -> None:
    """End a batch: what was read stays, what waits is not read.

    Raises:
        ConflictError: it has ended.
    """
    if batch.state in ("done", "cancelled"):
        raise ConflictError(f"the batch is {batch.state}", path=batch.id)
    for job in session.scalars(select(Job).where(Job.kind == "batch", Job.state.in_(OPEN))):
        if job.params.get("batch_id") == batch.id:
            job.cancel_requested = True
            if job.workflow_id is None:
                job.state, job.finished_at = "cancelled", utc_now()
    for item in session.scalars(select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.state == "queued")):
        item.state = "cancelled"
    batch.state = "cancelled"
    record(session, "batch.cancel", "batch", batch.id)


def counts(session: Session, batch_id: str) -> dict[str, int]:
    """How many items of a batch are in each state."""
    grouped = (
        select(BatchItem.state, func.count(BatchItem.id))
        .where(BatchItem.batch_id == batch_id)
        .group_by(BatchItem.state)
    )
    return {row[0]: row[1] for row in session.execute(grouped)}
