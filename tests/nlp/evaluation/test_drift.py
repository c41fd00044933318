"""Drift: shares, Fisher's test, and the step-up procedure over all labels."""

from __future__ import annotations

import pytest
from scipy.stats import fisher_exact

from nlp.evaluation.drift import Group, changes


def test_the_last_group_is_compared_to_all_before_it() -> None:
    groups = [Group(10, {"a+": 1}), Group(30, {"a+": 3, "b-": 15}), Group(20, {"a+": 18, "b-": 8})]
    a, b = changes(groups)
    assert (a.cell, a.before, a.last) == ("a+", 4 / 40, 18 / 20)
    assert a.p == pytest.approx(fisher_exact([[18, 2], [4, 36]]).pvalue)
    assert a.marked
    assert b.before == 15 / 40
    assert not b.marked


def test_many_labels_raise_the_bar() -> None:
    # p of 7/20 against 2/20 is about 0.13; alone or among many it is no finding, 9/20 against 1/20 (0.008) is one alone.
    alone = changes([Group(20, {"x+": 1}), Group(20, {"x+": 9})])
    assert [one.marked for one in alone] == [True]
    same = {f"label_{number}+": 10 for number in range(40)}
    among = changes([Group(20, {"x+": 1, **same}), Group(20, {"x+": 9, **same})])
    assert not any(one.marked for one in among)


def test_a_label_that_is_gone_and_one_that_is_new() -> None:
    gone, new = changes([Group(20, {"gone-": 20}), Group(20, {"new+": 20})])
    assert (gone.last, gone.marked) == (0.0, True)
    assert (new.before, new.marked) == (0.0, True)


def test_too_few_documents_are_not_tested() -> None:
    assert changes([]) == []
    (only,) = changes([Group(8, {"a+": 8})])
    assert (only.before, only.p, only.marked) == (None, None, False)
    (few,) = changes([Group(100, {"a+": 0}), Group(4, {"a+": 4})])
    assert (few.last, few.p, few.marked) == (1.0, None, False)
    (empty,) = changes([Group(10, {"a+": 1}), Group(0, {})])
    assert (empty.last, empty.p) == (None, None)
