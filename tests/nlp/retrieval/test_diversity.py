"""Maximal marginal relevance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.retrieval.diversity import POOL, diversified
from nlp.retrieval.show import Show


def directions(*degrees):
    return [
        None if angle is None else np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], dtype=np.float32)
        for angle in degrees
    ]


def test_the_second_is_the_one_that_adds_most():
    scores = [1.0, 0.95, 0.6, 0.0]
    vectors = directions(0, 1, 80, 90)
    assert diversified(scores, vectors, 2, 1.0) == [0, 1]
    assert diversified(scores, vectors, 4, 0.5) == [0, 2, 1, 3]
    assert diversified(scores, vectors, 2, 0.5) == [0, 2]


def test_a_case_without_passages_is_like_no_other():
    assert diversified([1.0, 0.9, 0.8, 0.0], directions(0, 0, None, 0), 2, 0.5) == [0, 2]


@given(st.lists(st.tuples(st.floats(0, 1), st.none() | st.integers(0, 90)), max_size=12), st.integers(0, 15))
def test_relevance_alone_is_the_ranking_itself(cases, k):
    scores = sorted((score for score, _ in cases), reverse=True)
    vectors = directions(*(angle for _, angle in cases))
    assert diversified(scores, vectors, k, 1.0) == list(range(min(k, len(cases))))
    for relevance in (0.1, 0.5):
        chosen = diversified(scores, vectors, k, relevance)
        assert len(chosen) == len(set(chosen)) == min(k, len(cases))
        assert not chosen or chosen[0] == 0 or scores[0] == pytest.approx(scores[chosen[0]], abs=1e-6)


def test_how_many_are_chosen_from():
    assert (Show(10).pool, Show(3, diverse=0.5).pool, Show(100, diverse=0.5).pool) == (10, POOL, 500)
