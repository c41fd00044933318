"""The systems an evaluation compares: the engine as it ships, its channels one by one, and baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.evaluation.search.judgements import SearchQuery
from nlp.evaluation.search.measures import DEPTH
from nlp.retrieval.fusion import DEFAULT_WEIGHTS, Fusion
from nlp.retrieval.protocol import CaseSearch
from nlp.retrieval.tagmatch import Annotate

Answers = dict[str, list[str]]
"""Query id to case ids, best first."""


@dataclass(frozen=True)
class System:
    """Something that ranks cases.

    Attributes:
        name: short, for tables.
        zh: what it is, for people.
        answer: the best ``DEPTH`` cases for every query.
    """

    name: str
    zh: str
    answer: Callable[[Sequence[SearchQuery]], Answers]


def engine_systems(index: CaseSearch, annotate: Annotate) -> Iterator[System]:
    """The fused engine, each of its channels alone, and their reciprocal rank fusion.

    Args:
        index: built on the cases.
        annotate: finds what a query shows; asked once a text.
    """
    remembered = lru_cache(maxsize=None)(annotate)

    def system(name: str, zh: str, fusion: Fusion | None) -> System:
        def answer(queries: Sequence[SearchQuery]) -> Answers:
            return {
                query.id: [
                    hit.id for hit in index.search(query.text, DEPTH, annotate=remembered, explain=False, fusion=fusion)
                ]
                for query in queries
            }

        return System(name, zh, answer)

    yield system("fused", "融合(产品缺省)", None)
    for channel in DEFAULT_WEIGHTS:
        yield system(channel, f"只用通道 {channel}", Fusion(weights={channel: 1.0}))
    yield system("rrf", "倒数排名融合 bm25+dense", Fusion(method="rrf", weights={"bm25": 1.0, "dense": 1.0}))


def dense_system(index: CaseSearch, name: str, zh: str) -> System:
    """The vectors of another encoder alone."""

    def answer(queries: Sequence[SearchQuery]) -> Answers:
        fusion = Fusion(weights={"dense": 1.0})
        return {
            query.id: [hit.id for hit in index.search(query.text, DEPTH, tags=(), explain=False, fusion=fusion)]
            for query in queries
        }

    return System(name, zh, answer)


def tfidf_system(index: CaseSearch) -> System:
    """TF-IDF over character bigrams and trigrams, cosine: what needs no model at all."""
    cases = list(index.cases())
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
    table = vectorizer.fit_transform([case.text for case in cases])

    def answer(queries: Sequence[SearchQuery]) -> Answers:
        scores = (vectorizer.transform([query.text for query in queries]) @ table.T).toarray()
        return {
            query.id: [cases[place].id for place in np.argsort(-row, kind="stable")[:DEPTH] if row[place] > 0]
            for query, row in zip(queries, scores, strict=True)
        }

    return System("tfidf", "TF-IDF 字二元/三元", answer)
