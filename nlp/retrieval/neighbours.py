"""Like cases lift each other: a case near those that match the query best is probably relevant too.

Records of the same behaviour resemble one another more than a short query resembles any of them (the cluster hypothesis,
van Rijsbergen 1979), so the scores of the best candidates are smoothed over their likeness (Diaz 2005, "Regularizing ad
hoc retrieval scores"). Likeness is that of terms (TF-IDF cosines within the candidates), of passages (``match_score``, in
both directions) and of leanings; how near two cases count depends on how near the others are. Only candidates take part,
so nothing of a case that a reader may not see goes into a score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.errors import CaseIndexError
from nlp.retrieval.dense import match_score
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.leaning import Leaning

Matrix = NDArray[np.float64]

PASSAGES = 16
"""Passages of a case that are compared: those nearest to the query."""
_TERMS = 4000
_SAME = 0.9
"""Cosine of terms from which on two cases are copies: only the better one lifts others."""
_TERMS_WEIGHT, _PASSAGES_WEIGHT, _LEANING_WEIGHT = 0.45, 0.3, 0.25


@dataclass(frozen=True)
class Neighbours:
    """How like cases lift each other.

    Args:
        share: of the final score that comes from like cases, 0..1; 0 for none.
        cases: how many of the best candidates take part.
        sources: how many of these, from the best down, lift others.
        nearest: how many neighbours a case has.
        depth: the likeness of a case's ``depth``-th neighbour counts as none.
        sharpness: exponent of a source's score; the higher, the less lower places lift.

    Raises:
        CaseIndexError: a number is out of its range.
    """

    share: float = 0.0
    cases: int = 100
    sources: int = 20
    nearest: int = 10
    depth: int = 40
    sharpness: float = 3.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or min(self.sources, self.nearest, self.depth) < 1 or self.sharpness < 0:
            raise CaseIndexError(f"{self} cannot be", expected="a share of 0 to 1, and numbers above 0")

    def enough(self, candidates: int) -> bool:
        """Whether so many candidates tell what an unusual likeness is."""
        return self.share > 0 and min(candidates, self.cases) > self.depth + 1


NO_NEIGHBOURS = Neighbours()


@dataclass(frozen=True)
class Member:
    """What is compared of a candidate.

    Attributes:
        terms: of the lexical channel.
        vectors: (p, dimension) of its passages, each of length 1; None or empty for none.
        leaning: None for none.
    """

    terms: Sequence[str]
    vectors: Vectors | None = None
    leaning: Leaning | None = None


@dataclass(frozen=True)
class Lift:
    """What like cases add.

    Attributes:
        company: (n,) 0..1; how much of the best candidates each one has around it, and of itself.
        by: (n, n) what column j adds to the company of row i.
    """

    company: NDArray[np.float64]
    by: Matrix

    def most(self, place: int, count: int = 3) -> list[int]:
        """The places of the cases that lift a case most, itself left out."""
        by = self.by[place].copy()
        by[place] = 0.0
        return [int(at) for at in np.argsort(-by, kind="stable")[:count] if by[at] > 0]


def lifted(scores: NDArray[np.float64], members: Sequence[Member], settings: Neighbours) -> Lift:
    """What like cases add to candidates.

    Args:
        scores: fused scores, best first, the first above 0.
        members: of the same candidates.
        settings: how.
    """
    terms = _terms(members)
    near = _likeness(terms, members, settings)
    weights = np.zeros(len(members))
    chosen: list[int] = []
    for place in range(len(members)):
        if len(chosen) >= settings.sources or scores[place] <= 0:
            break
        if all(terms[place, other] < _SAME for other in chosen):
            chosen.append(place)
            weights[place] = (scores[place] / scores[0]) ** settings.sharpness
    by = near * weights[None, :]
    total = by.sum(axis=1)
    highest = float(total.max()) or 1.0
    return Lift(np.round(total / highest, 6), by / highest)


def nearest_passages(vectors: Vectors, query: Vectors | None) -> Vectors:
    """At most ``PASSAGES`` of a case's vectors, in text order: those nearest to the query, or else the first."""
    if len(vectors) <= PASSAGES:
        return vectors
    if query is None or not len(query):
        return vectors[:PASSAGES]
    worth = (vectors @ query.T).max(axis=1)
    return vectors[np.sort(np.argsort(-worth, kind="stable")[:PASSAGES])]


def _likeness(terms: Matrix, members: Sequence[Member], settings: Neighbours) -> Matrix:
    """How near each case is to each; a case is wholly like itself, and not at all like those beyond the nearest."""
    channels = [(_TERMS_WEIGHT, terms)]
    passages, leanings = _passages(members), _leanings(members)
    if passages is not None:
        channels.append((_PASSAGES_WEIGHT, passages))
    if leanings is not None:
        channels.append((_LEANING_WEIGHT, leanings))
    whole = sum(weight for weight, _ in channels)
    near = np.zeros(terms.shape)
    for weight, table in channels:
        near += weight / whole * _standing_out(table, settings.depth)
    near = (near + near.T) / 2
    least = np.sort(near, axis=1)[:, -settings.nearest][:, None]
    near[near < least] = 0.0
    np.fill_diagonal(near, 1.0)
    return near


def _standing_out(table: Matrix, depth: int) -> Matrix:
    """Row by row: 1 for the nearest other case, 0 for the ``depth``-th and all beyond."""
    others = table.copy()
    np.fill_diagonal(others, -np.inf)
    ordered = -np.sort(-others, axis=1)
    high, low = ordered[:, :1], ordered[:, depth - 1 : depth]
    spread = np.where(high > low, high - low, 1.0)
    out: Matrix = np.clip((table - low) / spread, 0.0, 1.0)
    np.fill_diagonal(out, 0.0)
    return out


def _terms(members: Sequence[Member]) -> Matrix:
    """Cosines of TF-IDF weighted terms; rarity is that among the members."""
    counts = [Counter(member.terms[:_TERMS]) for member in members]
    holding = Counter(term for one in counts for term in one)
    idf = {term: math.log((len(members) + 1) / (count + 0.5)) for term, count in holding.items()}
    shared = {term: at for at, term in enumerate(sorted(term for term, count in holding.items() if count > 1))}
    table = np.zeros((len(members), len(shared)), dtype=np.float32)
    for row, one in enumerate(counts):
        weights = {term: (1 + math.log(count)) * idf[term] for term, count in one.items()}
        length = math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0
        for term, weight in weights.items():
            if term in shared:
                table[row, shared[term]] = weight / length
    return _cosines(table)


def _passages(members: Sequence[Member]) -> Matrix | None:
    """Mean of the match scores in both directions; 0 for cases without passages, None when there are none at all."""
    held = [at for at, member in enumerate(members) if member.vectors is not None and len(member.vectors)]
    if not held:
        return None
    vectors = [found for at in held if (found := members[at].vectors) is not None]
    joined = np.concatenate(vectors)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in vectors])[:-1]])
    table = np.zeros((len(members), len(members)))
    for at, one in zip(held, vectors, strict=True):
        nearest = np.maximum.reduceat(one @ joined.T, starts, axis=1)
        table[at, held] = match_score(nearest.T)
    return np.round((table + table.T) / 2, 5)


def _leanings(members: Sequence[Member]) -> Matrix | None:
    cells = max((len(member.leaning) for member in members if member.leaning is not None), default=0)
    if not cells:
        return None
    table = np.zeros((len(members), cells), dtype=np.float32)
    for row, member in enumerate(members):
        if member.leaning is not None and len(member.leaning) == cells:
            table[row] = member.leaning
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return _cosines(np.divide(table, lengths, out=np.zeros_like(table), where=lengths > 0))


def _cosines(table: NDArray[np.float32]) -> Matrix:
    # Rounded: sums of 32-bit products differ in their last digits with the machine.
    return (table @ table.T).astype(np.float64).round(5)
