"""The worker: one process at a time does the background work of one data folder."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from threading import Event, Thread

from nlp.errors import IndexLockedError, WorkerRunningError, YanpanError
from nlp.retrieval.store import file_lock
from service.batches.sweeping import sweep
from service.exports.background.keeping import forget_old as forget_exports
from service.jobs import heartbeat
from service.jobs.contract import Tools
from service.jobs.workflow import Workflows
from service.searching import outbox
from service.searching.arriving import ask_for_alerts
from service.store.idempotency import forget_old

log = logging.getLogger(__name__)
LOCK = "WORKER.lock"
TICK_S = 0.5
_REVIVING_EVERY = 20  # ticks, ten seconds
_CLEANING_EVERY = 7200  # ticks, an hour
_AGAIN_S = 5.0


class Worker:
    """Does jobs and keeps the case index in step with the store, from :meth:`start` to :meth:`stop`.

    Args:
        tools: what jobs work with.
        tick: seconds between two looks for new work.
    """

    def __init__(self, tools: Tools, tick: float = TICK_S) -> None:
        self._tools = tools
        self._tick = tick
        self._stop = Event()
        self._workflows = Workflows(tools)
        self._thread = Thread(target=self._watch, name="yanpan-worker", daemon=True)
        self._held = ExitStack()

    def start(self) -> None:
        """Begin.

        Raises:
            WorkerRunningError: another process does the work of this data folder.
        """
        folder = self._tools.settings.data_dir
        try:
            self._held.enter_context(file_lock(folder, LOCK, 0.0, "another worker is at work"))
        except IndexLockedError:
            raise WorkerRunningError(
                "another worker does the work of this data folder",
                path=str(folder),
                hint="stop it first, or start yanpan serve with --no-worker",
            ) from None
        heartbeat.beat(folder)
        self._workflows.start()
        self._thread.start()
        log.info("worker started")

    def stop(self) -> None:
        """End after the items at work."""
        self._stop.set()
        self._thread.join(timeout=self._tools.settings.shutdown_seconds)
        self._workflows.stop(self._tools.settings.shutdown_seconds)
        self._held.close()
        log.info("worker stopped")

    def _watch(self) -> None:
        ticks = 0
        while not self._stop.is_set():
            pause = self._tick
            try:
                self._workflows.dispatch()
                outbox.ask_for_sync(self._tools)
                ask_for_alerts(self._tools)
                if ticks % _REVIVING_EVERY == _REVIVING_EVERY - 1:
                    self._workflows.revive()
                if ticks % _CLEANING_EVERY == 0:
                    with self._tools.repository.system_write("jobs") as session:
                        forget_old(session)
                        outbox.forget_old(session)
                    sweep(self._tools.repository, self._tools.settings.data_dir)
                    forget_exports(self._tools.settings.data_dir)
                # Only after a look that found its way through: one that fails every time is no sign of life.
                heartbeat.beat(self._tools.settings.data_dir)
            except YanpanError as error:
                log.warning("worker: %s", error.code)
                pause = _AGAIN_S
            except Exception:
                # The watch outlives whatever happens to one look: a worker that silently does nothing helps nobody.
                log.exception("worker: unexpected")
                pause = _AGAIN_S
            ticks += 1
            self._stop.wait(pause)
