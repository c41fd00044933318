"""From a query to hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.case import Case
from nlp.retrieval.dense import mean_vector
from nlp.retrieval.diversity import diversified
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.explain import Explainer
from nlp.retrieval.groups import gather_enough
from nlp.retrieval.hits import Hit
from nlp.retrieval.milvus.channels import rarities
from nlp.retrieval.milvus.ranking import Found, Search
from nlp.retrieval.milvus.reading import Reader
from nlp.retrieval.passages import Passage
from nlp.retrieval.ranking import Query
from nlp.retrieval.show import Show
from nlp.structure.words import Words


def hits(search: Search, words: Words, show: Show) -> list[Hit]:
    """The hits of a search."""
    reader = search.reader
    found = Found([], [])

    def ask(depth: int) -> tuple[list[str], list[str | None]]:
        nonlocal found
        keys, ranked = search.rank(depth, words)
        cases = reader.cases([keys[one.row] for one in ranked])
        # A case may have been removed since it was found.
        found = Found(keys, [one for one in ranked if keys[one.row] in cases])
        shown = [cases[keys[one.row]] for one in found.ranked]
        return [case.text if show.collapse else "" for case in shown], [case.source for case in shown]

    gathered = gather_enough(ask, show.pool, collapse=show.collapse, per_source=show.per_source)
    keys = [found.keys[one.row] for one in found.ranked]
    cases = reader.cases(keys)
    evidence = Evidence(reader, found.keys, search, words)
    places = gathered.shown
    if show.explain or show.diverse is not None:
        reader.passages(keys[place] for place in places)
    if show.diverse is not None:
        vectors = [evidence.mean(found.ranked[place].row) for place in places]
        chosen = diversified([found.ranked[place].score for place in places], vectors, show.k, show.diverse)
        places = [places[at] for at in chosen]
    explainer = Explainer(evidence, search.query, words)
    return [
        explainer.hit(
            number,
            found.ranked[place],
            explain=show.explain,
            behind=[cases[keys[other]].id for other in gathered.behind[place]],
        )
        for number, place in enumerate(places, start=1)
    ]


class _Key(NamedTuple):
    key: int
    id: str


class Evidence:
    """The found cases as ``nlp.retrieval.explain.Explainer`` reads an index; keys are rows.

    Args:
        reader: of the search.
        keys: of the found cases, by row.
        search: itself.
        words: cut its terms.

    """

    def __init__(self, reader: Reader, keys: Sequence[str], search: Search, words: Words) -> None:
        self._reader = reader
        self._keys = keys
        self._query: Query = search.query
        self._permitted = search.permitted
        self._words = words
        self._rarity: dict[str, float] = {}
        heads = reader.heads(keys)
        self.heads = [_Key(row, heads[key].id if key in heads else key) for row, key in enumerate(keys)]

    @property
    def dense(self) -> Evidence:
        """Passages and vectors."""
        return self

    @property
    def store(self) -> Evidence:
        """Passages."""
        return self

    @property
    def lexical(self) -> Evidence:
        """Rarity of terms."""
        return self

    def case(self, row: int) -> Case:
        """The whole case of a row."""
        key = self._keys[row]
        return self._reader.cases([key])[key]

    def passages(self, key: int) -> list[Passage]:
        """Passages of a case."""
        found = self._reader.passages([self._keys[key]]).get(self._keys[key])
        return found.passages if found else []

    def similarities(self, queries: Vectors, key: int) -> NDArray[np.float32]:
        """Cosines (query passages, passages of the case)."""
        vectors: NDArray[np.float32] = queries @ self._reader.passages([self._keys[key]])[self._keys[key]].vectors.T
        return vectors

    def mean(self, key: int) -> Vectors | None:
        """Mean of the case's passages, of length 1; None when it has none."""
        found = self._reader.passages([self._keys[key]]).get(self._keys[key])
        return mean_vector(found.vectors) if found else None

    def idf(self, term: str) -> float:
        """How rare a term of the query is; asked for once for all its terms."""
        if not self._rarity:
            text = self._query.text
            passages = [text[start:end] for start, end in self._query.passages]
            terms = {term for passage in passages for term in self._words.search_terms(passage)}
            self._rarity = dict(rarities(self._reader, terms, self._permitted))
        return self._rarity.get(term, 1.0)
