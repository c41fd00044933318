"""Jobs: done once, item by item, cancelled, retried, taken up after a crash."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from nlp.errors import ConflictError, InvalidInputError, WorkerRunningError
from service.jobs import submitting
from service.jobs.contract import Task, Tools
from service.jobs.worker import Worker
from service.store.models.working import Job

Ended = Callable[[str], Job]


class Counting:
    """Keeps what it did; ``bad`` items fail, ``gate`` holds items back."""

    did: ClassVar[list[str]] = []
    bad: ClassVar[set[str]] = set()
    full: ClassVar[bool] = False
    gate: ClassVar[threading.Event] = threading.Event()
    entered: ClassVar[threading.Semaphore] = threading.Semaphore(0)

    def plan(self, tools: Tools, task: Task) -> list[str]:
        return list(task.params["keys"])

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        self.entered.release()
        self.gate.wait(20)
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        if key in self.bad:
            raise InvalidInputError("某镇不可读")
        self.did.append(key)

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:
        return {"keys": len(keys)}


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    monkeypatch.setattr("service.jobs.running.kind_of", lambda name: Counting())
    Counting.did, Counting.bad, Counting.full = [], set(), False
    Counting.gate, Counting.entered = threading.Event(), threading.Semaphore(0)
    Counting.gate.set()
    return Counting


def submit(tools: Tools, *keys: str) -> str:
    with tools.repository.system_write("test") as session:
        return submitting.submit(session, None, "count", {"keys": keys}).id


def test_every_item_is_done_once_and_counted(tools: Tools, worker: Worker, ended: Ended) -> None:
    Counting.bad = {"b"}
    job = ended(submit(tools, "a", "b", "c"))
    assert Counting.did == ["a", "c"]
    assert (job.state, job.total, job.done, job.failed, job.result) == ("done", 3, 2, 1, {"keys": 3})
    # What a job says of a failure is a code: its message may hold personal text.
    assert job.error == {"code": "invalid_input", "item": "b"}


def test_a_cancelled_job_ends_after_its_item(tools: Tools, worker: Worker, ended: Ended) -> None:
    Counting.gate.clear()
    job_id = submit(tools, *"abcd")
    _until(tools, job_id, lambda job: job.total is not None)
    with tools.repository.system_write("test") as session:
        submitting.cancel(session, session.get_one(Job, job_id))
    Counting.gate.set()
    job = ended(job_id)
    assert job.state == "cancelled"
    assert len(Counting.did) <= 1
    assert job.done == len(Counting.did)


def test_what_nobody_began_is_cancelled_at_once(tools: Tools) -> None:
    job_id = submit(tools, "a")
    with tools.repository.system_write("test") as session:
        submitting.cancel(session, session.get_one(Job, job_id))
    with tools.repository.system_write("test") as session:
        job = session.get_one(Job, job_id)
        assert job.state == "cancelled"
        with pytest.raises(ConflictError):
            submitting.cancel(session, job)


def test_a_retry_plans_anew(tools: Tools, worker: Worker, ended: Ended) -> None:
    Counting.bad = {"b"}
    job_id = submit(tools, "a", "b")
    first = ended(job_id)
    Counting.bad, Counting.did = set(), []
    with tools.repository.system_write("test") as session:
        submitting.retry(session, session.get_one(Job, job_id))
    again = _until(tools, job_id, lambda job: job.state == "done" and job.workflow_id != first.workflow_id)
    assert (again.done, again.failed, again.error) == (2, 0, None)
    with tools.repository.system_write("test") as session, pytest.raises(ConflictError):
        submitting.retry(session, session.get_one(Job, job_id))


def test_a_stopped_worker_leaves_the_rest_to_the_next_one(tools: Tools, ended: Ended) -> None:
    Counting.gate.clear()
    first = Worker(tools, tick=0.05)
    first.start()
    job_id = submit(tools, *"abcde")
    _until(tools, job_id, lambda job: job.total is not None)
    threading.Timer(0.3, Counting.gate.set).start()
    first._workflows._stopping.set()
    first.stop()
    assert len(Counting.did) <= 1
    second = Worker(tools, tick=0.05)
    second.start()
    try:
        job = ended(job_id)
    finally:
        second.stop()
    assert (job.state, job.done) == ("done", 5)
    assert Counting.did == list("abcde")


def test_an_item_that_outlives_the_stop_is_done_again_by_the_next_worker(tools: Tools, ended: Ended) -> None:
    hurried = Tools(tools.repository, tools.engine, tools.settings.model_copy(update={"shutdown_seconds": 1}))
    Counting.gate.clear()
    first = Worker(hurried, tick=0.05)
    first.start()
    job_id = submit(tools, "a", "b")
    _until(tools, job_id, lambda job: job.total is not None)
    assert Counting.entered.acquire(timeout=20)
    first.stop()
    Counting.gate.set()
    for thread in threading.enumerate():
        if thread.name.startswith("dbos-executor"):
            thread.join(timeout=20)
    with tools.repository.system_read("test") as session:
        assert session.get_one(Job, job_id).state == "running"
    second = Worker(tools, tick=0.05)
    second.start()
    try:
        job = ended(job_id)
    finally:
        second.stop()
    assert (job.state, job.error, job.done) == ("done", None, 2)
    assert Counting.did == ["a", "a", "b"]


def test_a_job_waits_for_room_on_the_disk(tools: Tools, worker: Worker, ended: Ended) -> None:
    Counting.full = True
    job_id = submit(tools, "a", "b")
    first = _until(tools, job_id, lambda job: job.total is not None)
    _until(tools, job_id, lambda job: job.workflow_id != first.workflow_id)
    Counting.full = False
    job = ended(job_id)
    assert (job.state, job.error) == ("done", None)
    assert Counting.did == ["a", "b"]


def test_one_worker_at_a_time(tools: Tools, worker: Worker) -> None:
    with pytest.raises(WorkerRunningError, match="no-worker"):
        Worker(tools).start()


def test_work_goes_on_when_the_state_of_the_engine_is_lost(tools: Tools, ended: Ended) -> None:
    """After a restore the store may know of work that DBOS does not."""
    job_id = submit(tools, "a")
    with tools.repository.system_write("test") as session:
        job = session.get_one(Job, job_id)
        job.state, job.workflow_id = "running", f"{job_id}:1"
    made = Worker(tools, tick=0.05)
    made.start()
    try:
        assert ended(job_id).state == "done"
    finally:
        made.stop()


def _until(tools: Tools, job_id: str, holds: Callable[[Job], bool]) -> Job:
    for _ in range(400):
        with tools.repository.system_read("test") as session:
            job = session.get_one(Job, job_id)
        if holds(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {job.state}")
