"""From logits to scores that can be believed, and thresholds: fitted on the development authors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

FLOOR, CEILING = 0.12, 0.6
PRIOR = 12.0
"""A label's own threshold counts as much as the common one when it has this many gold tags."""


def fit_mix(
    network: NDArray[np.float32], ngrams: NDArray[np.float32], lexicon: NDArray[np.float32], gold: NDArray[np.float32]
) -> tuple[float, float, float, float]:
    """Weights of network, n-grams, lexicon and shift that make the score a probability (stacking by logistic regression).

    Args:
        network, ngrams: (clauses, cells) logits.
        lexicon: (clauses, cells) 1 where the lexicon says the same.
        gold: (clauses, cells) 0 or 1.
    """
    features = np.stack([network.ravel(), ngrams.ravel(), lexicon.ravel()], axis=1)
    model = LogisticRegression(C=1e3, max_iter=500).fit(features, gold.ravel())
    first, second, third = (float(weight) for weight in model.coef_[0])
    return first, second, third, float(model.intercept_[0])


def choose_thresholds(scores: NDArray[np.float32], gold: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
    """Thresholds that make clause-level F1 greatest.

    Args:
        scores: (clauses, cells) 0..1.
        gold: (clauses, cells) 0 or 1.

    Returns:
        The common threshold, and one for each cell: its own best one drawn towards the common one, the more so the
        fewer examples the cell has.
    """
    grid = np.arange(FLOOR, CEILING, 0.01)
    common = float(max(grid, key=lambda limit: _f1(scores >= limit, gold)))
    own = np.empty(gold.shape[1], dtype=np.float32)
    for cell in range(gold.shape[1]):
        seen = float(gold[:, cell].sum())
        best = max(grid, key=lambda limit: (_f1(scores[:, cell] >= limit, gold[:, cell]), -abs(limit - common)))
        weight = seen / (seen + PRIOR)
        own[cell] = weight * best + (1 - weight) * common
    return common, own


def _f1(said: NDArray[np.bool_], gold: NDArray[np.float32]) -> float:
    right = float((said * gold).sum())
    return 2 * right / max(float(said.sum()) + float(gold.sum()), 1.0)
