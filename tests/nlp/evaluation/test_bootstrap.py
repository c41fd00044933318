"""Intervals where the distribution of the draws is known."""

from __future__ import annotations

import pytest

from nlp.errors import InvalidRecordError
from nlp.evaluation.bootstrap import FIGURES, Interval, confidence, paired_difference

TEXT = "处事公道，账目清楚。"
GOLD = [("处事公道", "fairness+")]
WRONG = [("处事公道", "fairness-")]


def test_equal_documents_have_no_spread(compared) -> None:
    half = compared(TEXT, GOLD, [*GOLD, ("账目清楚", "integrity+")])
    intervals = confidence([half] * 6, resamples=200)
    assert set(intervals) == set(FIGURES)
    assert intervals["precision"] == Interval(0.5, 0.5, 0.5)
    assert intervals["f1"].low == intervals["f1"].high == pytest.approx(2 / 3)


def test_two_documents_one_right_one_wrong(compared) -> None:
    # Draws: both wrong 1/4, one of each 1/2, both right 1/4; so F1 is 0, 1/2 or 1.
    pair = [compared(TEXT, GOLD, GOLD), compared(TEXT, GOLD, WRONG)]
    wide = confidence(pair)["f1"]
    assert (wide.value, wide.low, wide.high) == (0.5, 0.0, 1.0)
    narrow = confidence(pair, level=0.3)["f1"]
    assert (narrow.low, narrow.high) == (0.5, 0.5)


def test_attributes_are_drawn_with_their_documents(compared) -> None:
    agrees = compared(TEXT, GOLD, GOLD)
    differs = compared(TEXT, GOLD, [("处事公道", "fairness+", {"status": "reported"})])
    intervals = confidence([agrees, agrees, differs])
    assert intervals["status"].value == pytest.approx(2 / 3)
    assert (intervals["status"].low, intervals["status"].high) == (0.0, 1.0)
    assert intervals["kind"] == Interval(1.0, 1.0, 1.0)


def test_the_seed_decides(compared) -> None:
    items = [compared(TEXT, GOLD, GOLD if number % 3 else WRONG) for number in range(20)]
    assert confidence(items, seed=1) == confidence(items, seed=1)
    drawn = {confidence(items, seed=seed, resamples=20)["f1"] for seed in range(5)}
    assert len(drawn) > 1


@pytest.mark.parametrize("count", [0, 2])
def test_without_tags_everything_is_undefined(compared, count: int) -> None:
    intervals = confidence([compared("无。", [], [])] * count, resamples=10)
    assert set(intervals.values()) == {Interval(None, None, None)}


def test_paired_comparison(compared) -> None:
    right, wrong = compared(TEXT, GOLD, GOLD), compared(TEXT, GOLD, WRONG)
    better = paired_difference([wrong] * 4, [right] * 4)["f1"]
    assert (better.value, better.low, better.high, better.not_better) == (1.0, 1.0, 1.0, 0.0)
    same = paired_difference([right, wrong], [right, wrong])["f1"]
    # The same draws serve both, so that equal predictions differ in none of them.
    assert (same.value, same.low, same.high, same.not_better) == (0.0, 0.0, 0.0, 1.0)
    worse = paired_difference([right] * 4, [wrong] * 4)["f1"]
    assert (worse.value, worse.not_better) == (-1.0, 1.0)
    assert paired_difference([wrong], [right])["status"].value is None


def test_other_documents_cannot_be_compared(compared) -> None:
    with pytest.raises(InvalidRecordError, match="same documents"):
        paired_difference([compared(TEXT, GOLD, GOLD)], [compared(TEXT, GOLD, GOLD, id="d2")])
