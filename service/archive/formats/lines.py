"""JSON lines: one record a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from service.archive.formats.contract import Record

_CHUNK: Final = 1 << 20


class LinesSpool:
    """Lines of one file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, record: Record) -> None:
        """Append a record."""
        # A lone surrogate (a broken emoji in a JSONL source) has no UTF-8; as an escape it survives.
        try:
            line = json.dumps(record, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            line = json.dumps(record).encode("ascii")
        self._file.write(line + b"\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()


class LinesPart:
    """Lines of many files."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.rows = 0
        self.size = 0

    def add(self, spool: Path) -> int:
        """Append the lines of a spool."""
        rows = 0
        with spool.open("rb") as source:
            while chunk := source.read(_CHUNK):
                rows += chunk.count(b"\n")
                self._file.write(chunk)
                self.size += len(chunk)
        self.rows += rows
        return rows

    def keep(self, part: Path, ranges: Sequence[tuple[int, int]]) -> None:
        """Append some lines of another part."""
        wanted = iter(ranges)
        start, end = next(wanted, (0, 0))
        with part.open("rb") as source:
            for number, line in enumerate(source):
                while number >= end:
                    following = next(wanted, None)
                    if following is None:
                        return
                    start, end = following
                if number >= start:
                    self._file.write(line)
                    self.size += len(line)
                    self.rows += 1

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def abandon(self) -> None:
        """Close the file."""
        self._file.close()


class LinesFormat:
    """JSON lines."""

    suffix = ".jsonl"

    def spool(self, path: Path) -> LinesSpool:
        """A new spool."""
        return LinesSpool(path)

    def part(self, path: Path) -> LinesPart:
        """A new part."""
        return LinesPart(path)

    def read(self, path: Path) -> Iterator[Record]:
        """The records of a part."""
        with path.open("rb") as file:
            for line in file:
                yield json.loads(line)
