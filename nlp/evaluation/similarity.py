"""How well cosines follow people's judgement of likeness, and how far opposites lie apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nlp.encoding.contract import Encoder
from nlp.evaluation.search.archetypes import Archetype, ArchetypeCase
from nlp.retrieval.dense import match_score
from nlp.retrieval.passages import split_passages


class JudgedPair(Protocol):
    """Two sentences and how alike people found them."""

    @property
    def one(self) -> str:
        """A sentence."""

    @property
    def other(self) -> str:
        """Another one."""

    @property
    def score(self) -> float:
        """Higher is more alike."""


class Margin(NamedTuple):
    """Mean late-interaction scores of pairs of cases.

    Attributes:
        same: two cases of one archetype.
        kin: of two archetypes of one family.
        opposite: of two archetypes with opposite conduct in the same scene.
        other: of unrelated archetypes.
        ordered: share of (case, case of the same archetype, case of the opposite one) in which the same archetype
            scores higher, 0..1; 0.5 is chance.
    """

    same: float
    kin: float
    opposite: float
    other: float
    ordered: float


def spearman(encoder: Encoder, pairs: Sequence[JudgedPair]) -> float:
    """Spearman correlation x 100 of cosine and judgement."""
    one = encoder.encode([pair.one for pair in pairs])
    other = encoder.encode([pair.other for pair in pairs])
    found = spearmanr((one * other).sum(axis=1), [pair.score for pair in pairs])
    return float(found.statistic) * 100


def case_margin(
    encoder: Encoder,
    archetypes: Sequence[Archetype],
    cases: Sequence[ArchetypeCase],
    anchors: Collection[str] | None = None,
) -> Margin:
    """Scores between cases of the same, kindred, opposite and other archetypes.

    Args:
        encoder: what is measured.
        archetypes: the plan.
        cases: those of other archetypes are left out.
        anchors: archetypes whose cases are compared with all others (opposites may lie in another split); None for all.

    Returns:
        Means; NaN for a relation that does not occur.
    """
    plan = {item.id: item for item in archetypes}
    known = [case for case in cases if case.archetype in plan]
    ids = [str(case.archetype) for case in known]
    rows = [row for row, id_ in enumerate(ids) if anchors is None or id_ in anchors]
    scores = _scores(encoder, [case.text for case in known])[rows]
    relation = np.array([[_relation(plan[ids[row]], plan[other]) for other in ids] for row in rows])
    relation[np.arange(len(rows)), rows] = "self"
    means = {
        name: float(found.mean()) if (found := scores[relation == name]).size else float("nan")
        for name in ("same", "kin", "opposite", "other")
    }
    wins = total = 0.0
    for row in range(len(rows)):
        same, opposite = scores[row][relation[row] == "same"], scores[row][relation[row] == "opposite"]
        wins += float((same[:, None] > opposite[None, :]).sum())
        total += same.size * opposite.size
    return Margin(**means, ordered=wins / total if total else float("nan"))


def _relation(one: Archetype, other: Archetype) -> str:
    if one.id == other.id:
        return "same"
    if one.family == other.family:
        return "kin"
    return "opposite" if other.id == one.opposite or one.id == other.opposite else "other"


def _scores(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float64]:
    spans = [split_passages(text) for text in texts]
    vectors = encoder.encode(
        [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    )
    firsts = np.cumsum([0, *(len(found) for found in spans)])
    similar = vectors @ vectors.T
    nearest = np.maximum.reduceat(similar, firsts[:-1], axis=1)
    return np.stack([match_score(nearest[first:end].T) for first, end in pairwise(firsts)])
