"""Learning how channels are fused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ConfigurationError
from nlp.retrieval.feedback import Feedback
from nlp.retrieval.learned import default_fusion
from nlp.training.search_fusion import CHANNELS, Learned, Scored, learn_weights, ndcg, write_weights


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
    phrase = Learned({"bm25": 0.2, "dense": 0.8, "tags": 0.0}, Feedback(20, 0.3), 0.5, 0.4)
    narrative = Learned({"bm25": 0.5, "dense": 0.5, "tags": 0.0}, Feedback(), 0.0, 0.6)
    write_weights(path, "other", {"phrase": phrase, "narrative": narrative}, {"split": "dev"})
    write_weights(path, "mine", {"phrase": phrase, "narrative": narrative}, {"split": "dev"})
    assert set(json.loads(path.read_text(encoding="utf-8"))["encoders"]) == {"other", "mine"}
    short, long = default_fusion("mine", "突击刷墙迎检", path), default_fusion("mine", "他" * 60, path)
    assert (short.weight("dense"), short.feedback, short.understanding) == (0.8, Feedback(20, 0.3), 0.5)
    assert (long.weight("dense"), long.feedback) == (0.5, Feedback())


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"format": 1, "encoders": {"e": {"phrase": 3}}}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"weights\.json"):
        default_fusion("e", "x", path)
