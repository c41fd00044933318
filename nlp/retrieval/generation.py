"""One generation opened for reading: a snapshot that stays whole while newer generations come and this one is removed.

Everything that will ever be read is opened at once, so that a writer may delete the files behind it.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nlp.errors import IndexTornError
from nlp.retrieval.ann import ANN
from nlp.retrieval.case import Case
from nlp.retrieval.dense import DenseIndex
from nlp.retrieval.heads import Head, read_heads
from nlp.retrieval.layout import CASES, HEADS, LEXICAL, MANIFEST, Manifest
from nlp.retrieval.leaning import LeaningIndex
from nlp.retrieval.lexical import LexicalIndex
from nlp.retrieval.store import Pointer
from nlp.retrieval.tagmatch import TagIndex
from nlp.retrieval.vectors import VectorStore


class Generation:
    """A generation's parts. Safe to share between threads.

    Attributes:
        folder: of the generation.
        manifest: what it holds.
        heads: one a case, by rising key; a position in it is called a row.
        keys: int64 (cases,), the key of every row.
        order: int64 (cases,), the place of every row's id among all ids in code point order; settles ties.
        lexical: the BM25 channel.
        dense: the vector channel.
        tags: the tag channel.

    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._cases = _mapped(folder / CASES)
        self.heads: list[Head] = list(read_heads(folder / HEADS))
        self.keys: NDArray[np.int64] = np.array([head.key for head in self.heads], dtype=np.int64)
        self._rows = {head.id: row for row, head in enumerate(self.heads)}
        self.order: NDArray[np.int64] = np.empty(len(self.heads), dtype=np.int64)
        self.order[[self._rows[id_] for id_ in sorted(self._rows)]] = np.arange(len(self.heads))
        self.lexical = LexicalIndex(folder / LEXICAL)
        store = VectorStore.open(folder, dimension=manifest.encoder.dimension, dtype=manifest.dense.dtype)
        lists = _mapped(folder / ANN) if manifest.trained_on else None
        self.dense = DenseIndex(store, lists, manifest.dense.flat_below)
        self.tags = TagIndex(self.heads)
        self._leanings: dict[int, LeaningIndex] = {}

    def leanings(self, cells: int) -> LeaningIndex:
        """The leaning channel, for a tagger of so many cells."""
        # Two threads may make it at once; they make the same.
        if cells not in self._leanings:
            self._leanings[cells] = LeaningIndex((head.leaning for head in self.heads), cells)
        return self._leanings[cells]

    @classmethod
    def open(cls, folder: Path, pointer: Pointer, *, verify: bool) -> Self:
        """Open the generation CURRENT points to.

        Args:
            folder: index folder.
            pointer: the content of CURRENT.
            verify: compare every file with its hash, not only its size.

        Raises:
            IndexTornError: a part is missing or altered; ``place`` names the parts.
            IndexMismatchError: another layout version.

        """
        manifest = read_manifest(folder, pointer)
        home = folder / pointer.generation
        damaged = manifest.damaged(home, contents=verify)
        if damaged:
            raise IndexTornError(
                "parts of the index are missing or not as they were written",
                path=str(home),
                place=", ".join(damaged),
                hint="open the index with rebuild=True or build it anew",
            )
        return cls(home, manifest)

    def __len__(self) -> int:
        return len(self.heads)

    def row(self, id_: str) -> int | None:
        """Row of a case, None when it is not in the index."""
        return self._rows.get(id_)

    def case(self, row: int) -> Case:
        """The whole case of a row."""
        head = self.heads[row]
        return Case.model_validate_json(self._cases[head.offset : head.offset + head.length])

    def words(self, row: int) -> tuple[str | None, str]:
        """Title and text of a row; quicker than the whole case."""
        head = self.heads[row]
        return head.title, str(json.loads(self._cases[head.offset : head.offset + head.length])["text"])

    def cases(self, rows: Iterable[int] | None = None) -> Iterator[Case]:
        """The cases of some rows, or all."""
        return map(self.case, range(len(self)) if rows is None else rows)

    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.manifest.parts)


def read_manifest(folder: Path, pointer: Pointer) -> Manifest:
    """The manifest CURRENT points to.

    Raises:
        IndexTornError: it is damaged, or not the one that CURRENT names.
        IndexMismatchError: another layout version.
        FileNotFoundError: the generation was removed meanwhile by a writer.

    """
    home = folder / pointer.generation
    path = home / MANIFEST
    try:
        manifest = Manifest.loads(path.read_bytes(), path)
    except OSError as error:
        raise IndexTornError(f"the manifest cannot be read ({error.strerror})", path=str(path)) from error
    if not pointer.names(path):
        raise IndexTornError("the manifest is not the one that was put in force", path=str(path))
    return manifest


def _mapped(path: Path) -> mmap.mmap:
    """A file that stays readable after it is removed, by any number of threads at once; at least one page if empty."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else mmap.mmap(-1, 1)
