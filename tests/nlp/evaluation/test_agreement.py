"""Kappa and spans of two annotators, by hand."""

from __future__ import annotations

import pytest

from nlp.evaluation.agreement import Kappa, agreement
from nlp.evaluation.clauses import clause_ranges, clauses_of
from nlp.evaluation.scores import Score

TEXT = "处事公道，账目清楚，肯吃苦，爱发脾气。"


def test_kappa_of_the_textbook_table() -> None:
    # Observed 35/50; expected 25/50 * 30/50 + 25/50 * 20/50 = 0.5; (0.7 - 0.5) / 0.5.
    assert Kappa(both=20, first=5, second=10, neither=15).value == pytest.approx(0.4)
    assert Kappa(3, 0, 0, 4).value == 1
    assert Kappa(0, 2, 2, 0).value == -1
    assert Kappa(0, 0, 0, 9).value is Kappa(9, 0, 0, 0).value is None


def test_clauses_of_two_annotators(compared) -> None:
    # fairness: both on clause 1, the second also on clause 4. integrity: the first on 2, the second on 3.
    item = compared(
        TEXT,
        [("处事公道", "fairness+"), ("账目清楚", "integrity+")],
        [("公道", "fairness-"), ("爱发脾气", "fairness-"), ("肯吃苦", "integrity+")],
    )
    result = agreement([item])
    assert result.clauses == 4
    assert result.by_label["fairness"] == Kappa(1, 0, 1, 2)
    # Observed 3/4, expected (1*2 + 3*2)/16 = 1/2.
    assert result.by_label["fairness"].value == pytest.approx(0.5)
    assert result.by_label["integrity"] == Kappa(0, 1, 1, 2)
    # Observed 1/2, expected (1*1 + 3*3)/16 = 5/8.
    assert result.by_label["integrity"].value == pytest.approx(-1 / 3)
    assert result.pooled == Kappa(1, 1, 2, 4)
    # Observed 5/8, expected (2*3 + 6*5)/64 = 9/16.
    assert result.pooled.value == pytest.approx(1 / 7)
    assert result.spans == {"fairness": Score(1, 2, 1), "integrity": Score(0, 1, 1)}


def test_the_order_of_the_annotators_does_not_matter(compared) -> None:
    one, other = [("处事公道", "fairness+")], [("公道", "fairness+"), ("肯吃苦", "fairness+")]
    forth, back = agreement([compared(TEXT, one, other)]), agreement([compared(TEXT, other, one)])
    assert forth.pooled.value == back.pooled.value
    assert forth.spans["fairness"].f1 == back.spans["fairness"].f1 == pytest.approx(2 / 3)


def test_labels_nobody_gave_agree_but_have_no_kappa_of_their_own(compared) -> None:
    item = compared(TEXT, [("处事公道", "fairness+")], [("处事公道", "fairness+")])
    result = agreement([item], labels=["fairness", "results"])
    assert result.by_label["results"].value is None
    assert result.pooled == Kappa(1, 0, 0, 7)
    assert result.to_dict()["by_label"]["fairness"]["kappa"] == 1


def test_which_clauses_a_span_stands_on(document) -> None:
    clauses = clause_ranges(document(TEXT))
    assert [TEXT[start:end] for start, end in clauses] == ["处事公道", "账目清楚", "肯吃苦", "爱发脾气"]

    def of(quote: str) -> list[int]:
        start = TEXT.index(quote)
        return clauses_of(start, start + len(quote), clauses)

    assert of("公道") == [0]
    assert of("处事公道，账目清楚") == [0, 1]
    assert of("道，账目清楚") == [1]
    # A third on either side: it stands where it shares most, the first of equals.
    assert of("道，账") == [0]
    assert of("，") == []
