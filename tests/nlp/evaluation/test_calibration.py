"""Bins and their error by hand."""

from __future__ import annotations

import pytest

from nlp.evaluation.calibration import calibration, reliability


def test_error_is_the_weighted_distance() -> None:
    result = reliability([(0.95, True), (0.95, False), (0.15, False)])
    assert result.error == pytest.approx((2 * 0.45 + 0.15) / 3)
    last, second = result.bins[9], result.bins[1]
    assert (last.count, last.right) == (2, 0.5)
    assert last.score == pytest.approx(0.95)
    assert (second.count, second.right) == (1, 0)
    assert result.bins[5].score is result.bins[5].right is None


def test_perfectly_calibrated() -> None:
    scored = [(0.75, True)] * 3 + [(0.75, False)]
    assert reliability(scored).error == pytest.approx(0)


@pytest.mark.parametrize(
    ("score", "number"), [(0.0, 0), (0.1, 0), (0.1001, 1), (0.3, 2), (0.7, 6), (0.9, 8), (0.91, 9), (1.0, 9)]
)
def test_bins_are_open_below_and_closed_above(score: float, number: int) -> None:
    bins = reliability([(score, True)]).bins
    assert [item.count for item in bins].index(1) == number
    assert bins[number].low <= score <= bins[number].high


def test_no_tags() -> None:
    result = reliability([])
    assert (result.error, result.count, len(result.bins)) == (None, 0, 10)


def test_only_right_tags_count_as_right(compared) -> None:
    item = compared(
        "处事公道，不怕得罪人，账目清楚，爱发脾气。",
        [("处事公道", "fairness+"), ("不怕得罪人", "responsibility+"), ("账目清楚", "integrity+")],
        [
            ("处事公道", "fairness+", {"score": 0.85}),
            ("不怕得罪人", "responsibility-", {"score": 0.85}),
            ("账目清楚", "results+", {"score": 0.85}),
            ("爱发脾气", "work_style-", {"score": 0.85}),
        ],
    )
    result = calibration([item])
    assert result.bins[8].count == result.count == 4
    assert result.bins[8].right == 0.25
    assert result.error == pytest.approx(0.6)
    assert result.to_dict()["bins"][8]["count"] == 4
