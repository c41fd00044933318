"""What runs on the nodes of a cluster: an actor with one watched worker process, fed with batches of tasks."""

from __future__ import annotations

import contextlib
import pickle
import sys
from collections.abc import Iterator
from typing import Any

from service.archive.engines.local import LocalEngine
from service.archive.options import StageOptions, WorkerLimits
from service.archive.outcome import FileOutcome, FileTask

TASK, OUTCOME = "task", "outcome"
"""Columns of the batches: pickled ``FileTask`` and ``FileOutcome``."""


class FileActor:
    """Processes batches of files in a worker process of its own.

    The process in between is what makes time and memory limits hold: a file that hangs or dies takes the worker along,
    never the actor, and Ray has nothing to retry.

    Args:
        options: of the stage.
        limits: of the worker.
    """

    def __init__(self, options: StageOptions, limits: WorkerLimits) -> None:
        self._engine = LocalEngine(options, 1, limits)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Outcomes of a batch of tasks."""
        import numpy as np

        tasks: list[FileTask] = [pickle.loads(task) for task in batch[TASK]]
        with _no_main():
            outcomes = [pickle.dumps(outcome) for outcome in self._process(tasks)]
        return {OUTCOME: np.array(outcomes, dtype=object)}

    def _process(self, tasks: list[FileTask]) -> Iterator[FileOutcome]:
        return (outcome for outcome in self._engine.work(iter(tasks)) if outcome is not None)


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Hide the main module: a spawned process would run Ray's worker script again, and load Ray, to make it its own."""
    main = sys.modules["__main__"]
    hidden = {str(name): main.__dict__.pop(name) for name in ("__file__", "__spec__") if name in main.__dict__}
    main.__dict__["__spec__"] = None
    try:
        yield
    finally:
        main.__dict__.update(hidden)
