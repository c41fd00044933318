"""A bound on failed sign-ins from one address, beside the lock of the account."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from threading import Lock

from nlp.errors import TooManyAttemptsError

WINDOW_S = 300.0
_MOST_ADDRESSES = 10_000


class Throttle:
    """Counts failures by address in memory; each process of a service counts for itself.

    Args:
        attempts: failures within ``WINDOW_S`` seconds after which an address has to wait.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str) -> None:
        """Go on only while the address has attempts left.

        Raises:
            TooManyAttemptsError: with ``retry_after`` in seconds.
        """
        with self._lock:
            failures = self._recent(address)
            if len(failures) >= self.attempts:
                error = TooManyAttemptsError("too many failed sign-ins from this address", hint="wait and try again")
                error.retry_after = max(1, int(failures[0] + WINDOW_S - time.monotonic()) + 1)
                raise error

    def failed(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            failures = self._recent(address)
            failures.append(time.monotonic())
            self._failures[address] = failures
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)

    def _recent(self, address: str) -> deque[float]:
        failures = self._failures.get(address, deque())
        while failures and failures[0] < time.monotonic() - WINDOW_S:
            failures.popleft()
        return failures
