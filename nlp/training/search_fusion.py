"""The weights of the search's channels, learned on queries with known relevant cases.

The fused score is a weighted sum of min-max normalised channel scores (Bruch, Gai and Ingber 2023), so there are three
free numbers for four channels. All points of a grid are tried, and the one with the best mean nDCG@10 is taken, smoothed
over its neighbours; with so few numbers nothing more is needed, and the weights stay readable. Short phrases and
narratives get weights of their own. A search must not lose what ordinary search finds: that a few words copied from a
record find this record counts a little as well (``FRAGMENTS``). How far the nearest cases move the query
(``nlp.retrieval.feedback``) is chosen among a few values in the same way, and so is, with the weights found, how far like
cases lift each other (``nlp.retrieval.neighbours``).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.evaluation.search.judgements import Judgements, SearchQuery
from nlp.retrieval.case import Case
from nlp.retrieval.feedback import NO_FEEDBACK, Feedback
from nlp.retrieval.fusion import DEFAULT_WEIGHTS, Fusion
from nlp.retrieval.hits import ChannelName
from nlp.retrieval.index import CaseIndex
from nlp.retrieval.learned import FORMAT
from nlp.retrieval.neighbours import NO_NEIGHBOURS, Neighbours
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
NEIGHBOURS = (NO_NEIGHBOURS, Neighbours(share=0.45), Neighbours(share=0.6))
FRAGMENTS = 0.1
"""Weight of known items in the choice: fragments of cases whose own case is the only relevant one. Without them the words
of a phrase got so little weight that a fragment of 8 to 16 characters found its case with a mean reciprocal rank of 0.60,
and with a tenth 0.83, at 0.005 less nDCG@10 on phrases."""

_FRAGMENT_LENGTHS = (8, 12, 16)
_FRAGMENTS_ASKED = 60
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
    neighbours: Neighbours = NO_NEIGHBOURS


def learn_fusion(
    index: CaseIndex, queries: Sequence[SearchQuery], annotate: Annotate, judgements: Judgements
) -> Learned:
    """The best weights, feedback and neighbours for queries of one kind.

    Args:
        index: built on the cases.
        queries: of one kind.
        annotate: finds what a query shows; asked once a text.
        judgements: of the queries.
    """
    known = fragments(index, _FRAGMENTS_ASKED) if all(is_phrase(query.text) for query in queries) else []
    own: Judgements = {query.id: {query.id: 1} for query in known}
    remembered = lru_cache(maxsize=None)(annotate)
    share = UNDERSTANDING if all(is_phrase(query.text) for query in queries) else 0.0
    tried = []
    for feedback in FEEDBACKS:
        base = Fusion(weights=dict.fromkeys(CHANNELS, 1.0), feedback=feedback, understanding=share)
        found = score_candidates(index, known, remembered, own, base)
        weights, value = learn_weights(score_candidates(index, queries, remembered, judgements, base), found)
        tried.append(Learned(weights, feedback, share, value))
    best = max(tried, key=lambda one: one.ndcg)
    return max((with_neighbours(index, queries, remembered, judgements, best, one) for one in NEIGHBOURS), key=_value)


def with_neighbours(
    index: CaseIndex,
    queries: Sequence[SearchQuery],
    annotate: Annotate,
    judgements: Judgements,
    learned: Learned,
    neighbours: Neighbours,
) -> Learned:
    """What was learned, with neighbours, and its mean nDCG@10 in searches."""
    fusion = Fusion(
        weights=learned.weights,
        feedback=learned.feedback,
        understanding=learned.understanding,
        neighbours=neighbours,
    )
    values = []
    for query in queries:
        hits = index.search(query.text, CUTOFF, annotate=annotate, fusion=fusion, explain=False, collapse=False)
        grades = judgements[query.id]
        ideal = _gain(np.array(sorted(grades.values(), reverse=True)[:CUTOFF], dtype=np.float64))
        values.append(_gain(np.array([grades.get(hit.id, 0) for hit in hits], dtype=np.float64)) / ideal)
    return replace(learned, neighbours=neighbours, ndcg=float(np.mean(values)))


def _value(learned: Learned) -> float:
    return learned.ndcg


def fragments(index: CaseIndex, count: int, seed: int = 1) -> list[SearchQuery]:
    """A few words of each of some cases; the id of such a query is that of its case."""
    draw = random.Random(seed)
    long = sorted((case for case in index.cases() if len(case.text) > 10 * max(_FRAGMENT_LENGTHS)), key=_id)
    found = []
    for case in draw.sample(long, min(count, len(long))):
        start = draw.randrange(len(case.text) - max(_FRAGMENT_LENGTHS))
        words = "".join(case.text[start : start + draw.choice(_FRAGMENT_LENGTHS)].split())
        if words:
            found.append(SearchQuery(id=case.id, text=words, kind="phrase"))
    return found


def _id(case: Case) -> str:
    return case.id


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


def learn_weights(scored: Sequence[Scored], known: Sequence[Scored] = ()) -> tuple[dict[ChannelName, float], float]:
    """The best weights (sum 1) and their mean nDCG@10 on ``scored``; ``known`` are known items, with ``FRAGMENTS``.

    A point counts with the mean over itself and the points a step away, since a few dozen queries make a rugged surface.
    """
    steps = round(1 / STEP)
    points = [point for point in product(range(steps + 1), repeat=len(CHANNELS)) if sum(point) == steps]
    grid = {point: ndcg(scored, np.array(point) / steps) for point in points}
    moves = [move for move in product((-1, 0, 1), repeat=len(CHANNELS)) if sum(move) == 0 and sum(map(abs, move)) <= 2]

    items = {point: ndcg(known, np.array(point) / steps) for point in points} if known else grid

    def smooth(point: tuple[int, ...]) -> float:
        near = (tuple(map(sum, zip(point, move, strict=True))) for move in moves)
        return float(np.mean([(1 - FRAGMENTS) * grid[at] + FRAGMENTS * items[at] for at in near if at in grid]))

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
    kinds["neighbours"] = {kind: asdict(one.neighbours) for kind, one in learned.items()}
    kinds["understanding"] = {kind: one.understanding for kind, one in learned.items()}
    figures = {kind: round(one.ndcg, 4) for kind, one in learned.items()}
    data["encoders"][encoder] = kinds | {"ndcg@10": figures, **about}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _gain(gains: NDArray[np.float64]) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())
