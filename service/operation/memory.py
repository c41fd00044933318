"""Free memory goes back to the system instead of waiting in one heap for each thread.

glibc keeps a heap for each thread until there are eight for each core (mallopt(3), ``M_ARENA_MAX``). Requests are computed
in any of forty threads, and each heap keeps room for the largest text that its threads have met: a server that needs 1.2 GB
had grown to 3.5 GB over some thousand requests. Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import ctypes
import os
import time
from threading import Lock

_M_ARENA_MAX = -8
_HEAPS = 2
_SET_BY_HAND = ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")


def keep_few_heaps() -> bool:
    """Let all threads of this process share a few heaps; to be called before there are many. False where not possible.

    Whoever has set glibc's own variables is not overruled.
    """
    if any(name in os.environ for name in _SET_BY_HAND):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, _HEAPS))


class FreeMemory:
    """Gives free pages of all heaps back to the system (malloc_trim(3)), now and then.

    Args:
        every_s: seconds that lie between two times at least.
    """

    def __init__(self, every_s: float = 30.0) -> None:
        self._every_s = every_s
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._last = time.monotonic()
        self._lock = Lock()

    def give_back(self) -> bool:
        """Do so if it is time to; whether it was."""
        with self._lock:
            now = time.monotonic()
            if self._trim is None or now - self._last < self._every_s:
                return False
            self._last = now
        self._trim(0)
        return True
