"""Asking for background work, cancelling it, asking for it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from nlp.errors import ConflictError
from service.audit.log import record
from service.store.models.working import Job
from service.store.types import utc_now

OPEN = ("queued", "running")
ENDED = ("done", "failed", "cancelled")


def submit(session: Session, owner_id: str | None, kind: str, params: Mapping[str, Any]) -> Job:
    """Ask for work in the transaction of what it is about: both are kept, or neither.

    Args:
        session: for writing.
        owner_id: whose access the work has; None for the service's own work.
        kind: a name of ``service.jobs.kinds``.
        params: ids, numbers and words of the product; no personal text.
    """
    job = Job(owner_id=owner_id, kind=kind, params=dict(params))
    session.add(job)
    session.flush()
    record(session, "job.submit", "job", job.id, kind=kind)
    return job


def cancel(session: Session, job: Job) -> None:
    """Ask a job to end after the item it is at; one that nobody has begun ends at once.

    Raises:
        ConflictError: it has ended already.
    """
    if job.state in ENDED:
        raise ConflictError(f"the job has ended: {job.state}", path=job.id)
    job.cancel_requested = True
    if job.workflow_id is None:
        job.state, job.finished_at = "cancelled", utc_now()
    record(session, "job.cancel", "job", job.id, kind=job.kind)


def retry(session: Session, job: Job) -> None:
    """Ask again for what failed or was left over; what is done is not done again.

    Raises:
        ConflictError: it has not ended, or nothing of it is left to do.
    """
    if job.state not in ENDED:
        raise ConflictError("the job has not ended", path=job.id, hint="cancel it first")
    if job.state == "done" and not job.failed:
        raise ConflictError("every item of the job is done", path=job.id)
    job.state, job.workflow_id, job.cancel_requested = "queued", None, False
    job.total, job.done, job.failed = None, 0, 0
    job.error, job.result, job.started_at, job.finished_at = None, None, None, None
    record(session, "job.retry", "job", job.id, kind=job.kind)
