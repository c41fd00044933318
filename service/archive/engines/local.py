"""Worker processes of this machine: each has one file in hand and one waiting, and is watched while it works."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import wait

from nlp.errors import (
    ArchiveError,
    ConfigurationError,
    MemoryLimitError,
    ReadingError,
    TimeLimitError,
    WorkerCrashError,
)
from service.archive.engines.process import WorkerProcess
from service.archive.engines.worker import Broken, Ready
from service.archive.memory import own_bytes
from service.archive.options import MIB, StageOptions, WorkerLimits
from service.archive.outcome import FileOutcome, FileTask

_POLL = 0.1
_AHEAD = 2
_CRASHES = 2
"""Deaths of a worker after which the file it had in hand is given up."""

_BARREN = 3
"""Workers in a row that die while they load, after which the run gives up."""


class LocalEngine:
    """A pool of worker processes.

    Args:
        options: of the stage.
        workers: processes.
        limits: of each of them.
    """

    def __init__(self, options: StageOptions, workers: int, limits: WorkerLimits) -> None:
        self.workers = workers
        self.peak_bytes = 0
        self.ready: float | None = None
        self.options = options
        self._limits = limits
        self._context = get_context("spawn")
        self._pool: list[WorkerProcess] = []
        self._again: deque[FileTask] = deque()
        self._deaths: Counter[int] = Counter()
        self._barren = 0
        self._stopping = False
        self._looked = 0.0

    def process(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        """Outcomes as they come; the workers end with them."""
        try:
            yield from self.work(tasks)
        finally:
            self.close()

    def work(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        """Outcomes as they come; the workers stay, for the next call, until ``close``."""
        more = True
        while True:
            more = self._fill(tasks if more else iter(()))
            if not any(worker.tasks for worker in self._pool) and (self._stopping or not (more or self._again)):
                break
            outcomes = self._listen()
            yield from outcomes
            if not outcomes:
                yield None
            self._watch()

    def stop(self) -> None:
        """Begin with no further file."""
        self._stopping = True

    def kill(self) -> None:
        """End all workers at once."""
        self._stopping = True
        for worker in self._pool:
            worker.kill("stopped")

    def close(self) -> None:
        """End the idle workers; one that still works is killed."""
        for worker in self._pool:
            if worker.tasks or not worker.ready:
                worker.kill("stopped")
            worker.retire()
        for worker in self._pool:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.kill("stopped")
            worker.close()
        self._pool = []

    def _fill(self, tasks: Iterator[FileTask]) -> bool:
        """Hand out files; returns whether there may be more."""
        while len(self._pool) < self.workers and not self._stopping:
            self._pool.append(WorkerProcess(self._context, self.options))
        for depth in range(1, _AHEAD + 1):
            for worker in self._pool:
                while not worker.retiring and len(worker.tasks) < depth:
                    task = None if self._stopping else self._next(tasks)
                    if task is None:
                        return self._stopping
                    worker.give(task)
        return True

    def _next(self, tasks: Iterator[FileTask]) -> FileTask | None:
        return self._again.popleft() if self._again else next(tasks, None)

    def _listen(self) -> list[FileOutcome]:
        """Wait until a worker says something or ends."""
        speaking = [worker.connection for worker in self._pool]
        wait([*speaking, *(worker.process.sentinel for worker in self._pool)], timeout=_POLL)
        outcomes: list[FileOutcome] = []
        for worker in list(self._pool):
            # Asked before its messages are read: what it sent before it ended then lies in the pipe.
            ended = not worker.process.is_alive()
            for message in worker.receive():
                if isinstance(message, Broken):
                    raise message.error
                if isinstance(message, FileOutcome):
                    outcomes.append(self._finished(worker, message))
                elif isinstance(message, Ready):
                    worker.ready = True
                    self.ready = self.ready or time.monotonic()
                    self._barren = 0
                worker.since = time.monotonic()
            if ended:
                outcomes.extend(self._ended(worker))
        return outcomes

    def _finished(self, worker: WorkerProcess, outcome: FileOutcome) -> FileOutcome:
        task = worker.finish()
        deaths = self._deaths.pop(task.file, 0)
        if worker.done >= self._limits.recycle_files or (
            worker.bytes > self._limits.recycle_share * self._limits.worker_bytes
        ):
            worker.retire()
        return outcome if not deaths else _attempted(outcome, deaths + 1)

    def _ended(self, worker: WorkerProcess) -> list[FileOutcome]:
        """Take the files of a worker that ended back, and decide about the one it had in hand."""
        self._pool.remove(worker)
        left = list(worker.tasks)
        code = worker.process.exitcode
        worker.close()
        if not worker.ready:
            self._again.extendleft(reversed(left))
            if not self._stopping:
                self._count_barren(worker, code)
            return []
        if not left or worker.sentence == "stopped":
            self._again.extendleft(reversed(left))
            return []
        victim, *others = left
        if worker.sentence is not None and worker.accused != victim.file:
            # It finished that file in the moment it was killed for it; the next one is not to blame.
            self._again.extendleft(reversed(left))
            return []
        self._again.extendleft(reversed(others))
        self._deaths[victim.file] += 1
        deaths = self._deaths[victim.file]
        if deaths < _CRASHES and worker.sentence != "time":
            self._again.appendleft(victim)
            return []
        del self._deaths[victim.file]
        error = self._error(worker, code).at(path=victim.name)
        return [FileOutcome(victim.file, errors=(error.as_dict(),), attempts=deaths)]

    def _error(self, worker: WorkerProcess, code: int | None) -> ReadingError:
        if worker.sentence == "time":
            return TimeLimitError(
                f"no document was finished in {self._limits.file_seconds:g} seconds",
                expected="less (file_seconds)",
                hint="retry it alone with a longer --file-seconds",
            )
        if worker.sentence == "memory":
            return MemoryLimitError(
                f"a worker took more than {self._limits.worker_bytes / MIB:,.0f} MiB for it",
                expected="less (max_memory, shared by the workers)",
                hint="retry it alone with a larger --max-memory or one worker",
            )
        return WorkerCrashError(
            f"the process that worked on it died {_CRASHES} times (exit code {code})",
            hint="the file, or a library that reads it, is broken; open it and save it anew, then retry it",
        )

    def _count_barren(self, worker: WorkerProcess, code: int | None) -> None:
        if worker.sentence == "memory":
            raise ConfigurationError(
                f"loading the models takes more than {self._limits.worker_bytes / MIB:,.0f} MiB, a worker's share of memory",
                hint="raise --max-memory or lower --workers",
            )
        self._barren += 1
        if self._barren >= _BARREN:
            raise ArchiveError(
                f"{_BARREN} workers in a row died while they loaded the models (exit code {code})",
                hint="see whether the machine runs out of memory",
            )

    def _watch(self) -> None:
        """Kill what takes too long or too much."""
        now = time.monotonic()
        if now - self._looked < _POLL:
            return
        self._looked = now
        total = own_bytes()
        for worker in self._pool:
            total += worker.look()
            if worker.bytes > self._limits.worker_bytes:
                worker.kill("memory")
            elif worker.ready and worker.tasks and now - worker.since > self._limits.file_seconds:
                worker.kill("time")
        self.peak_bytes = max(self.peak_bytes, total)


def _attempted(outcome: FileOutcome, attempts: int) -> FileOutcome:
    from dataclasses import replace

    return replace(outcome, attempts=attempts)
