"""A worker as the run sees it: its process, the files it has, the time and memory it takes."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from contextlib import suppress
from multiprocessing.context import SpawnContext
from typing import Any

from service.archive.engines.worker import work
from service.archive.memory import tree_bytes
from service.archive.options import StageOptions
from service.archive.outcome import FileTask


class WorkerProcess:
    """One worker process.

    Args:
        context: processes are spawned, since a fork would copy locks that other threads hold.
        options: of the stage.

    Attributes:
        tasks: files it has, the one in hand first.
        ready: whether it has loaded what it needs.
        done: files it has finished.
        since: when the file in hand was begun, or gave its last sign of life; monotonic seconds.
        retiring: it gets no further files.
        bytes: resident memory when last looked at.
        sentence: why it was killed, if it was.
        accused: the file it had in hand then.
    """

    def __init__(self, context: SpawnContext, options: StageOptions) -> None:
        self.connection, far = context.Pipe()
        self.process = context.Process(target=work, args=(far, options), daemon=False)
        self.process.start()
        # With the far end open here too, the end of the process would not end the connection.
        far.close()
        self.tasks: deque[FileTask] = deque()
        self.ready = False
        self.done = 0
        self.since = time.monotonic()
        self.retiring = False
        self.bytes = 0
        self.sentence: str | None = None
        self.accused: int | None = None

    def give(self, task: FileTask) -> None:
        """Give it a file."""
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        # A worker that has just died gives its files back when its end is noticed.
        with suppress(OSError):
            self.connection.send(task)

    def receive(self) -> list[Any]:
        """What it has sent since it was last asked."""
        received: list[Any] = []
        try:
            while self.connection.poll():
                received.append(self.connection.recv())
        except (EOFError, OSError):
            pass
        return received

    def finish(self) -> FileTask:
        """The file in hand is done."""
        self.done += 1
        self.since = time.monotonic()
        return self.tasks.popleft()

    def look(self) -> int:
        """Take its memory and that of what it has started, in bytes."""
        self.bytes = tree_bytes(self.process.pid) if self.process.pid is not None else 0
        return self.bytes

    def retire(self) -> None:
        """Have it end after the files it has."""
        if not self.retiring:
            self.retiring = True
            with suppress(OSError):
                self.connection.send(None)

    def kill(self, sentence: str) -> None:
        """End it at once, with all it has started."""
        if self.sentence is None:
            self.sentence = sentence
            self.accused = self.tasks[0].file if self.tasks else None
        pid = self.process.pid
        if pid is None:
            return
        with suppress(OSError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        """Let go of the ended process."""
        self.process.join()
        self.connection.close()
        self.process.close()
