"""The steps of one job against its row. Each may run again after a crash; none counts anything twice.

Counts are written as absolute numbers, which the workflow derives from the outcomes it has kept.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.exc import DBAPIError

from nlp.errors import StorageFullError, StoreUnavailableError, YanpanError
from service.jobs.contract import Task, Tools
from service.jobs.kinds import kind_of
from service.jobs.submitting import ENDED
from service.store.models.working import Job
from service.store.types import utc_now

log = logging.getLogger(__name__)
Outcome = Literal["done", "failed", "cancelled"]
_TRANSIENT = ("store_busy", "store_unavailable", "version_conflict", "index_locked", "storage_full")


def begin(tools: Tools, job_id: str) -> list[str] | None:
    """Take up a job; returns the keys of its items, None when there is nothing to do any more."""
    with tools.repository.system_write("jobs") as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None or job.state in ENDED:
            return None
        if job.cancel_requested:
            job.state, job.finished_at = "cancelled", utc_now()
            return None
        job.state, job.started_at = "running", job.started_at or utc_now()
        kind, task = kind_of(job.kind), _task(job)
    keys = kind.plan(tools, task)
    with tools.repository.system_write("jobs") as session:
        session.get_one(Job, job_id, with_for_update=True).total = len(keys)
    return keys


def perform(tools: Tools, job_id: str, key: str, done: int, failed: int) -> Outcome:
    """Do one item and say how it went.

    Args:
        tools: of the worker.
        job_id: of the job.
        key: of the item.
        done: items done before this one.
        failed: items that failed before this one.

    Raises:
        StoreBusyError, StoreUnavailableError, VersionConflictError, IndexLockedError, StorageFullError: worth another
            try.
        OSError: something cannot be read or written; the job fails and can be retried.
    """
    with tools.repository.system_read("jobs") as session:
        job = session.get_one(Job, job_id)
        if job.cancel_requested:
            return "cancelled"
        kind, task = kind_of(job.kind), _task(job)
    outcome: Outcome = "done"
    error: dict[str, Any] | None = None
    try:
        kind.perform(tools, task, key)
    except YanpanError as problem:
        if problem.code in _TRANSIENT:
            raise
        outcome, error = "failed", {"code": problem.code, "item": key}
    with tools.repository.system_write("jobs") as session:
        job = session.get_one(Job, job_id, with_for_update=True)
        job.done, job.failed = done + (outcome == "done"), failed + (outcome == "failed")
        if error is not None and job.error is None:
            job.error = error
    return outcome


def finish(tools: Tools, job_id: str, keys: Sequence[str], cancelled: bool) -> None:
    """Close a job."""
    with tools.repository.system_read("jobs") as session:
        job = session.get_one(Job, job_id)
        kind, task = kind_of(job.kind), _task(job)
    result = kind.finish(tools, task, keys)
    with tools.repository.system_write("jobs") as session:
        job = session.get_one(Job, job_id, with_for_update=True)
        job.state, job.finished_at, job.result = "cancelled" if cancelled else "done", utc_now(), result
    log.info("job ended", extra={"job": job_id, "kind": job.kind, "state": job.state, "failed": job.failed})


def fail(tools: Tools, job_id: str, code: str) -> None:
    """Close a job that could not go on."""
    with tools.repository.system_write("jobs") as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is not None and job.state not in ENDED:
            job.state, job.finished_at, job.error = "failed", utc_now(), {"code": code}
    log.error("job failed", extra={"job": job_id, "code": code})


def worth_another_try(error: BaseException) -> bool:
    """Whether a step may succeed when it is tried again at once."""
    return getattr(error, "code", "") in _TRANSIENT


def cause_of(error: Exception) -> Exception:
    """What a step raised in its last try, where DBOS only says that it was tried often enough."""
    tries = getattr(error, "errors", None)
    return tries[-1] if isinstance(tries, list) and tries and isinstance(tries[-1], Exception) else error


def leaves_open(error: Exception) -> bool:
    """Whether the job is not to blame and stays open, to be begun anew.

    So it is where the disk is full, the store does not answer, or DBOS cannot write its state. An error of a driver is
    never the store's own: those come as errors of the product.
    """
    error, codes = cause_of(error), (errno.ENOSPC, errno.EDQUOT)
    full = isinstance(error, OSError) and error.errno in codes
    return full or isinstance(error, StorageFullError | StoreUnavailableError | DBAPIError)


def code_of(error: Exception) -> str:
    """What a job that failed says about it: a code, never a message, which may hold personal text."""
    error = cause_of(error)
    return error.code if isinstance(error, YanpanError) else type(error).__name__


def _task(job: Job) -> Task:
    return Task(job.id, job.owner_id, job.params)
