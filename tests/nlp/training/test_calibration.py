"""Mix and thresholds."""

from __future__ import annotations

import numpy as np

from nlp.training.calibration import CEILING, FLOOR, choose_thresholds, fit_mix


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


def test_a_frequent_cell_gets_its_own_threshold_and_a_rare_one_the_common() -> None:
    random = np.random.default_rng(2)
    gold = np.zeros((1000, 2), dtype=np.float32)
    gold[:400, 0] = 1
    gold[:1, 1] = 1
    scores = np.stack([np.where(gold[:, 0] > 0, 0.5, 0.4), np.full(1000, 0.05)], axis=1)
    scores = (scores + random.uniform(-0.02, 0.02, scores.shape)).astype(np.float32)
    common, own = choose_thresholds(scores, gold)
    assert 0.4 < own[0] < 0.5
    assert abs(own[1] - common) < 0.02
    assert own.min() >= FLOOR
    assert own.max() <= CEILING
