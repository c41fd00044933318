"""The worker's sign of life: a file in the data folder whose time of change is its last look for work that went well.

The worker may be a process of its own, so the service can only know by something both see. Setting a file's time needs no
room on the disk and no turn at the database, both of which may be what keeps the worker from working.
"""

from __future__ import annotations

import time
from pathlib import Path

FILE = "WORKER.alive"


def beat(data_dir: Path) -> None:
    """Say that the worker is alive."""
    (data_dir / FILE).touch()


def silent_for(data_dir: Path) -> float | None:
    """Seconds since the last sign of life; None where no worker ever gave one."""
    try:
        changed = (data_dir / FILE).stat().st_mtime
    except FileNotFoundError:
        return None
    return max(0.0, time.time() - changed)
