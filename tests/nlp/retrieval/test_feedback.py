"""Feedback moves a query towards what lies near it, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import CaseIndex, Fusion
from nlp.retrieval.access import Access
from nlp.retrieval.case import Case
from nlp.retrieval.feedback import NO_FEEDBACK, Feedback, moved


def unit(*rows: list[float]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


PASSAGES = {1: unit([1, 1, 0], [0, 0, 1]), 2: unit([1, 0, 1])}


def top(count: int) -> tuple[list[int], list[float]]:
    return [1, 2][:count], [0.7, 0.6][:count]


def test_without_cases_or_share_the_query_stays() -> None:
    query = unit([1, 0, 0])
    for feedback in (NO_FEEDBACK, Feedback(cases=5), Feedback(share=0.5)):
        assert moved(query, feedback, top, PASSAGES.__getitem__) is query


def test_the_nearest_passage_of_each_case_counts() -> None:
    query = unit([1, 0, 0])
    mean = unit(list(PASSAGES[1][0] + PASSAGES[2][0]))
    expected = 0.7 * query + 0.3 * mean
    found = moved(query, Feedback(cases=2, share=0.3), top, PASSAGES.__getitem__)
    assert found == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)


def test_a_spread_makes_the_second_case_count_less() -> None:
    query = unit([1, 0, 0])
    even = moved(query, Feedback(cases=2, share=0.5), top, PASSAGES.__getitem__)
    near = moved(query, Feedback(cases=2, share=0.5, spread=0.02), top, PASSAGES.__getitem__)
    assert near[0, 2] < even[0, 2]


def test_nothing_found_moves_nothing() -> None:
    query = unit([1, 0, 0])
    assert moved(query, Feedback(cases=2, share=0.5), lambda _: ([], []), PASSAGES.__getitem__) is query


@pytest.mark.parametrize("wrong", [{"cases": -1}, {"share": 1.5}, {"spread": -1.0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CaseIndexError):
        Feedback(**wrong)


def test_what_a_reader_may_not_see_moves_nothing(tmp_path_factory: pytest.TempPathFactory, encoder: object) -> None:
    """The same scores as in an index without the hidden cases."""
    texts = ["他把责任推给下级", "责任推来推去没人办", "下级替他背责任", "天天下村办事", "他推了又推"]
    cases = [Case(id=f"c{at}", text=text, unit="甲" if at % 2 else "乙") for at, text in enumerate(texts)]
    fusion = Fusion(weights={"dense": 1.0}, feedback=Feedback(cases=3, share=0.5))
    whole = CaseIndex.build(tmp_path_factory.mktemp("a") / "i", cases, encoder=encoder)
    part = CaseIndex.build(
        tmp_path_factory.mktemp("b") / "i", [case for case in cases if case.unit == "甲"], encoder=encoder
    )
    seen = whole.search("推责任", 5, fusion=fusion, tags=(), access=Access(units=frozenset({"甲"})))
    alone = part.search("推责任", 5, fusion=fusion, tags=())
    assert [(hit.id, hit.score) for hit in seen] == [(hit.id, hit.score) for hit in alone]
    plain = whole.search("推责任", 5, fusion=Fusion(weights={"dense": 1.0}), tags=())
    with_all = whole.search("推责任", 5, fusion=fusion, tags=())
    assert [hit.channels["dense"].score for hit in plain] != [hit.channels["dense"].score for hit in with_all]
