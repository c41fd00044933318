"""Mix and thresholds."""

from __future__ import annotations

import numpy as np

from nlp.training.calibration import CEILING, FLOOR, choose_threshold, fit_mix


def test_the_mix_makes_logits_probabilities_and_trusts_the_finder_that_knows() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(0, 2, (400, 5)).astype(np.float32)
    gold = (random.random((400, 5)) < 1 / (1 + np.exp(-truth))).astype(np.float32)
    noise = random.normal(0, 2, (400, 5)).astype(np.float32)
    network, ngrams, lexicon, shift = fit_mix(3 * truth, noise, np.zeros_like(gold), gold)
    assert abs(network - 1 / 3) < 0.06
    assert abs(ngrams) < 0.1
    assert abs(lexicon) < 1e-6
    assert abs(shift) < 0.2


def test_the_threshold_is_the_middle_of_the_best_stretch() -> None:
    # A lone spike is what a few documents give by chance; the broad hill counts.
    def measure(limit: float) -> float:
        return 0.9 if abs(limit - 0.2) < 1e-6 else 0.8 - abs(limit - 0.42)

    assert abs(choose_threshold(measure) - 0.42) < 1e-6


def test_thresholds_stay_within_their_range() -> None:
    assert FLOOR < choose_threshold(lambda limit: -limit) < CEILING
