"""What a format can do. A worker writes the records of one file to a spool; the run joins spools into a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

Record = dict[str, Any]
"""One annotated document, with the keys of ``service.archive.record.RECORD_KEYS``."""


class Spool(Protocol):
    """The records of one file, on disk."""

    def write(self, record: Record) -> None:
        """Append a record."""

    def close(self) -> None:
        """End the file."""


class Part(Protocol):
    """A part that is being written."""

    rows: int
    size: int

    def add(self, spool: Path) -> int:
        """Append the records of a spool; returns how many there were."""

    def keep(self, part: Path, ranges: Sequence[tuple[int, int]]) -> None:
        """Append rows of another part.

        Args:
            part: a part of the same format.
            ranges: of 0-based row numbers, half-open, ascending, without overlap.
        """

    def close(self) -> None:
        """End the file; its content may still be in the system's cache."""

    def abandon(self) -> None:
        """Close without ending it properly; the file is of no use afterwards."""


class Format(Protocol):
    """A way to write records."""

    suffix: str

    def spool(self, path: Path) -> Spool:
        """A new spool."""

    def part(self, path: Path) -> Part:
        """A new part."""

    def read(self, path: Path) -> Iterator[Record]:
        """The records of a part, in order."""
