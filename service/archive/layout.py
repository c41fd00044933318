"""What the folder of a destination holds.

::

    DEST/
      manifest.sqlite   every file of the source, its state, its errors, the part its records stand in
      parts/            000001.jsonl or 000001.parquet: whole files, never changed after they appear
      parts.jsonl       the parts in force; read these, or ``records.read``
      errors.jsonl      one line an error, as ``yanpan annotate`` writes them
      groups.jsonl      documents that are nearly alike
      LOCK              held while a run is on
      .spool/           records on their way from a worker to a part; means nothing between runs

A part is written aside (a name that starts with a dot), synced and renamed; then one transaction of the manifest names it
and moves its files to ``done``. A part the manifest does not name is none: it is removed when the next run starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
"""Of the layout and the manifest's tables."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below a destination."""

    dest: Path

    @property
    def manifest(self) -> Path:
        """The SQLite file."""
        return self.dest / "manifest.sqlite"

    @property
    def parts(self) -> Path:
        """Folder of the parts."""
        return self.dest / "parts"

    @property
    def spool(self) -> Path:
        """Folder of records on their way."""
        return self.dest / ".spool"

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.dest / "LOCK"

    @property
    def part_list(self) -> Path:
        """The list of the parts in force."""
        return self.dest / "parts.jsonl"

    @property
    def errors(self) -> Path:
        """The list of errors."""
        return self.dest / "errors.jsonl"

    @property
    def groups(self) -> Path:
        """The near-duplicates."""
        return self.dest / "groups.jsonl"

    def part(self, name: str) -> Path:
        """A part by its name."""
        return self.parts / name

    def aside(self, name: str) -> Path:
        """Where a part is written before it is renamed."""
        return self.parts / f".{name}.aside"


def part_name(number: int, suffix: str) -> str:
    """File name of a part: names sort as numbers do."""
    return f"{number:06d}{suffix}"


def sync_file(path: Path) -> None:
    """Have the content of a written file reach the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Have renames and removals inside a folder reach the disk; nothing where folders cannot be opened (Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def clear(folder: Path, keep: Iterable[str] = ()) -> list[str]:
    """Remove every file of a folder but some; returns the names of those removed, sorted."""
    kept = set(keep)
    removed = sorted(entry.name for entry in folder.iterdir() if entry.name not in kept)
    for name in removed:
        (folder / name).unlink(missing_ok=True)
    return removed


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
