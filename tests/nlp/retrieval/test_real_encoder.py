"""The index with the sentence encoder that ships with the product."""

import pytest

from nlp.encoding import DEFAULT_ENCODER
from nlp.retrieval import CaseIndex, Fusion

DENSE = Fusion(weights={"dense": 1.0})

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("real")


def test_cases_are_found_by_meaning(folder, cases):
    index = CaseIndex.build(folder, cases, encoder=DEFAULT_ENCODER)
    assert index.info().dimension > 100
    for text, wanted in (
        ("洪水来了，他冲在最前面保护老百姓", "flood"),
        ("为了应付上级检查，把墙面粉刷一新", "show"),
        ("还清了历史欠账", "debt"),
    ):
        assert index.search(text, k=1, fusion=DENSE)[0].id == wanted


def test_a_reopened_index_loads_the_encoder_by_its_name(folder, cases):
    index = CaseIndex.open(folder, rebuild=False)
    first, *_ = index.search(cases[0].text, k=5)
    assert first.id == "flood"
    # The other cases move the query a little; the pairs that are shown are compared as they stand.
    assert first.channels["dense"].score > 0.95
    assert max(pair.cosine or 0 for pair in first.pairs) == pytest.approx(1, abs=2e-3)
    assert first.pairs[0].cosine == pytest.approx(1, abs=2e-3)


def test_the_same_passages_get_the_same_scores_in_any_batch(folder, cases, tmp_path):
    index = CaseIndex.open(folder, rebuild=False)
    other = CaseIndex.build(tmp_path, cases[:1], encoder=DEFAULT_ENCODER)
    for case in cases[1:]:
        other.add([case])
    for text in ("推诿扯皮", cases[1].text):
        one, two = (
            {hit.id: hit.channels["dense"].score for hit in which.search(text, fusion=DENSE)}
            for which in (index, other)
        )
        assert one == pytest.approx(two, abs=1e-3)
