"""Training of the n-gram classifiers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp.tagging.ngrams import NgramModel, grams

STRENGTH = 10.0
"""Inverse of the L2 penalty (C), chosen on the development authors among 3, 10 and 30."""

MOST = 120_000
"""N-grams kept, the most frequent ones: the weights have to fit into the repository."""

LEAST = 2


def count_columns(texts: Sequence[str]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """The n-grams that occur in at least two texts, with their smoothed inverse document frequencies."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(grams(text)))
    frequent = [
        gram
        for gram, count in sorted(seen.items(), key=lambda item: (-item[1], item[0]))
        if count >= LEAST and "\n" not in gram
    ]
    kept = sorted(frequent[:MOST])
    rarity = [math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept]
    return {gram: row for row, gram in enumerate(kept)}, np.asarray(rarity, dtype=np.float32)


def train_ngrams(texts: Sequence[str], cells: NDArray[np.float32], strength: float = STRENGTH) -> NgramModel:
    """Fit one logistic regression a cell.

    Args:
        texts: clauses.
        cells: (clauses, cells) 0 or 1.
        strength: inverse of the L2 penalty.
    """
    columns, rarity = count_columns(texts)
    empty = NgramModel(columns, rarity, np.zeros((len(columns), 1), np.float32), np.zeros(1, np.float32))
    indices: list[int] = []
    values: list[NDArray[np.float32]] = []
    ends = [0]
    for text in texts:
        rows, found = empty.vector(text)
        indices.extend(rows)
        values.append(found)
        ends.append(len(indices))
    features = csr_matrix((np.concatenate(values), indices, ends), shape=(len(texts), len(columns)))
    features.sort_indices()
    weights = np.zeros((len(columns), cells.shape[1]), dtype=np.float32)
    bias = np.full(cells.shape[1], -10.0, dtype=np.float32)
    for column in range(cells.shape[1]):
        wanted = cells[:, column]
        if wanted.any() and not wanted.all():
            model = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(features, wanted)
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return NgramModel(columns, rarity, weights, bias)
