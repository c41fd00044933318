"""The dense channel: how near the passages of a case come to the passages of the query.

For every query passage the nearest passage of the case counts (late interaction, as ColBERT does over tokens, Khattab
and Zaharia 2020). A case's score is mostly its single best match and a little the mean of the better half of the query
passages' matches: one passage that truly matches makes a case worth reading, and several make it a like case.
"""

from __future__ import annotations

import threading
from mmap import mmap

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.ann import FlatSearch, ListSearch
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.lexical import Keys, Scores
from nlp.retrieval.vectors import VectorStore

BEST = 0.7
"""Weight of the single best match; the rest goes to the mean of the better half."""

_FIRST_COUNT = 256
_SCORE_ROWS = 65_536
_DIGITS = 5
_ROUNDING = 10.0**-_DIGITS


class DenseIndex:
    """Passages of one generation, opened for reading. Safe to share between threads; FAISS is loaded on first use.

    Args:
        store: the passages and their vectors.
        lists: the mapped file of the inverted lists, None in a small index.
        flat_below: number of passages below which all those that may be found are compared, lists or none.

    """

    def __init__(self, store: VectorStore, lists: mmap | None, flat_below: int = 0) -> None:
        self.store = store
        self._flat_below = flat_below
        self._lists = lists
        self._ann: FlatSearch | ListSearch | None = None
        self._lock = threading.Lock()

    def top(self, queries: Vectors, depth: int, allowed: Keys | None = None) -> tuple[Keys, Scores]:
        """The ``depth`` best cases for query vectors (q, dimension) of length 1, best first, ties by key.

        Exact below the size at which inverted lists take over: the search widens until no case outside can reach the
        last one inside. With inverted lists it widens only until there are enough cases, unless so few may be found that
        all of them are compared: then the answer is that of an index of these few.
        """
        mask = np.isin(self.store.table[:, 1], allowed) if allowed is not None else None
        size = int(mask.sum()) if mask is not None else len(self.store)
        if not (size and depth and len(queries)):
            return np.empty(0, dtype=np.int64), np.empty(0)
        ann = self._search()
        if mask is not None and not ann.exact and size < self._flat_below:
            keys = np.unique(self.store.table[mask, 1])
            return _best(keys, self.scores(queries, keys), depth)
        count, effort = max(_FIRST_COUNT, 2 * depth), 0
        while True:
            similarities, rows = ann.search(queries, min(count, size), mask, effort)
            keys = np.unique(self.store.table[rows[rows >= 0], 1])
            scores = self.scores(queries, keys)
            everything = ann.complete(effort) and count >= size
            if everything or (len(keys) >= depth and not ann.exact):
                break
            if len(keys) >= depth and np.sort(scores)[-depth] > match_score(similarities[:, -1]) + _ROUNDING:
                break
            count, effort = count * 4, effort + 1
        return _best(keys, scores, depth)

    def scores(self, queries: Vectors, keys: Keys) -> Scores:
        """Scores of the given cases, which all must have passages; exact."""
        ann = self._search()
        at = np.searchsorted(self.store.keys, keys)
        firsts, ends = self.store.firsts[at], self.store.firsts[at + 1]
        scores = np.zeros(len(keys))
        done = 0
        while done < len(keys):
            # Cases are taken together up to a number of rows, and one at a time when a single case has more.
            upto = max(done + 1, int(np.searchsorted(np.cumsum((ends - firsts)[done:]), _SCORE_ROWS)) + done)
            counts = (ends - firsts)[done:upto]
            offsets = np.cumsum(counts) - counts
            rows = np.repeat(firsts[done:upto] - offsets, counts) + np.arange(counts.sum())
            nearest = np.maximum.reduceat(ann.read(rows) @ queries.T, offsets, axis=0)
            scores[done:upto] = match_score(nearest)
            done = upto
        # Sums of 32-bit products differ in their last digits with the shape of the batch.
        return np.round(scores, _DIGITS)

    def similarities(self, queries: Vectors, key: int) -> NDArray[np.float32]:
        """Cosines (query passages, passages of the case)."""
        return queries @ self.store.read(self.store.rows_of(key)).T

    def mean(self, key: int) -> Vectors | None:
        """Mean of the case's passages, of length 1; None when it has none."""
        return mean_vector(self.store.read(self.store.rows_of(key)))

    def _search(self) -> FlatSearch | ListSearch:
        with self._lock:
            if self._ann is None:
                self._ann = ListSearch(self._lists, self.store) if self._lists else FlatSearch(self.store)
            return self._ann


def _best(keys: Keys, scores: Scores, depth: int) -> tuple[Keys, Scores]:
    order = np.lexsort((keys, -scores))
    kept = order[scores[order] >= scores[order[min(depth, len(order)) - 1]]]
    return keys[kept], scores[kept]


def mean_vector(vectors: Vectors) -> Vectors | None:
    """The mean of vectors, of length 1 (or 0); None of none."""
    if not len(vectors):
        return None
    mean: Vectors = vectors.mean(axis=0)
    return mean / np.float32(np.linalg.norm(mean) or 1.0)


def match_score(nearest: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scores from each query passage's nearest similarity: shape (..., q) to (...)."""
    ordered = np.sort(nearest.astype(np.float64), axis=-1)[..., ::-1]
    half = ordered[..., : (ordered.shape[-1] + 1) // 2]
    score: NDArray[np.float64] = BEST * ordered[..., 0] + (1 - BEST) * half.mean(axis=-1)
    return score
