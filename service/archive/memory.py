"""Resident memory of processes, and how much there is, read from where Linux tells it."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_CGROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def tree_bytes(pid: int) -> int:
    """Resident memory of a process and all its descendants, in bytes; 0 where it is gone or the system has no ``/proc``.

    Pages that processes share count once for each of them.
    """
    total = 0
    todo = [pid]
    while todo:
        process = todo.pop()
        try:
            total += int((_PROC / str(process) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            for thread in (_PROC / str(process) / "task").iterdir():
                todo.extend(int(child) for child in (thread / "children").read_text().split())
        except (OSError, ValueError, IndexError):
            continue
    return total


def own_bytes() -> int:
    """Resident memory of this process alone, in bytes."""
    try:
        return int((_PROC / "self" / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def machine_bytes() -> int:
    """Memory this process may hope for, in bytes: the machine's, or what its control group allows if that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for path in _CGROUP:
        try:
            total = min(total, int(path.read_text()))
        except (OSError, ValueError):
            continue
    return total


def core_count() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
