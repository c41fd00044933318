"""What a run asks of an engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from service.archive.outcome import FileOutcome, FileTask


class Engine(Protocol):
    """Processes files somewhere else.

    Attributes:
        workers: how many files are processed at once.
        peak_bytes: most memory its processes took together so far, 0 where it cannot tell.
        ready: when the first worker had loaded its models, in monotonic seconds; None before that, or where it cannot
            tell.
    """

    workers: int
    peak_bytes: int
    ready: float | None

    def process(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        """Outcomes as they come, in any order, at least one a file; None now and then while there is none.

        Args:
            tasks: taken only as fast as they are worked off.

        Raises:
            YanpanError: nothing can be processed at all.
        """

    def stop(self) -> None:
        """Begin with no further file; ``process`` ends when the files in hand are done. Safe in a signal handler."""

    def kill(self) -> None:
        """End all processes at once."""
