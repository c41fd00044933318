"""Learning how channels are fused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ConfigurationError
from nlp.retrieval import Case, CaseIndex
from nlp.retrieval.feedback import Feedback
from nlp.retrieval.learned import default_fusion
from nlp.retrieval.neighbours import NO_NEIGHBOURS, Neighbours
from nlp.training.search_fusion import CHANNELS, Learned, Scored, fragments, learn_weights, ndcg, write_weights
from tests.service.working import BigramEncoder


def scored(good: int, seed: int) -> Scored:
    """Channel ``good`` knows the relevant cases, the others guess."""
    random = np.random.default_rng(seed)
    parts = random.random((len(CHANNELS), 40))
    gains = np.zeros(40)
    gains[:4] = 2
    parts[good, :4] = 1.0 + random.random(4)
    ideal = float((2 / np.log2(np.arange(2, 6))).sum())
    return Scored(parts, gains, ideal)


@pytest.mark.parametrize("good", range(len(CHANNELS)))
def test_the_channel_that_knows_gets_the_weight(good: int) -> None:
    queries = [scored(good, seed) for seed in range(12)]
    weights, value = learn_weights(queries)
    assert max(weights, key=lambda name: weights[name]) == CHANNELS[good]
    assert sum(weights.values()) == pytest.approx(1)
    even = ndcg(queries, np.full(len(CHANNELS), 1 / len(CHANNELS)))
    assert value > even


def test_ndcg_by_hand() -> None:
    one = Scored(
        np.array([[3.0, 2, 1], *[[0.0, 0, 0]] * (len(CHANNELS) - 1)]), np.array([0.0, 2, 1]), 2 + 1 / np.log2(3)
    )
    expected = (2 / np.log2(3) + 1 / 2) / (2 + 1 / np.log2(3))
    assert ndcg([one], np.array([1.0, *[0] * (len(CHANNELS) - 1)])) == pytest.approx(expected)


def test_what_is_written_is_what_a_search_uses(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    phrase = Learned({"bm25": 0.2, "dense": 0.8, "tags": 0.0}, Feedback(20, 0.3), 0.5, 0.4, Neighbours(share=0.6))
    narrative = Learned({"bm25": 0.5, "dense": 0.5, "tags": 0.0}, Feedback(), 0.0, 0.6)
    write_weights(path, "other", {"phrase": phrase, "narrative": narrative}, {"split": "dev"})
    write_weights(path, "mine", {"phrase": phrase, "narrative": narrative}, {"split": "dev"})
    assert set(json.loads(path.read_text(encoding="utf-8"))["encoders"]) == {"other", "mine"}
    short, long = default_fusion("mine", "突击刷墙迎检", path), default_fusion("mine", "他" * 60, path)
    assert (short.weight("dense"), short.feedback, short.understanding) == (0.8, Feedback(20, 0.3), 0.5)
    assert (long.weight("dense"), long.feedback) == (0.5, Feedback())
    assert (short.neighbours, long.neighbours) == (Neighbours(share=0.6), NO_NEIGHBOURS)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"format": 1, "encoders": {"e": {"phrase": 3}}}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"weights\.json"):
        default_fusion("e", "x", path)


def test_known_items_draw_the_weights_towards_them() -> None:
    """Dense alone is best for the queries by a little; only BM25 finds what is known."""
    rows = len(CHANNELS)
    parts = np.zeros((rows, 3))
    parts[CHANNELS.index("dense")], parts[CHANNELS.index("bm25")] = [1.0, 0.9, 0], [0.4, 0.45, 0]
    scored = [Scored(parts, np.array([2.0, 1.9, 0]), 2 + 1.9 / np.log2(3))]
    item = np.zeros((rows, 3))
    item[CHANNELS.index("dense")], item[CHANNELS.index("bm25")] = [0.1, 0.5, 0], [1.0, 0.0, 0]
    known = [Scored(item, np.array([1.0, 0, 0]), 1.0)]
    without, _ = learn_weights(scored)
    with_them, value = learn_weights(scored, known)
    assert with_them["bm25"] > without["bm25"]
    assert ndcg(known, np.array([with_them[channel] for channel in CHANNELS])) == 1
    assert 0 < value <= 1


def test_fragments_are_words_of_their_case(tmp_path: Path) -> None:
    text = "为迎检连夜刷白墙,沿街门面统一招牌,花了八十万元。群众说:墙白了,路还是烂的。" * 6
    encoder = BigramEncoder()
    index = CaseIndex.build(tmp_path / "i", [Case(id=f"c{at}", text=f"{at}{text}") for at in range(5)], encoder=encoder)
    found = fragments(index, 3)
    assert len({query.id for query in found}) == 3
    texts = {case.id: case.text for case in index.cases()}
    assert all(query.text in texts[query.id] and len(query.text) >= 8 for query in found)
