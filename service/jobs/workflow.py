"""Jobs as workflows of DBOS: every step that has ended is kept and never run again, the one at work is.

DBOS is one to a process. Its state is a SQLite file of its own beside the store; the job's row in the store is what
counts, and :func:`take_up` brings DBOS in line with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sqlalchemy import select

from service.jobs import running
from service.jobs.contract import Tools
from service.jobs.kinds import OWN_QUEUE
from service.jobs.submitting import OPEN
from service.store.models.working import Job

if TYPE_CHECKING:
    from dbos import DBOSConfig

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
FILE = "jobs.db"
APPLICATION_VERSION = "yanpan-jobs-1"  # raised only when the workflow itself changes, so that old work goes on
EXECUTOR = "worker-1"  # one worker: it takes up what the one before it left
_QUEUE, _SERVICE_QUEUE = "jobs", "service"
_POLLING_S = 0.25
_TRIES = 6


class StoppingError(BaseException):
    """The worker stops: the workflow stays as it is and goes on when a worker starts. No ``Exception``, so that neither
    a step nor DBOS takes it for an outcome.
    """  # noqa: D205


class Workflows:
    """The workflows of this process, from :meth:`start` to :meth:`stop`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._stopping = Event()
        self._lock = Lock()
        self._at_work: set[str] = set()
        self._missed: set[str] = set()

    def start(self) -> None:
        """Open the state file, register the workflow, take up what a worker before left unfinished."""
        # DBOS asks where it runs and counts processes; nothing of it leaves the machine.
        os.environ["DBOS__VMID"] = EXECUTOR
        from dbos import DBOS

        DBOS(config=_config(self._tools.settings.data_dir))
        self._register()
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE, worker_concurrency=self._tools.settings.worker_threads, polling_interval_sec=_POLLING_S
        )
        DBOS.register_queue(_SERVICE_QUEUE, worker_concurrency=1, polling_interval_sec=_POLLING_S)
        self.take_up()

    def stop(self, seconds: int) -> None:
        """End after the items at work, at most ``seconds`` later; the rest goes on at the next start."""
        from dbos import DBOS

        self._stopping.set()
        with self._lock:
            busy = bool(self._at_work)
        # DBOS waits for a second even where there is nothing to wait for.
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds if busy else 0)

    @contextmanager
    def _noted(self, job_id: str) -> Iterator[None]:
        with self._lock:
            self._at_work.add(job_id)
        try:
            yield
        finally:
            with self._lock:
                self._at_work.discard(job_id)

    def dispatch(self) -> int:
        """Hand every job that nobody has begun to DBOS; returns how many."""
        with self._tools.repository.system_write("jobs") as session:
            waiting = select(Job).where(Job.state == "queued", Job.workflow_id.is_(None)).order_by(Job.id).limit(100)
            jobs = list(session.scalars(waiting))
            for job in jobs:
                job.workflow_id = f"{job.id}:{job.version}"  # a version is given once: a retry is another workflow
        for job in jobs:
            self._enqueue(job)
        return len(jobs)

    def take_up(self) -> None:
        """Bring DBOS in line with the store: after a crash between the two, or when one of them was restored."""
        from dbos import DBOS

        with self._tools.repository.system_write("jobs") as session:
            wanted = select(Job).where(Job.state.in_(OPEN), Job.workflow_id.is_not(None)).order_by(Job.id)
            jobs = list(session.scalars(wanted))
            for job in jobs:
                status = DBOS.get_workflow_status(str(job.workflow_id))
                if status is not None and status.status not in ("PENDING", "ENQUEUED"):
                    job.workflow_id = f"{job.id}:{job.version}"
        for job in jobs:
            self._enqueue(job)

    def revive(self) -> int:
        """Give a new workflow to every job that has lost its own; returns how many.

        DBOS gives a workflow up when it cannot write its own state, as on a full disk. A job counts as lost that is open,
        neither at work nor queued, and was so the last time, too.
        """
        from dbos import DBOS

        with self._tools.repository.system_read("jobs") as session:
            wanted = select(Job).where(Job.state.in_(OPEN), Job.workflow_id.is_not(None)).order_by(Job.id)
            jobs = [job for job in session.scalars(wanted) if not self._accounted_for(job)]
        lost, self._missed = [job for job in jobs if job.id in self._missed], {job.id for job in jobs}
        for job in lost:
            before = str(job.workflow_id)
            with self._tools.repository.system_write("jobs") as session:
                current = session.get_one(Job, job.id, with_for_update=True)
                if current.workflow_id != before or current.state not in OPEN:
                    continue
                current.workflow_id = f"{current.id}:{current.version}"
            # Its place in the queue is free again, and no later start takes it up beside the new one.
            DBOS.cancel_workflow(before)
            self._enqueue(current)
            log.warning("job begun anew", extra={"job": job.id, "kind": job.kind})
        return len(lost)

    def _accounted_for(self, job: Job) -> bool:
        from dbos import DBOS

        with self._lock:
            if job.id in self._at_work:
                return True
        status = DBOS.get_workflow_status(str(job.workflow_id))
        return status is not None and status.status == "ENQUEUED"

    def _enqueue(self, job: Job) -> None:
        from dbos import DBOS, SetWorkflowID

        queue = _SERVICE_QUEUE if job.kind in OWN_QUEUE else _QUEUE
        # Of two with one id DBOS keeps the first: it is safe to ask again.
        with SetWorkflowID(str(job.workflow_id)):
            DBOS.enqueue_workflow(queue, self._run, job.id)

    def _register(self) -> None:
        from dbos import DBOS

        tools, stopping = self._tools, self._stopping

        def step(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
            return DBOS.step(
                name=name,
                retries_allowed=True,
                interval_seconds=0.5,
                max_attempts=_TRIES,
                should_retry=running.worth_another_try,
            )

        @step("begin")
        def begin(job_id: str) -> list[str] | None:
            return running.begin(tools, job_id)

        @step("perform")
        def perform(job_id: str, key: str, done: int, failed: int) -> str:
            return running.perform(tools, job_id, key, done, failed)

        @step("finish")
        def finish(job_id: str, keys: list[str], cancelled: bool) -> None:
            running.finish(tools, job_id, keys, cancelled)

        @step("fail")
        def fail(job_id: str, code: str) -> None:
            running.fail(tools, job_id, code)

        @DBOS.workflow(name="job", max_recovery_attempts=1000)
        def run(job_id: str) -> None:
            with self._noted(job_id):
                go_through(job_id)

        def go_through(job_id: str) -> None:
            try:
                if stopping.is_set():
                    raise StoppingError
                keys = begin(job_id)
                if keys is None:
                    return
                done = failed = 0
                cancelled = False
                for key in keys:
                    if stopping.is_set():
                        raise StoppingError
                    outcome = perform(job_id, key, done, failed)
                    done, failed = done + (outcome == "done"), failed + (outcome == "failed")
                    if outcome == "cancelled":
                        cancelled = True
                        break
                finish(job_id, keys, cancelled)
            except Exception as error:  # whatever it is, the job must not stay open
                if stopping.is_set():  # an item outlived the time it had, and DBOS is gone
                    raise StoppingError from error
                if running.leaves_open(error):  # for revive
                    raise
                fail(job_id, running.code_of(error))

        self._run = run


def _config(folder: Path) -> DBOSConfig:
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "name": "yanpan",
        "system_database_url": f"sqlite:///{(folder / FILE).absolute()}",
        "application_version": APPLICATION_VERSION,
        "executor_id": EXECUTOR,
        "log_level": "ERROR",
        "enable_otlp": False,
        "use_listen_notify": False,
        "max_executor_threads": 16,
    }
