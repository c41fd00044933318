"""Alpha for unitizing, against the worked example of Krippendorff (2004), pages 253 to 256."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.evaluation.unitizing import unitizing, unitizing_of_labels

START = 150
C_ONE, C_OTHER = [(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)]
K_ONE = [(180, 240), (300, 350)]


def moved(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(start - START, end - START) for start, end in spans]


def test_the_published_example() -> None:
    c = unitizing([moved(C_ONE), moved(C_OTHER)], 300)
    assert (c.observed, c.expected) == (pytest.approx(0.0144, abs=1e-4), pytest.approx(0.0532, abs=1e-4))
    assert c.alpha == pytest.approx(0.7286, abs=1e-4)
    k = unitizing([moved(K_ONE), moved(K_ONE)], 300)
    assert (k.observed, k.expected, k.alpha) == (0, pytest.approx(0.0490, abs=1e-4), 1)
    both = unitizing_of_labels([{"c": moved(C_ONE), "k": moved(K_ONE)}, {"c": moved(C_OTHER), "k": moved(K_ONE)}], 300)
    assert both.alpha == pytest.approx(0.8591, abs=5e-4)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True))
def test_agreement_with_oneself_is_perfect(places: list[int]) -> None:
    places = sorted(places)[: len(places) // 2 * 2]
    spans = list(zip(places[::2], places[1::2], strict=True))
    assert unitizing([spans, spans], 61).alpha == 1


def test_nobody_marked_anything() -> None:
    assert unitizing([[], []], 10).alpha is None


def test_the_further_the_worse() -> None:
    alphas = [unitizing([[(50, 60)], [(50 + by, 60 + by)]], 200).alpha or 0 for by in (0, 2, 5, 9, 50)]
    assert alphas == sorted(alphas, reverse=True)
    assert alphas[-1] < 0.5


@pytest.mark.parametrize("spans", [[(0, 5), (4, 6)], [(5, 5)], [(8, 12)]])
def test_spans_that_cannot_be_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        unitizing([spans, []], 10)
