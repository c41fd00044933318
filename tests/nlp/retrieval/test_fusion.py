import numpy as np
import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import NARRATIVE, Fusion
from nlp.retrieval.fusion import REFERENCE, Ranking, fuse, low_score


def ranking(channel, scores, low=None):
    scores = np.array(scores, dtype=float)
    return Ranking(channel, np.arange(len(scores)), scores, low_score(scores, None) if low is None else low)


def fused(rankings, fusion=None, missing=()):
    size = max(len(one.rows) for one in rankings)
    scores = [np.array([*one.scores, *[np.nan] * (size - len(one.scores))]) for one in rankings]
    return fuse(rankings, np.arange(size), scores, fusion or Fusion()).tolist()


def test_one_channel_is_spread_from_one_to_zero():
    assert fused([ranking("bm25", [30, 20, 10])]) == [1.0, 0.5, 0.0]


def test_scales_do_not_matter():
    one = [ranking("bm25", [30, 20, 10]), ranking("dense", [0.9, 0.8, 0.5])]
    two = [ranking("bm25", [3, 2, 1]), ranking("dense", [0.9, 0.8, 0.5])]
    assert fused(one) == fused(two)


def test_weights_are_shared_among_the_channels_in_use():
    rankings = [ranking("bm25", [3, 1]), ranking("tags", [0.0, 1.0], low=0.0)]
    rankings[1] = Ranking("tags", np.array([1, 0]), np.array([1.0, 0.0]), 0.0)
    scores = [np.array([3.0, 1.0]), np.array([0.0, 1.0])]
    result = fuse(rankings, np.arange(2), scores, Fusion(weights={"bm25": 3, "dense": 5, "tags": 1}))
    assert result.tolist() == [0.75, 0.25]


def test_a_penalty_of_tags_lowers_the_score():
    bm25, tags = ranking("bm25", [2.0, 1.0], low=0.0), ranking("tags", [0.5], low=0.0)
    plain, punished = (
        fuse([bm25, tags], np.array([0]), [np.array([2.0]), np.array([score])], Fusion())[0] for score in (0.0, -0.5)
    )
    assert punished < plain


def test_what_a_channel_cannot_score_counts_as_its_low():
    assert fused([ranking("bm25", [3, 2, 1]), ranking("dense", [0.9, 0.5])])[2] == 0.0


def test_a_lone_case_scores_one():
    assert fused([ranking("dense", [0.4])]) == [1.0]


def test_equal_scores_stay_equal():
    assert fused([ranking("bm25", [2, 2, 2])]) == [1.0, 1.0, 1.0]


def test_the_low_end_is_at_the_reference_depth():
    scores = np.arange(1000, 0, -1.0)
    assert low_score(scores, 0.0) == scores[REFERENCE - 1]
    assert low_score(scores[:10], 0.0) == 0.0
    assert low_score(scores[:10], None) == scores[9]


def test_far_cases_keep_their_order_below_zero():
    result = fused([ranking("bm25", np.arange(1000, 0, -1.0))])
    assert result == sorted(result, reverse=True)
    assert len(set(result)) == 1000
    assert result[REFERENCE - 1] == 0.0
    assert result[-1] > -0.06


def test_reciprocal_ranks():
    rankings = [ranking("bm25", [9, 8, 7]), ranking("dense", [0.9, 0.1])]
    fusion = Fusion(method="rrf", weights={"bm25": 1, "dense": 1})
    assert fused(rankings, fusion) == pytest.approx([1.0, 61 / 62, 61 / 63 / 2], abs=1e-6)


@pytest.mark.parametrize("weights", [{"bm25": -1}, {"bm25": 0}, {}, {"colbert": 1}])
def test_wrong_weights_are_an_error(weights):
    with pytest.raises(CaseIndexError, match="weights"):
        Fusion(weights=weights)


def test_reciprocal_ranks_in_a_search(index):
    hits = index.search("遇到拆迁难题，推诿扯皮，怕得罪人。", k=5, fusion=NARRATIVE)
    assert hits[0].id == "shirk"
    assert hits[0].score == pytest.approx(1.0)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
