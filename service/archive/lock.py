"""One run at a time on a destination."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from nlp.errors import ArchiveLockedError

_PATIENCE = 0.5
"""Seconds to try: ``is_locked`` holds the lock for a moment when it asks."""


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a destination.

    The kernel lets go of it when the process ends, however it ends, so a dead run never keeps the next one out; what the
    file says is only for the message.

    Raises:
        ArchiveLockedError: another run holds it.
    """
    with path.open("a+", encoding="utf-8") as file:
        deadline = time.monotonic() + _PATIENCE
        while not _take(file):
            if time.monotonic() > deadline:
                raise ArchiveLockedError(
                    f"another run is writing here{_holder(path)}",
                    path=str(path.parent),
                    hint="wait for it to end, or stop it first",
                )
            time.sleep(0.05)
        file.truncate(0)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": now}) + "\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def is_locked(path: Path) -> bool:
    """Whether a run is on."""
    try:
        with path.open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _take(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f" (process {holder['pid']} on {holder['host']}, since {holder['started']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
