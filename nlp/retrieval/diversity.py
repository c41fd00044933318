"""Hits that differ from each other: maximal marginal relevance (Carbonell and Goldstein 1998).

Hits are taken one by one. Each time it is the case with the highest ``λ · relevance - (1 - λ) · likeness``, where relevance
is its fused score and likeness the cosine between its mean passage vector and that of the most similar case taken so far,
both scaled to 0..1 over the cases to choose from. λ = 1 is the ranking itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.embedder import Vectors

POOL = 50
POOL_SHARE = 5
"""Hits are chosen from this many times as many cases, and from ``POOL`` at least."""


def diversified(scores: Sequence[float], vectors: Sequence[Vectors | None], k: int, relevance: float) -> list[int]:
    """Places of the ``k`` cases to show, in the order of showing.

    Args:
        scores: fused, best first.
        vectors: one a case, of length 1; a case without one is like no other.
        k: how many; fewer when there are no more.
        relevance: the λ above, 0..1.
    """
    if not scores:
        return []
    worth = _scaled(np.array(scores, dtype=np.float64))
    likeness = _likeness(vectors)
    nearest = np.zeros(len(scores))
    free = np.ones(len(scores), dtype=bool)
    taken: list[int] = []
    while len(taken) < min(k, len(scores)):
        gain = np.round(relevance * worth - (1 - relevance) * nearest, 9)
        # Of equals the one ranked higher.
        best = int(np.argmax(np.where(free, gain, -np.inf)))
        taken.append(best)
        free[best] = False
        nearest = np.maximum(nearest, likeness[best])
    return taken


def _likeness(vectors: Sequence[Vectors | None]) -> NDArray[np.float64]:
    known = [place for place, vector in enumerate(vectors) if vector is not None]
    likeness = np.zeros((len(vectors), len(vectors)))
    if len(known) > 1:
        table = np.stack([vector for vector in vectors if vector is not None]).astype(np.float64)
        cosines = table @ table.T
        between = ~np.eye(len(known), dtype=bool)
        cosines[between] = _scaled(cosines[between])
        likeness[np.ix_(known, known)] = cosines
    return likeness


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    span = values.max() - values.min()
    return (values - values.min()) / span if span > 1e-9 else np.ones_like(values)
