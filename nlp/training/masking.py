"""Whole-word masks over rows of characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 0.18
"""Share of characters hidden. A little above BERT's 15 %, which small models bear well (Wettig et al. 2023)."""

KEPT = 0.1
"""Share of the chosen words that stay visible, so that the reader's vectors of visible characters are trained too."""


def whole_word_mask(
    starts: NDArray[np.bool_], fixed: NDArray[np.bool_], random: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Choose words to guess, anew on every call (dynamic masking; Liu et al. 2019, RoBERTa; Cui et al. 2021, wwm).

    Args:
        starts: (b, n) true where a word begins.
        fixed: (b, n) characters never chosen (breaks, unknown ones).
        random: source of randomness.

    Returns:
        ``(guessed, hidden)``, both (b, n): characters the loss counts, and those of them that are replaced by the mask.
    """
    words = starts.reshape(starts.shape[0], -1).cumsum(axis=1)
    count = int(words.max()) + 1
    rows = np.arange(len(words))[:, None]
    chosen = random.random((len(words), count)) < RATE
    shown = random.random((len(words), count)) < KEPT
    guessed = chosen[rows, words] & ~fixed
    return guessed, guessed & ~shown[rows, words]
