"""A Ray cluster: the same stage in actors of Ray Data, on all nodes that see the source and the destination.

Ray may process a file twice when a node is lost: an outcome counts by its file, the first one wins, and what the second
has written is removed. Tasks and outcomes travel through Ray's object store; the records themselves do not, they go
through the destination's ``.spool`` folder.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.errors import ArchiveError, MissingExtraError, YanpanError
from service.archive.engines.actor import OUTCOME, TASK, FileActor
from service.archive.options import MIB, StageOptions, WorkerLimits
from service.archive.outcome import FileOutcome, FileTask

_BATCH = 8
_STORE_BYTES = 256 * MIB
_POLL = 0.5
_VISIBLE_SECONDS = 15.0
"""How long a file written on another node may take to appear here (attribute caches of network file systems)."""


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing a reading thread says."""

    error: BaseException | None = None


class ClusterEngine:
    """Actors of Ray Data.

    Args:
        options: of the stage; its folders must be the same on all nodes.
        workers: actors, each with one core and one worker process.
        limits: of each worker process.
        address: of a running cluster; None uses one this process is connected to, or starts one on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
    """

    def __init__(self, options: StageOptions, workers: int, limits: WorkerLimits, *, address: str | None) -> None:
        self.workers = workers
        self.peak_bytes = 0
        self.ready: float | None = None
        self._options = options
        self._limits = limits
        self._address = address
        self._ray = _import_ray()
        self._stopping = threading.Event()

    def process(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        """Outcomes as they come. All tasks are claimed at the start: Ray Data plans over the whole."""
        listed = list(tasks)
        if not listed:
            return
        with _connected(self._ray, self._address, self.workers):
            arriving: queue.Queue[Any] = queue.Queue(maxsize=64)
            reader = threading.Thread(target=self._read, args=(listed, arriving), daemon=True)
            reader.start()
            while not self._stopping.is_set():
                try:
                    item = arriving.get(timeout=_POLL)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(item, _End):
                    if item.error is not None:
                        raise _as_error(item.error, self._ray) from item.error
                    return
                self._await_spool(item)
                yield item
            # What has arrived is whole and is kept; what is still under way is done again by the next run.
            while not arriving.empty():
                item = arriving.get()
                if isinstance(item, FileOutcome):
                    yield item

    def stop(self) -> None:
        """Take what has arrived and end."""
        self._stopping.set()

    def kill(self) -> None:
        """The same: the actors end with the connection."""
        self._stopping.set()

    def _read(self, tasks: list[FileTask], arriving: queue.Queue[Any]) -> None:
        try:
            for batch in self._dataset(tasks).iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0):
                for outcome in batch[OUTCOME]:
                    _put(arriving, pickle.loads(outcome), self._stopping)
                if self._stopping.is_set():
                    return
        except BaseException as error:
            _put(arriving, _End(error), self._stopping)
        else:
            _put(arriving, _End(), self._stopping)

    def _dataset(self, tasks: list[FileTask]) -> Any:
        from ray.data import ActorPoolStrategy, DataContext, from_items

        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.enable_auto_log_stats = False
        size = max(1, min(_BATCH, len(tasks) // (self.workers * 2)))
        rows = [{TASK: pickle.dumps(task)} for task in tasks]
        # One small block a batch: an outcome is seen when its block is done, and lost with its node until then.
        blocks = from_items(rows, override_num_blocks=-(-len(rows) // size))
        return blocks.map_batches(
            FileActor,
            fn_constructor_args=(self._options, self._limits),
            batch_size=None,
            batch_format="numpy",
            num_cpus=1,
            # Fewer than asked for are enough to go on: a lost node may take the room for some of them along.
            compute=ActorPoolStrategy(min_size=1, max_size=self.workers, initial_size=self.workers),
        )

    def _await_spool(self, outcome: FileOutcome) -> None:
        if outcome.spool is None:
            return
        path = Path(self._options.spool) / outcome.spool
        deadline = time.monotonic() + _VISIBLE_SECONDS
        while not path.exists():
            if time.monotonic() > deadline:
                raise ArchiveError(
                    "records a node has written do not appear here",
                    path=str(path),
                    expected="source and destination on a file system all nodes share",
                )
            time.sleep(0.1)


def _import_ray() -> Any:
    # Read when Ray is first imported: nothing is sent anywhere, and its own messages stay out of the terminal.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtraError(
            "the engine ray needs Ray, which is not installed", hint="pip install yanpan[cluster]"
        ) from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray


class _connected:
    """A connection to a cluster; one that was made here is ended here."""

    def __init__(self, ray: Any, address: str | None, workers: int) -> None:
        self._ray = ray
        self._address = address
        self._workers = workers
        self._own = False
        self._folder: str | None = None

    def __enter__(self) -> None:
        if self._ray.is_initialized():
            return
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "include_dashboard": False}
        try:
            if self._address is not None:
                self._ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
            else:
                # Short, since sockets lie below it and their paths may have 107 bytes.
                self._folder = tempfile.mkdtemp(prefix="yanpan-ray-")
                self._ray.init(
                    num_cpus=self._workers, object_store_memory=_STORE_BYTES, _temp_dir=self._folder, **quiet
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise ArchiveError(
                f"the Ray cluster cannot be reached or started ({error})",
                path=self._address,
                hint="check --address, or leave it out to start one on this machine",
            ) from error
        self._own = True

    def __exit__(self, *_: object) -> None:
        if self._own:
            self._ray.shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _put(arriving: queue.Queue[Any], item: Any, stopping: threading.Event) -> None:
    """Wait for room in the queue, unless nobody reads it any more."""
    while True:
        try:
            arriving.put(item, timeout=_POLL)
        except queue.Full:
            if stopping.is_set():
                return
        else:
            return


def _as_error(error: BaseException, ray: Any) -> BaseException:
    """What a user can do something about, out of what Ray wraps it in."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, YanpanError):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    if isinstance(error, ray.exceptions.RayError):
        first = str(error).strip().splitlines()
        return ArchiveError(
            f"Ray gave up: {first[-1] if first else type(error).__name__}",
            hint="what was committed is whole; see to the cluster and start the run again",
        )
    return error
