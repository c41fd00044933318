"""FAISS over the passages: exact below a size, inverted lists with 8-bit codes above (Johnson et al. 2019).

FAISS only proposes passages here; scores always come from the vector store. A search visits four times the square root
of the number of lists, which is an eighth of 1,024 lists and a sixteenth of 4,096. Measured on real sentence vectors with
``tests/bench/bench_scale.py``; see ``docs/scaling.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.embedder import Vectors
from nlp.retrieval.vectors import Rows, VectorStore

ANN = "ann.faiss"
_PER_LIST = 64
_MIN_PER_LIST = 39
_ADD_ROWS = 65_536
_THREADS_SHARE_LISTS = 1
"""Of FAISS's ways to use several threads the one that helps a single query: each takes some of its lists."""

Found = tuple[NDArray[np.float32], NDArray[np.int64]]


class FlatSearch:
    """Exact inner products with every vector; the ids FAISS sees are rows."""

    exact = True

    def __init__(self, store: VectorStore) -> None:
        faiss = _faiss()
        self._size = len(store)
        self._index = faiss.IndexFlatIP(store.vectors.shape[1])
        for first in range(0, len(store), _ADD_ROWS):
            self._index.add(store.read(slice(first, first + _ADD_ROWS)))
        held = faiss.rev_swig_ptr(self._index.get_xb(), store.vectors.size)
        self._vectors: Vectors = held.reshape(store.vectors.shape)

    def read(self, rows: Rows) -> Vectors:
        """Vectors of the rows, from memory."""
        return self._vectors[rows]

    def search(self, queries: Vectors, count: int, allowed: NDArray[np.bool_] | None, _effort: int) -> Found:
        """Similarities (q, count) and rows (q, count) of the nearest allowed passages; missing ones are row -1.

        The effort has no meaning here: every search is exhaustive.
        """
        faiss = _faiss()
        parameters = faiss.SearchParameters(sel=_selector(allowed)) if allowed is not None else None
        found: Found = self._index.search(queries, count, params=parameters)
        return found

    def complete(self, _effort: int) -> bool:
        """Whether a search with this effort sees every passage."""
        return True


class ListSearch:
    """Approximate inner products over inverted lists; the ids FAISS sees are passage ids."""

    exact = False

    def __init__(self, file: mmap, store: VectorStore) -> None:
        faiss = _faiss()
        file.seek(0)
        self._index = faiss.read_index(faiss.PyCallbackIOReader(file.read))
        self._index.parallel_mode = _THREADS_SHARE_LISTS
        self._store = store
        self._ids = store.table[:, 0]

    def search(self, queries: Vectors, count: int, allowed: NDArray[np.bool_] | None, effort: int) -> Found:
        """As ``FlatSearch.search``; ``effort`` doubles the lists visited with every step."""
        faiss = _faiss()
        selector = None
        if allowed is not None:
            by_id = np.zeros(int(self._ids[-1]) + 1, dtype=bool)
            by_id[self._ids[allowed]] = True
            selector = _selector(by_id)
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=self._probes(effort))
        similarities, ids = self._index.search(queries, count, params=parameters)
        rows = np.where(ids >= 0, np.searchsorted(self._ids, ids), -1)
        return similarities, rows

    def read(self, rows: Rows) -> Vectors:
        """Vectors of the rows, from the store: those in the lists are approximate."""
        return self._store.read(rows)

    def complete(self, effort: int) -> bool:
        """Whether a search with this effort visits every list."""
        return self._probes(effort) == int(self._index.nlist)

    def _probes(self, effort: int) -> int:
        lists = int(self._index.nlist)
        return min(lists, math.ceil(4 * math.sqrt(lists)) << effort)


def write_lists(path: Path, store: VectorStore, tick: Callable[[int, int], None]) -> int:
    """Train inverted lists on a store of at least one row, fill them and write them.

    Returns:
        The number of passages they were trained on.

    """
    faiss = _faiss()
    count, dimension = store.vectors.shape
    lists = max(1, min(1 << round(math.log2(4 * math.sqrt(count))), count // _MIN_PER_LIST))
    index = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(0).choice(count, size=min(count, _PER_LIST * lists), replace=False)
    index.train(store.read(np.sort(sample)))
    _add(index, store, 0, tick)
    faiss.write_index(index, str(path))
    return int(count)


def update_lists(
    path: Path, source: Path, before: VectorStore, store: VectorStore, tick: Callable[[int, int], None]
) -> None:
    """Write the inverted lists of ``source`` to ``path``, less the rows that ``store`` lacks, plus those it has new."""
    faiss = _faiss()
    index = faiss.read_index(str(source))
    old, new = before.table[:, 0], store.table[:, 0]
    index.remove_ids(np.setdiff1d(old, new))
    _add(index, store, int(np.searchsorted(new, old[-1], side="right")), tick)
    faiss.write_index(index, str(path))


def _add(index: Any, store: VectorStore, first: int, tick: Callable[[int, int], None]) -> None:
    for start in range(first, len(store), _ADD_ROWS):
        rows = slice(start, start + _ADD_ROWS)
        index.add_with_ids(store.read(rows), store.table[rows, 0].copy())
        tick(min(start + _ADD_ROWS, len(store)), len(store))


def _selector(mask: NDArray[np.bool_]) -> Any:
    return _faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def _faiss() -> Any:
    # Imported late, for it takes a third of a second, and untyped: its stubs are those of the C++ signatures.
    return import_module("faiss")
