"""What each channel proposes for a query, and how it scores cases that others proposed.

Filters go into every request, so nothing filtered out takes a place. Proposals are (case key, score) pairs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.dense import match_score
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.milvus.connection import Connection, chunks
from nlp.retrieval.milvus.expressions import among, both, shows
from nlp.retrieval.milvus.layout import Collections
from nlp.retrieval.milvus.reading import CaseHead, Reader
from nlp.retrieval.milvus.rows import query_terms, query_vector
from nlp.retrieval.milvus.settings import WINDOW
from nlp.retrieval.tagmatch import OPPOSITE, Shown

Proposals = dict[str, float]

_MAX_QUERY_TERMS = 1024
_RARITIES = 1024
_FIRST_COUNT = 256
_WIDE_ENOUGH = 4096
_DIGITS = 5
_FROM_TAGS = 1000
_SIDES = ("+", "-")


class Bm25:
    """BM25 inside Milvus, over one query.

    A score is that of the best row of a case. Its statistics count cases that a filter leaves out, except, on Milvus
    Lite, in rows that were not flushed yet; so scores of one search compare with each other and not with those of another
    filter, and no search for a reader whom something is kept from may rest on them.

    Args:
        reader: of the search.
        terms: of the query.
        expression: of the filters.
        permitted: of what the reader may see.

    """

    def __init__(
        self, reader: Reader, terms: Iterable[str], expression: str | None, permitted: str | None = None
    ) -> None:
        self._reader = reader
        self._expression = expression
        self._floor = 0.0
        counts = query_terms(list(terms))
        if len(counts) > _MAX_QUERY_TERMS:
            rare = rarities(reader, counts, permitted)
            worth = {term: rare[term] * (1 + math.log(count)) for term, count in counts.items()}
            strongest = sorted(counts, key=lambda term: (-worth[term], term))[:_MAX_QUERY_TERMS]
            counts = type(counts)({term: counts[term] for term in strongest})
        # A term's weight is how often it stands in the query; repeats count ever less, as in the embedded index.
        weights = {term: round(1 + math.log(count)) for term, count in sorted(counts.items())}
        self._text = " ".join(term for term, weight in weights.items() for _ in range(weight))

    def top(self, depth: int) -> Proposals:
        """The best cases, at least ``depth`` if there are, and all that tie with the last one as far as they go."""
        limit = depth + 1
        while self._text:
            limit = min(limit, WINDOW)
            scores, floor, rows = self._search(self._expression, limit)
            enough = sum(score > floor for score in scores.values()) >= depth
            if enough or rows < limit or limit == WINDOW:
                # Below what a search to its end has seen, a case holds no term at all.
                self._floor = 0.0 if rows < limit else floor
                return scores
            limit *= 4
        return {}

    def complete(self, keys: list[str]) -> Proposals:
        """Scores of cases that ``top`` did not give; none is above what it gave last."""
        found: Proposals = dict.fromkeys(keys, 0.0)
        if self._floor > 0:
            for some in chunks(keys, min(1000, WINDOW)):
                scores, _, _ = self._search(both(self._expression, among("case", some)), WINDOW)
                found |= {key: min(score, self._floor) for key, score in scores.items()}
        return found

    def _search(self, expression: str | None, limit: int) -> tuple[Proposals, float, int]:
        collection = self._reader.collections.cases
        (hits,) = self._reader.connection.search(
            collection, "words", [self._text], limit, metric="BM25", expression=expression, fields=["case", "revision"]
        )
        heads = self._reader.heads(row["case"] for _, row in hits)
        scores: Proposals = {}
        for distance, row in hits:
            key = row["case"]
            if _is(heads, key, row["revision"]):
                # Milvus Lite gives them negative.
                scores[key] = max(scores.get(key, 0.0), round(abs(distance), 4))
        floor = min((round(abs(distance), 4) for distance, _ in hits), default=0.0)
        return {key: score for key, score in scores.items() if score > 0}, floor, len(hits)


class Dense:
    """Late interaction: searches for passages propose cases, all passages of which are then scored.

    Args:
        reader: of the search.
        vectors: of the query's passages, none of length 0.
        expression: of the filters.

    """

    def __init__(self, reader: Reader, vectors: Vectors, expression: str | None) -> None:
        self._reader = reader
        self._vectors = vectors
        self._expression = expression

    def top(self, depth: int) -> Proposals:
        """The best ``depth`` cases and their ties.

        Exact with a FLAT index unless passages of more than 4,096 rows a query vector would have to be looked at;
        with another index the search widens only until there are enough cases.
        """
        settings = self._reader.connection.settings
        kind = self._reader.collections.index
        count = max(_FIRST_COUNT, 2 * depth)
        while True:
            count = min(count, WINDOW)
            found = self._reader.connection.search(
                self._reader.collections.passages,
                "vector",
                list(self._vectors.astype(self._reader.collections.stamp.dtype)),
                count,
                metric="IP",
                expression=self._expression,
                fields=["case", "revision"],
                params=settings.search_params(kind, count),
            )
            keys, nearest = self._nearest(
                [[(score, row["case"], row["revision"]) for score, row in one] for one in found]
            )
            everything = all(len(hits) < count for hits in found)
            frontier = np.array([hits[-1][0] if hits and not everything else -1.0 for hits in found])
            scores = self.complete(self._worthwhile(keys, nearest, frontier, depth))
            last = sorted(scores.values(), reverse=True)[depth - 1] if len(scores) >= depth else None
            outside = float(match_score(frontier)) + 10.0**-_DIGITS
            if everything or count >= WINDOW:
                return scores
            if last is not None and (kind != "FLAT" or last > outside or count >= _WIDE_ENOUGH):
                return scores
            count *= 4

    def complete(self, keys: list[str]) -> Proposals:
        """Scores of cases; those without passages are left out."""
        passages = self._reader.passages(keys)
        return {
            key: round(float(match_score((one.vectors @ self._vectors.T).max(axis=0))), _DIGITS)
            for key, one in passages.items()
        }

    def _nearest(self, found: list[list[tuple[float, str, str]]]) -> tuple[list[str], NDArray[np.float64]]:
        """Cases with the similarity of their nearest passage to each query vector, NaN where a search missed it."""
        heads = self._reader.heads(key for hits in found for _, key, _ in hits)
        # Passages of another revision are what a change has left, or not put in force yet.
        known = [[(score, key) for score, key, revision in hits if _is(heads, key, revision)] for hits in found]
        keys = sorted({key for hits in known for _, key in hits})
        rows = {key: row for row, key in enumerate(keys)}
        nearest = np.full((len(keys), len(found)), np.nan)
        for column, hits in enumerate(known):
            for score, key in hits:
                nearest[rows[key], column] = np.fmax(nearest[rows[key], column], score)
        return keys, nearest

    @staticmethod
    def _worthwhile(
        keys: list[str], nearest: NDArray[np.float64], frontier: NDArray[np.float64], depth: int
    ) -> list[str]:
        """The cases that can be among the best ``depth``: only their vectors are read."""
        if len(keys) <= depth:
            return keys
        missed = np.isnan(nearest)
        least = match_score(np.where(missed, -1.0, nearest))
        most = match_score(np.where(missed, frontier[None, :], nearest))
        bar = np.sort(least)[-depth] - 10.0**-_DIGITS
        return [key for key, value in zip(keys, most, strict=True) if value >= bar]


def _is(heads: Mapping[str, CaseHead], key: str, revision: str) -> bool:
    return key in heads and heads[key].revision == revision


class Counts:
    """Numbers of rows, asked for when needed and kept for a while. Safe to share between threads."""

    def __init__(self, connection: Connection, collections: Collections) -> None:
        self._connection = connection
        self.collections = collections
        self._found: dict[str, int] = {}
        self._until = 0.0

    def forget(self) -> None:
        """After a change: count anew."""
        self._until = 0.0

    def of(self, expression: str) -> int:
        """Number of rows of cases that an expression holds for."""
        if time.monotonic() >= self._until:
            self._found = {}
            self._until = time.monotonic() + self._connection.settings.statistics_age
        found = self._found
        if expression not in found:
            found[expression] = self._connection.count(self.collections.cases, expression)
        return found[expression]


class TagWeights:
    """How much a (label, polarity) pair tells: ``ln(1 + (N - n + 0.5) / (n + 0.5))`` when n of N cases show it.

    Args:
        counts: of the build.
        permitted: expression of the cases that count, None for all.

    """

    def __init__(self, counts: Counts, permitted: str | None = None) -> None:
        self._counts = counts
        self._permitted = permitted

    def weight(self, label: str, side: str) -> float:
        """Above 0, higher when rarer."""
        shown = shows(label, side, self._counts.collections.columns)
        cases, count = (self._counts.of(both("part == 0", self._permitted, one)) for one in (None, shown))
        # The two may have been counted at different times.
        return math.log(1 + (max(cases, count) - count + 0.5) / (count + 0.5))

    def score(self, query: Shown, case: Shown) -> float:
        """As ``nlp.retrieval.tagmatch.TagIndex`` scores; 0 where nothing is shared or opposed."""
        shared = {label for label, _ in query & case}
        mine = {label for label, _ in query}
        gained = sum(self.weight(*pair) for pair in sorted(query & case))
        opposed = [pair for pair in sorted(case - query) if pair[0] in mine - shared]
        lost = sum(self.weight(*pair) for pair in opposed)
        mass = math.sqrt(sum(self.weight(*pair) for pair in query) * sum(self.weight(*pair) for pair in case))
        return round((gained - OPPOSITE * lost) / mass, 6) if mass else 0.0


def tag_proposals(reader: Reader, weights: TagWeights, pairs: Shown, expression: str | None, depth: int) -> Proposals:
    """The cases that share most, and share it more than they oppose it.

    All of them when at most max(1,000, 4 * depth) share anything; beyond that the engine ranks by what is shared over
    the square root of the number of pairs a case shows, and the exact scores order its best.
    """
    vector = query_vector({pair: weights.weight(*pair) for pair in pairs})
    limit = min(WINDOW, max(_FROM_TAGS, 4 * depth))
    (hits,) = reader.connection.search(
        reader.collections.cases,
        "tags",
        [vector],
        limit,
        metric="IP",
        expression=both(expression, "part == 0"),
        fields=["case"],
    )
    heads = reader.heads(row["case"] for _, row in hits)
    scores = {key: weights.score(pairs, head.shown) for key, head in heads.items()}
    return {key: score for key, score in scores.items() if score > 0}


def rarities(reader: Reader, terms: Iterable[str], permitted: str | None = None) -> Mapping[str, float]:
    """How rare terms are, above 0: the best BM25 score that a term reaches alone, in one request for all of them.

    That is its inverse document frequency times 1 to 2.2. Terms that no case holds get the highest value. For a reader
    whom something is kept from all terms are alike where the engine would count what is kept.
    """
    found: dict[str, float] = {}
    wanted = sorted(set(terms))
    if permitted is not None and not reader.connection.settings.bm25_over_all:
        return dict.fromkeys(wanted, 1.0)
    for some in chunks(wanted, _RARITIES):
        hits = reader.connection.search(reader.collections.cases, "words", some, 1, metric="BM25", expression=permitted)
        found |= {term: abs(one[0][0]) for term, one in zip(some, hits, strict=True) if one and one[0][0]}
    unseen = max(found.values(), default=1.0)
    return {term: found.get(term, unseen) for term in wanted}
