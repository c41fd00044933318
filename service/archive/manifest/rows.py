"""Rows of the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["found", "running", "done", "failed", "duplicate"]
"""found: to be done. running: taken in hand by the run that holds the lock. done: its records stand in a part (a file
without documents, such as an empty bundle, has none). failed: it gave errors only. duplicate: byte for byte the same as
another file."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What decides whether a finished file is up to date."""

    pipeline: str
    codebook: str
    finder: str


@dataclass(frozen=True, slots=True)
class Found:
    """A file as the file system shows it.

    Attributes:
        path: below the source, as bytes of the file system.
        name: the same as readable text.
        size: in bytes, -1 where it cannot be told.
        mtime_ns: of the last change, in nanoseconds.
    """

    path: bytes
    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file to be done."""

    file: int
    path: bytes
    name: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the records of a file stand: rows ``first`` to ``first + rows`` of a part."""

    file: int
    part: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part in force.

    Attributes:
        number: of the part, never given twice.
        name: of its file.
        rows: records in it.
        size: of the file, in bytes.
        sha256: of the file.
    """

    number: int
    name: str
    rows: int
    size: int
    sha256: str
