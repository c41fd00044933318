"""The estimate of what was missed covers the truth as often as it says."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.evaluation.missed import Stratum, draw_sample, estimate_missed, wilson


def test_wilson_against_published_values() -> None:
    # Brown, Cai and DasGupta (2001) and any table: 0 of 10 gives 0 to 0.2775, 5 of 10 gives 0.2366 to 0.7634.
    assert wilson(0, 10)[1:] == (0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(5, 10)[1:] == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert wilson(0, 0) == (0.5, 0, 1)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    sizes, rates, read = (4000, 800), (0.03, 0.2), (200, 60)
    truth = sum(size * rate for size, rate in zip(sizes, rates, strict=True))
    inside = 0
    for _ in range(400):
        strata = [
            Stratum(size, count, int(random.hypergeometric(round(size * rate), size - round(size * rate), count)))
            for size, rate, count in zip(sizes, rates, read, strict=True)
        ]
        found = estimate_missed(strata, tagged=1000)
        inside += found.clauses_low <= truth <= found.clauses_high
    assert 0.91 <= inside / 400 <= 0.99


def test_recall_follows_from_the_missed() -> None:
    found = estimate_missed([Stratum(1000, 100, 10)], tagged=300, precision=0.9)
    assert found.clauses == pytest.approx(100)
    assert found.recall == pytest.approx(270 / 370)
    assert found.recall_low is not None
    assert found.recall_high is not None
    assert found.recall_low < 270 / 370 < found.recall_high


def test_an_unread_stratum_leaves_everything_open() -> None:
    found = estimate_missed([Stratum(1000, 0, 0)], tagged=10)
    assert (found.low, found.high) == (0, 1)


def test_a_draw_can_be_repeated_and_looks_at_rare_kinds() -> None:
    strata = {"talk_note": list(range(1000)), "poll": list(range(1000, 1003)), "none": []}
    drawn = draw_sample(strata, 50, seed=7)
    assert drawn == draw_sample(strata, 50, seed=7)
    assert drawn != draw_sample(strata, 50, seed=8)
    assert (len(drawn["talk_note"]), len(drawn["poll"]), drawn["none"]) == (50, 1, [])
    assert len(set(drawn["talk_note"])) == 50


def test_figures_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Stratum(10, 5, 6)
    with pytest.raises(ValueError, match="precision"):
        estimate_missed([Stratum(10, 5, 1)], 3, precision=2)
