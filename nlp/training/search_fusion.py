"""The weights of the search's channels, learned on queries with known relevant cases.

The fused score is a weighted sum of min-max normalised channel scores (Bruch, Gai and Ingber 2023), so there are three
free numbers for four channels. All points of a grid are tried, and the one with the best mean nDCG@10 is taken, smoothed
over its neighbours; with so few numbers nothing more is needed, and the weights stay readable. Short phrases and
narratives get weights of their own: words decide more for a phrase. How far the nearest cases move the query
(``nlp.retrieval.feedback``) is chosen among a few values in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.evaluation.search.judgements import Judgements, SearchQuery
from nlp.retrieval.feedback import NO_FEEDBACK, Feedback
from nlp.retrieval.fusion import DEFAULT_WEIGHTS, Fusion
from nlp.retrieval.hits import ChannelName
from nlp.retrieval.index import CaseIndex
from nlp.retrieval.learned import FORMAT
from nlp.retrieval.query import is_phrase
from nlp.retrieval.tagmatch import Annotate

CUTOFF = 10
DEPTH = 500
STEP = 0.05
FEEDBACKS = (
    NO_FEEDBACK,
    Feedback(cases=10, share=0.4, spread=0.03),
    Feedback(cases=10, share=0.3),
    Feedback(cases=20, share=0.3),
)
UNDERSTANDING = 0.4
"""For phrases. On the phrases of the training archetypes that the dictionary knows, nDCG@10 was 0.174 with 0, 0.212 with
0.35, 0.203 with 0.55 and 0.184 with 0.75; the development phrases are too few for a choice of their own."""

CHANNELS: tuple[ChannelName, ...] = tuple(DEFAULT_WEIGHTS)


@dataclass(frozen=True)
class Scored:
    """A query's candidates: normalised channel scores (channels, cases), and gains of the cases and of the ideal."""

    parts: NDArray[np.float64]
    gains: NDArray[np.float64]
    ideal: float


@dataclass(frozen=True)
class Learned:
    """What was learned for one kind of query, and its mean nDCG@10 on what it was learned from."""

    weights: dict[ChannelName, float]
    feedback: Feedback
    understanding: float
    ndcg: float


def learn_fusion(
    index: CaseIndex, queries: Sequence[SearchQuery], annotate: Annotate, judgements: Judgements
) -> Learned:
    """The best weights and feedback for queries of one kind.

    Args:
        index: built on the cases.
        queries: of one kind.
        annotate: finds what a query shows; asked once a text.
        judgements: of the queries.
    """
    remembered = lru_cache(maxsize=None)(annotate)
    share = UNDERSTANDING if all(is_phrase(query.text) for query in queries) else 0.0
    tried = []
    for feedback in FEEDBACKS:
        base = Fusion(weights=dict.fromkeys(CHANNELS, 1.0), feedback=feedback, understanding=share)
        weights, value = learn_weights(score_candidates(index, queries, remembered, judgements, base))
        tried.append(Learned(weights, feedback, share, value))
    return max(tried, key=lambda one: one.ndcg)


def score_candidates(
    index: CaseIndex,
    queries: Sequence[SearchQuery],
    annotate: Annotate,
    judgements: Judgements,
    even: Fusion,
) -> list[Scored]:
    """What each channel says of the best candidates of every query; ``even`` weighs all channels alike."""
    found = []
    for query in queries:
        hits = index.search(query.text, DEPTH, annotate=annotate, fusion=even, explain=False, collapse=False)
        used = max((len(hit.channels) for hit in hits), default=1)
        parts = np.zeros((len(CHANNELS), len(hits)))
        for column, hit in enumerate(hits):
            for row, channel in enumerate(CHANNELS):
                if channel in hit.channels:
                    parts[row, column] = hit.channels[channel].contribution * used
        grades = judgements[query.id]
        gains = np.array([grades.get(hit.id, 0) for hit in hits], dtype=np.float64)
        ideal = _gain(np.array(sorted(grades.values(), reverse=True)[:CUTOFF], dtype=np.float64))
        found.append(Scored(parts, gains, ideal))
    return found


def ndcg(scored: Sequence[Scored], weights: NDArray[np.float64]) -> float:
    """Mean nDCG@10 of the weighted sum."""
    values = []
    for one in scored:
        order = np.argsort(-(weights @ one.parts), kind="stable")[:CUTOFF]
        values.append(_gain(one.gains[order]) / one.ideal)
    return float(np.mean(values))


def learn_weights(scored: Sequence[Scored]) -> tuple[dict[ChannelName, float], float]:
    """The best weights (sum 1) and their mean nDCG@10.

    A point counts with the mean over itself and the points a step away, since a few dozen queries make a rugged surface.
    """
    steps = round(1 / STEP)
    points = [point for point in product(range(steps + 1), repeat=len(CHANNELS)) if sum(point) == steps]
    grid = {point: ndcg(scored, np.array(point) / steps) for point in points}
    moves = [move for move in product((-1, 0, 1), repeat=len(CHANNELS)) if sum(move) == 0 and sum(map(abs, move)) <= 2]

    def smooth(point: tuple[int, ...]) -> float:
        near = (tuple(map(sum, zip(point, move, strict=True))) for move in moves)
        return float(np.mean([grid[at] for at in near if at in grid]))

    best = max(grid, key=smooth)
    numbers = np.array(best) / steps
    return {channel: round(float(number), 4) for channel, number in zip(CHANNELS, numbers, strict=True)}, grid[best]


def write_weights(path: Path, encoder: str, learned: Mapping[str, Learned], about: Mapping[str, Any]) -> None:
    """Put what was learned for an encoder into a weights file, beside what it holds for others."""
    data: dict[str, Any] = {"format": FORMAT, "encoders": {}}
    if path.is_file():
        data = json.loads(path.read_text(encoding="utf-8"))
    kinds: dict[str, Any] = {kind: one.weights for kind, one in learned.items()}
    kinds["feedback"] = {kind: asdict(one.feedback) for kind, one in learned.items()}
    kinds["understanding"] = {kind: one.understanding for kind, one in learned.items()}
    figures = {kind: round(one.ndcg, 4) for kind, one in learned.items()}
    data["encoders"][encoder] = kinds | {"ndcg@10": figures, **about}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _gain(gains: NDArray[np.float64]) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())
