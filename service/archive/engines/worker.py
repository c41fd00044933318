"""The process that works on files, one after the other."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from nlp.errors import YanpanError
from service.archive.options import StageOptions
from service.archive.outcome import FileTask

TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A document of the file in hand is done; more may follow."""


@dataclass(frozen=True, slots=True)
class Broken:
    """No file can be processed: a model is missing, the disk is full."""

    error: YanpanError


def work(connection: Connection[Any, Any], options: StageOptions) -> None:
    """Load the pipeline, then process tasks until None comes or the run's process is gone."""
    _leave_group()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        from service.archive.stage import Stage

        stage = Stage(options)
    except YanpanError as error:
        connection.send(Broken(error))
        return
    _set_threads(options.threads)
    try:
        connection.send(Ready())
        while True:
            task: FileTask | None = connection.recv()
            if task is None:
                return
            connection.send(_process(stage, task, connection))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _process(stage: Any, task: FileTask, connection: Connection[Any, Any]) -> Any:
    from nlp.errors import ArchiveError
    from service.archive.stage import SpoolError

    last = time.monotonic()

    def tick() -> None:
        nonlocal last
        if time.monotonic() - last >= TICK_SECONDS:
            last = time.monotonic()
            connection.send(Tick())

    try:
        return stage.process(task, tick)
    except SpoolError as error:
        return Broken(
            ArchiveError(f"records cannot be written: {error}", hint="make room on the disk and start the run again")
        )


def _leave_group() -> None:
    # A group of its own: Ctrl+C in a terminal reaches the run, which lets its workers finish, and killing the group
    # takes along what a reader has started (LibreOffice).
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    parent.join()
    # The run was killed. Nobody takes the outcome of the file in hand any more.
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _set_threads(threads: int) -> None:
    import sys

    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(threads)
