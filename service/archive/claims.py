"""From files that wait to tasks: hashed, told from exact copies, taken in hand a few at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from service.archive.hiding import Hiding
from service.archive.manifest import FileRow, Manifest
from service.archive.outcome import FileTask
from service.archive.source import hash_file

BATCH = 32
"""Files taken in hand in one transaction: each costs a sync of the disk, and what is in hand is done again after a crash."""

_BATCH_BYTES = 64 * 1024 * 1024


class Claims:
    """The tasks of a run, made while they are asked for.

    Args:
        manifest: open for writing.
        root: of the source.
        on_duplicate: told how many files turned out to be copies.
        hiding: opens the paths the manifest keeps, where it hides them.

    Attributes:
        in_hand: files taken in hand that no outcome is known of.
    """

    def __init__(
        self, manifest: Manifest, root: Path, on_duplicate: Callable[[int], None], hiding: Hiding | None = None
    ) -> None:
        self._manifest = manifest
        self._root = os.fsencode(root)
        self._on_duplicate = on_duplicate
        self._hiding = hiding
        self.in_hand: set[int] = set()

    def tasks(self, files: Sequence[int]) -> Iterator[FileTask]:
        """A task for each file that is no copy of another, in order."""
        for start in range(0, len(files), BATCH):
            waiting = self._manifest.rows(files[start : start + BATCH])
            while waiting:
                yield from self._claim(waiting)

    def _claim(self, waiting: list[FileRow]) -> list[FileTask]:
        """Take the first files of a list in hand, fewer when they are large, so that no worker waits for hashes."""
        hashes: dict[int, str] = {}
        first: dict[str, int] = {}
        duplicates: dict[int, int] = {}
        tasks: list[FileTask] = []
        size = 0
        while waiting and size < _BATCH_BYTES:
            row = waiting.pop(0)
            size += max(row.size, 0)
            path = row.path if self._hiding is None else self._hiding.path(row.path)
            # Hashed anew even when a hash is known: what the record says must be what is read now.
            digest = hash_file(Path(os.fsdecode(self._root + b"/" + path))) or ""
            original = None
            if digest:
                original = first.get(digest)
                if original is None:
                    original = self._manifest.original(digest, row)
            if original is not None:
                duplicates[row.file] = original
                continue
            first.setdefault(digest, row.file)
            hashes[row.file] = digest
            tasks.append(FileTask(row.file, path, row.name, digest))
        self._manifest.claim(hashes, duplicates)
        self.in_hand.update(hashes)
        self._on_duplicate(len(duplicates))
        return tasks
