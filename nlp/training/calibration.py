"""From logits to scores that can be believed, and the threshold: fitted on the development authors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

FLOOR, CEILING, STEP = 0.12, 0.6, 0.02
"""Thresholds that are tried."""


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


def choose_threshold(measure: Callable[[float], float]) -> float:
    """The least score of a tag at which a measure is greatest.

    One for all labels: thresholds of their own were fitted on half of the authors that a tagger had not seen and tried
    on the other half; they lost half a point to one point of F1 against the common one.

    Args:
        measure: the figure of merit at a threshold; the mean over three neighbouring thresholds counts, since a few
            dozen documents give a ragged curve.
    """
    grid = np.arange(FLOOR, CEILING + STEP / 2, STEP)
    found = np.array([measure(float(limit)) for limit in grid])
    smooth = np.convolve(found, np.ones(3) / 3, mode="valid")
    return round(float(grid[1 + int(smooth.argmax())]), 4)
