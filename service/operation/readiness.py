"""Whether the service can do its work, and whether something will soon keep it from it."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp.errors import DiskLowError, StoreError, WorkerSilentError
from service.access.repository import Repository
from service.engine import Engine
from service.jobs import heartbeat
from service.searching.outbox import waiting
from service.settings import Settings
from service.store import migrate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes:
        status: ``unready`` when requests cannot be answered; ``degraded`` when they can, but the disk is nearly full or
            the background work stands still.
        checks: each with ``ok`` or the code of what is wrong; no details, as anybody may ask.
    """

    status: Literal["ok", "degraded", "unready"]
    checks: dict[str, str]


class Readiness:
    """The checks of one application, which is taken to begin its work now.

    Args:
        settings: where its data lie, and the bounds for disk and worker.
        repository: of its database.
    """

    def __init__(self, settings: Settings, repository: Repository) -> None:
        self._settings = settings
        self._repository = repository
        self._began = time.monotonic()
        url = repository.database.url
        self._file = Path(url.database or "") if repository.database.is_sqlite else None
        self._file_id = None if self._file is None else _identity(self._file)

    def report(self, engine: Engine) -> Report:
        """Look at everything; ``engine`` holds the models and the index."""

        def models() -> None:
            engine.pipeline.annotate("")

        def index() -> None:
            engine.index()

        vital = {check.__name__: _outcome(check) for check in (self.database, self.schema, models, index)}
        later = {check.__name__: _outcome(check) for check in (self.disk, self.worker)}
        if any(found != "ok" for found in vital.values()):
            return Report("unready", vital | later)
        return Report("degraded" if any(found != "ok" for found in later.values()) else "ok", vital | later)

    def database(self) -> None:
        """Whether it answers, and is still the one that was opened.

        Raises:
            StoreError: it does not, or the file of SQLite was taken away.
        """
        # SQLite goes on reading and writing a file that was removed or replaced, and all of it is lost at the end.
        if self._file is not None and _identity(self._file) != self._file_id:
            raise StoreError("the file of the database was removed or replaced")
        with self._repository.system_read("readiness") as session:
            waiting(session)

    def schema(self) -> None:
        """Whether it is this version's.

        Raises:
            StoreBehindError: it is not.
        """
        migrate.require_head(self._repository.database)

    def disk(self) -> None:
        """Whether there is room.

        Raises:
            DiskLowError: there is little.
        """
        if min(self.free_bytes().values()) < self._settings.disk_low_bytes:
            raise DiskLowError("the disk is nearly full")

    def worker(self) -> None:
        """Whether the background work goes on.

        Raises:
            WorkerSilentError: nothing was heard of it for too long.
        """
        if self.worker_silent_seconds() > self._settings.worker_silent_seconds:
            raise WorkerSilentError("the worker gives no sign of life")

    def worker_silent_seconds(self) -> float:
        """Since its last sign of life; for one that never gave any, since this application began."""
        running = time.monotonic() - self._began
        age = heartbeat.silent_for(self._settings.data_dir)
        return running if age is None else min(age, running)

    def free_bytes(self) -> dict[str, int]:
        """Free room on the disks of data folder, index and SQLite database."""
        places = {"data": self._settings.data_dir, "index": self._settings.index_dir}
        if self._file is not None:
            places["database"] = self._file
        return {name: shutil.disk_usage(_nearest(place)).free for name, place in places.items()}


def _nearest(place: Path) -> Path:
    """The place, or the nearest folder above it that is there: an index is made when the first case comes."""
    found = place.absolute()
    while not found.exists():
        found = found.parent
    return found


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        # Whatever is wrong, the answer is that this service is not ready.
        log.warning("not ready", extra={"check": check.__name__, "error_type": type(error).__name__})
        return str(getattr(error, "code", "failed"))
    return "ok"
