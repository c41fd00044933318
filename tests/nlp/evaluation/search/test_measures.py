"""Measures against figures worked out by hand."""

from __future__ import annotations

from math import log2

import pytest

from nlp.errors import InvalidRecordError
from nlp.evaluation.search.measures import measure, summarise

JUDGED = {"q1": {"a": 2, "b": 1, "c": 0}, "q2": {"d": 2}}


def test_the_ideal_is_that_of_all_judged_cases_not_of_those_found() -> None:
    found = measure(JUDGED, {"q1": ["x", "a"], "q2": ["d"]})
    assert found["q1"]["ndcg@10"] == pytest.approx((2 / log2(3)) / (2 + 1 / log2(3)))
    assert found["q1"]["recall@10"] == 0.5
    assert found["q1"]["map"] == 0.25
    assert found["q1"]["mrr"] == 0.5
    assert found["q2"]["ndcg@10"] == 1


def test_a_query_without_an_answer_counts_as_nothing() -> None:
    found = measure(JUDGED, {"q2": ["x"]})
    assert set(found) == {"q1", "q2"}
    assert found["q1"]["ndcg@10"] == 0
    assert found["q2"]["mrr"] == 0


def test_the_grade_decides_what_recall_counts() -> None:
    answers = {"q1": ["b"], "q2": ["d"]}
    assert measure(JUDGED, answers, grade=1)["q1"]["recall@10"] == 0.5
    assert measure(JUDGED, answers, grade=2)["q1"]["recall@10"] == 0


def test_a_query_that_nothing_can_answer_is_refused() -> None:
    with pytest.raises(InvalidRecordError, match="q3"):
        measure({"q3": {"a": 0}}, {})


def test_the_order_counts_and_not_the_name_of_a_case() -> None:
    judged = {"q": {"z": 1, "a": 1}}
    assert measure(judged, {"q": ["y", "z", "a"]})["q"] == measure(judged, {"q": ["y", "a", "z"]})["q"]


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    figures = measure(JUDGED, {"q1": ["x", "a"], "q2": ["d"]})
    summary = summarise(figures, resamples=200)
    interval = summary.figures["ndcg@10"]
    assert interval.value is not None
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low <= interval.value <= interval.high
    assert interval == summarise(figures, resamples=200).figures["ndcg@10"]
    assert summary.queries == 2
