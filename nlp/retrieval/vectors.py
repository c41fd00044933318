"""The vector store: one row a passage, memory-mapped, with a table that says which passage it is.

``passages.bin`` is a bare int64 array of shape (n, 4): passage id, case key, start, end; ``vectors.bin`` one of shape
(n, dimension). Rows are in order of case key, then start, so that the passages of a case lie together; ids rise with
the rows and are never given twice. The files are bare because ``np.load`` parses its header with ``ast``, which fails
when several threads do so at once on Python 3.11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.embedder import Embedder, Vectors
from nlp.retrieval.passages import Passage, split_passages

Table = NDArray[np.int64]
Rows = NDArray[np.int64]
Dtype = Literal["float16", "float32"]

PASSAGES = "passages.bin"
VECTORS = "vectors.bin"
_COPY_ROWS = 65_536
_ENCODE_ROWS = 256
_TORCH_ALONE = 32_768
"""Numbers up to which torch works in the calling thread."""


@dataclass(frozen=True)
class VectorStore:
    """The passages of an index and their vectors, read-only.

    Attributes:
        table: int64 (n, 4): passage id, case key, start, end.
        vectors: (n, dimension), float16 or float32, memory-mapped.
        keys: the case keys that have passages, ascending.
        firsts: for each of ``keys`` its first row, then n.

    """

    table: Table
    vectors: NDArray[Any]
    keys: NDArray[np.int64]
    firsts: Rows

    @classmethod
    def open(cls, folder: Path, *, dimension: int, dtype: Dtype) -> VectorStore:
        """Open the store in a generation folder."""
        table = np.fromfile(folder / PASSAGES, dtype=np.int64).reshape(-1, 4)
        shape = (len(table), dimension)
        # An empty file cannot be mapped.
        vectors = np.memmap(folder / VECTORS, dtype=dtype, mode="r", shape=shape) if len(table) else np.empty(shape)
        keys, firsts = np.unique(table[:, 1], return_index=True)
        return cls(table, vectors, keys, np.append(firsts, len(table)).astype(np.int64))

    def __len__(self) -> int:
        return len(self.table)

    def rows_of(self, key: int) -> slice:
        """Rows of one case; empty when its text has no passage."""
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key:
            return slice(0, 0)
        return slice(int(self.firsts[at]), int(self.firsts[at + 1]))

    def passages(self, key: int) -> list[Passage]:
        """Passages of one case, in text order."""
        return [Passage(int(start), int(end)) for _, _, start, end in self.table[self.rows_of(key)]]

    def read(self, rows: slice | Rows) -> Vectors:
        """Vectors of the rows as float32, of length 1 (or 0)."""
        vectors = single_precision(self.vectors[rows])
        # Half precision moves lengths by up to 1 in 2000, and a cosine must not exceed 1.
        lengths: Vectors = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
        lengths[lengths == 0] = 1
        vectors /= lengths
        return vectors


def single_precision(vectors: NDArray[Any]) -> Vectors:
    """A copy (n, dimension) as float32.

    numpy turns half precision into single one number at a time; torch, which encoders need anyway, takes a tenth of that.
    Blocks are too small for torch to call in other threads, for which a search would have to wait.
    """
    if vectors.dtype != np.float16:
        return np.array(vectors, dtype=np.float32)
    import torch

    made: Vectors = np.empty(vectors.shape, dtype=np.float32)
    own = vectors if vectors.flags.writeable else np.array(vectors)
    into, given = torch.from_numpy(made), torch.from_numpy(np.asarray(own))
    block = max(1, _TORCH_ALONE // max(1, vectors.shape[-1]))
    for first in range(0, len(made), block):
        into[first : first + block] = given[first : first + block]
    return made


def write_vectors(
    folder: Path,
    *,
    source: VectorStore | None,
    keep: NDArray[np.bool_] | None,
    cases: Iterable[tuple[int, str]],
    embedder: Embedder,
    dtype: Dtype,
    next_id: int,
) -> int:
    """Write a store: the rows of ``source`` that ``keep`` marks, then the passages of ``cases``, given as (key, text).

    Returns:
        The next free passage id.

    """
    tables: list[Table] = []
    with (folder / VECTORS).open("wb") as file:
        if source is not None and keep is not None:
            rows = np.flatnonzero(keep)
            tables.append(source.table[rows])
            for first in range(0, len(rows), _COPY_ROWS):
                file.write(
                    np.ascontiguousarray(source.vectors[rows[first : first + _COPY_ROWS]], dtype=dtype).tobytes()
                )
        batch: list[str] = []
        for key, text in cases:
            for passage in split_passages(text):
                tables.append(np.array([[next_id, key, *passage]], dtype=np.int64))
                batch.append(text[passage.start : passage.end])
                next_id += 1
                if len(batch) == _ENCODE_ROWS:
                    _encode(file, batch, embedder, dtype)
        _encode(file, batch, embedder, dtype)
    np.concatenate([np.empty((0, 4), dtype=np.int64), *tables]).tofile(folder / PASSAGES)
    return next_id


def _encode(file: BinaryIO, batch: list[str], embedder: Embedder, dtype: Dtype) -> None:
    if batch:
        file.write(embedder.encode(batch).astype(dtype).tobytes())
        batch.clear()
