"""Pseudo-relevance feedback for the dense channel.

A short phrase lies far from every episode it stands for; the nearest passages, right and wrong ones together, lie closer
to one another than to it. So the query's vectors are moved a little towards the mean of the nearest cases' passages and
the search is done again (Rocchio 1971; for dense vectors Li et al. 2021, "Pseudo Relevance Feedback with Deep Language
Models and Dense Retrievers"). Only cases the search may find take part. Explanations keep the query's own vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nlp.errors import CaseIndexError
from nlp.retrieval.embedder import Vectors

Key = TypeVar("Key")


@dataclass(frozen=True)
class Feedback:
    """How far the nearest cases move a query.

    Args:
        cases: how many of the nearest cases are looked at; 0 for none.
        share: of their mean in the new vector, 0..1.
        spread: a case that scores this much less than the nearest counts e times less; 0 for all alike.

    Raises:
        CaseIndexError: a number is out of its range.
    """

    cases: int = 0
    share: float = 0.0
    spread: float = 0.0

    def __post_init__(self) -> None:
        if self.cases < 0 or not 0 <= self.share <= 1 or self.spread < 0:
            raise CaseIndexError(f"{self} cannot be", expected="cases and spread of 0 or more, a share of 0 to 1")


NO_FEEDBACK = Feedback()


def moved(
    vectors: Vectors,
    feedback: Feedback,
    top: Callable[[int], tuple[Sequence[Key], Sequence[float]]],
    read: Callable[[Key], Vectors],
) -> Vectors:
    """The query's vectors, each moved towards the passages nearest to it in the nearest cases.

    Args:
        vectors: float32 (q, dimension), of length 1.
        feedback: how far.
        top: keys and scores of the best n cases for ``vectors``, best first; more than n when they tie.
        read: the vectors of a case's passages, (p, dimension), p at least 1.

    Returns:
        float32 (q, dimension), of length 1.
    """
    if not (feedback.cases and feedback.share):
        return vectors
    keys, scores = top(feedback.cases)
    if len(keys) == 0:
        return vectors
    total = np.zeros_like(vectors)
    for key, score in list(zip(keys, scores, strict=True))[: feedback.cases]:
        weight = np.exp((score - scores[0]) / feedback.spread) if feedback.spread else 1.0
        passages = read(key)
        total += np.float32(weight) * passages[(vectors @ passages.T).argmax(axis=1)]
    return _unit((1 - feedback.share) * vectors + feedback.share * _unit(total))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
