"""Fusing the channels' rankings into one.

The default is a weighted sum of min-max normalised scores (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions
for Hybrid Retrieval"). Reciprocal rank fusion (Cormack et al. 2009) with equal weights costs 4 to 14 points on short
factual questions but gains when whole cases are compared with each other, so it is there as a choice for narratives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlp.errors import CaseIndexError
from nlp.retrieval.feedback import NO_FEEDBACK, Feedback
from nlp.retrieval.hits import ChannelName
from nlp.retrieval.neighbours import NO_NEIGHBOURS, Neighbours

REFERENCE = 200
"""Depth of a channel's ranking whose best and last score span its normalised range from 1 to 0."""

_TAIL = 0.05
_WORST: Mapping[ChannelName, float] = {"bm25": 0.0, "dense": -1.0, "leaning": 0.0}

DEFAULT_WEIGHTS: Mapping[ChannelName, float] = {"bm25": 0.45, "dense": 0.3, "tags": 0.25, "leaning": 0.0}


@dataclass(frozen=True)
class Fusion:
    """How channels are fused.

    Attributes:
        method: ``weighted`` for the sum of min-max normalised scores, ``rrf`` for reciprocal ranks.
        weights: of the channels, 0 or more. A channel of weight 0 is not run at all (without ``dense`` no encoder is
            loaded). The weights of the channels that a query can use are scaled to a sum of 1.
        rrf_k: the constant added to ranks.
        feedback: how far the nearest cases move the query in the dense channel.
        understanding: how far the meaning of a saying moves a phrase in the dense channel, 0..1, when the saying is
            the phrase itself; less for one that is only close to it (``nlp.retrieval.sayings``).
        neighbours: how like cases lift each other once the channels are fused.

    """

    method: Literal["weighted", "rrf"] = "weighted"
    weights: Mapping[ChannelName, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    rrf_k: int = 60
    feedback: Feedback = NO_FEEDBACK
    understanding: float = 0.0
    neighbours: Neighbours = NO_NEIGHBOURS

    def __post_init__(self) -> None:
        unknown = sorted(set(self.weights) - set(DEFAULT_WEIGHTS))
        if unknown or any(weight < 0 for weight in self.weights.values()) or not any(self.weights.values()):
            raise CaseIndexError(
                f"the fusion weights {dict(self.weights)} cannot be used",
                expected=f"weights of {', '.join(DEFAULT_WEIGHTS)}, none below 0 and at least one above",
            )
        if not 0 <= self.understanding <= 1:
            raise CaseIndexError(f"understanding is {self.understanding}", expected="a share of 0 to 1")

    def weight(self, channel: ChannelName) -> float:
        """Weight of a channel; 0 when none is given."""
        return float(self.weights.get(channel, 0.0))


NARRATIVE = Fusion(method="rrf")
"""For queries that are whole narratives."""


@dataclass(frozen=True)
class Ranking:
    """One channel's answer to a query.

    Attributes:
        channel: name.
        rows: best first; ties in the order of ids.
        scores: of ``rows``.
        low: the score that counts as 0 after normalisation.
        of_all: scores by row of the whole index, where the channel gives them at once; else None.

    """

    channel: ChannelName
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    low: float
    of_all: NDArray[np.float64] | None = None

    @property
    def high(self) -> float:
        """The best score."""
        return float(self.scores[0]) if len(self.scores) else 0.0


def low_score(scores: NDArray[np.float64], others: float | None) -> float:
    """The score at the reference depth of a ranking, best first.

    Args:
        scores: of the ranking.
        others: score of the cases the ranking leaves out, None when it leaves out none.

    """
    if len(scores) >= REFERENCE:
        return float(scores[REFERENCE - 1])
    if others is not None:
        return others
    return float(scores[-1]) if len(scores) else 0.0


def fuse(
    rankings: Sequence[Ranking], candidates: NDArray[np.int64], scores: Sequence[NDArray[np.float64]], fusion: Fusion
) -> NDArray[np.float64]:
    """Fused scores of the candidates: the sum of the channels' ``contributions``.

    Returns:
        float64 (candidates,), at most 1; below 0 for cases that are far away in every channel, or opposite in tags.

    """
    rounded: NDArray[np.float64] = np.round(contributions(rankings, candidates, scores, fusion).sum(axis=0), 6)
    return rounded


def contributions(
    rankings: Sequence[Ranking], candidates: NDArray[np.int64], scores: Sequence[NDArray[np.float64]], fusion: Fusion
) -> NDArray[np.float64]:
    """What each channel adds to the fused scores of the candidates.

    Args:
        rankings: one a channel that the query can use.
        candidates: rows.
        scores: for each ranking the scores of all candidates, NaN where a channel cannot score one.
        fusion: method and weights.

    Returns:
        float64 (rankings, candidates).

    """
    total = sum(fusion.weight(ranking.channel) for ranking in rankings)
    parts = np.zeros((len(rankings), len(candidates)))
    for row, (ranking, found) in enumerate(zip(rankings, scores, strict=True)):
        one = _reciprocal(ranking, candidates, fusion.rrf_k) if fusion.method == "rrf" else _normalised(ranking, found)
        parts[row] = fusion.weight(ranking.channel) / total * one
    return parts


def _normalised(ranking: Ranking, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for the best score, 0 for ``low``; below that a slope so slight that it only orders what is far away."""
    high, low, known = ranking.high, ranking.low, np.nan_to_num(scores, nan=ranking.low)
    if high <= low:
        low = min(0.0, high)
    above = (known - low) / (high - low or 1.0)
    if ranking.channel == "tags":
        # Below 0 opposite behaviour outweighs what is shared: a penalty on the scale of what agreement gains.
        return np.clip(above, -1.0, 1.0)
    below = _TAIL * (known - low) / (low - _WORST[ranking.channel] or 1.0)
    return np.where(known >= low, above, below)


def _reciprocal(ranking: Ranking, candidates: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    places = {int(row): place for place, row in enumerate(ranking.rows, start=1)}
    # Scaled so that the first place gives 1.
    return np.array([(k + 1) / (k + places[row]) if row in places else 0.0 for row in candidates.tolist()])
