"""Computations take turns, so that many at once do not slow each other and everything beside them.

More threads than cores that all compute gain nothing: they hold the interpreter and the cores in slices, and a request that
needs a millisecond of both waits for each of them. Whoever waits for a turn sleeps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

PATIENCE_S = 10.0


class Turns:
    """So many at once, and nobody waits for ever: a text that takes minutes must not keep all others out.

    Args:
        at_once: computations at the same time, at least 1; by default one a core that this process may use.
        patience_s: seconds after which a computation begins without a turn.
        after: called after each turn, before the next begins.
    """

    def __init__(
        self, at_once: int | None = None, patience_s: float = PATIENCE_S, *, after: Callable[[], object] | None = None
    ) -> None:
        self._free = BoundedSemaphore(at_once or len(os.sched_getaffinity(0)))
        self._patience_s = patience_s
        self._after = after

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Wait for a turn and keep it inside the block; False when patience ended first. Not to be nested."""
        mine = self._free.acquire(timeout=self._patience_s)
        try:
            yield mine
        finally:
            if self._after is not None:
                self._after()
            if mine:
                self._free.release()
