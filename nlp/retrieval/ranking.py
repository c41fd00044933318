"""Ranking the cases of a view for a query: every channel proposes, all candidates are scored, then fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.case import CaseTag
from nlp.retrieval.embedder import Embedder, Vectors
from nlp.retrieval.feedback import moved
from nlp.retrieval.fused import Fused, Ranked
from nlp.retrieval.fusion import REFERENCE, Fusion, Ranking, contributions, low_score
from nlp.retrieval.leaning import Leaning
from nlp.retrieval.neighbours import Member, lifted, nearest_passages
from nlp.retrieval.passages import Passage, split_passages
from nlp.retrieval.query import Condition, ParsedQuery
from nlp.retrieval.sayings import Meaning, all_means
from nlp.retrieval.tagmatch import shown
from nlp.retrieval.understanding import Understood
from nlp.retrieval.view import View
from nlp.structure.words import Words

Mask = NDArray[np.bool_]

_OWN_WORDS = 3
"""How often a phrase's own words count beside those of what it means."""


@dataclass(frozen=True)
class Query:
    """A query taken apart.

    Attributes:
        text: as given.
        terms: of the lexical channel.
        passages: of the text.
        vectors: float32 (passages, dimension), None when the dense channel is off.
        tags: compact tags of the text.
        leaning: of the text, None for none.
        conditions: that a case has to meet.

    """

    text: str
    terms: list[str]
    passages: list[Passage]
    vectors: Vectors | None
    tags: list[CaseTag]
    conditions: tuple[Condition, ...] = ()
    leaning: Leaning | None = None


def take_apart(parsed: ParsedQuery, understood: Understood, words: Words, embedder: Embedder, fusion: Fusion) -> Query:
    """Prepare a query; the encoder is loaded only when the dense channel is on and there is something to encode."""
    passages = split_passages(parsed.text)
    vectors = None
    if fusion.weight("dense") and passages:
        vectors = embedder.encode([parsed.text[start:end] for start, end in passages])
        if understood.meanings and fusion.understanding:
            vectors = _towards(vectors, understood.meanings, embedder, fusion.understanding)
    terms = words.search_terms(parsed.text)
    if understood.meanings and fusion.understanding:
        meant = [term for text in all_means(understood.meanings) for term in words.search_terms(text)]
        terms = [*_OWN_WORDS * terms, *meant]
    return Query(parsed.given, terms, passages, vectors, understood.tags, parsed.conditions, understood.leaning)


def _towards(vectors: Vectors, meanings: Sequence[Meaning], embedder: Embedder, share: float) -> Vectors:
    """A phrase's vectors moved to what it means, the further the closer the saying."""
    meant = embedder.encode(all_means(meanings)).mean(axis=0)
    share *= max(meaning.closeness for meaning in meanings)
    moved_: Vectors = (1 - share) * vectors + np.float32(share / (np.linalg.norm(meant) or 1)) * meant
    lengths = np.linalg.norm(moved_, axis=1, keepdims=True)
    return (moved_ / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def with_feedback(view: View, query: Query, fusion: Fusion, allowed: Mask | None) -> Query:
    """The query as the dense channel searches with it: moved towards the nearest of the cases that may be found."""
    vectors = _usable(query)
    if not fusion.weight("dense") or vectors is None:
        return query
    dense, keys = view.dense, _keys(view, allowed)

    def top(count: int) -> tuple[list[int], list[float]]:
        found, scores = dense.top(vectors, count, keys)
        return found.tolist(), scores.tolist()

    def read(key: int) -> Vectors:
        return dense.store.read(dense.store.rows_of(key))

    return replace(query, vectors=moved(vectors, fusion.feedback, top, read))


def rank(view: View, query: Query, k: int, fusion: Fusion, allowed: Mask | None) -> list[Ranked]:
    """The best ``k`` cases, by score and then by id; fewer when no channel has anything to say of the others.

    A case that meets conditions of the query is found whatever the channels say.

    Args:
        view: of the reader.
        query: taken apart.
        k: at least 1.
        fusion: of the channels.
        allowed: rows that may be found, which is those that meet the query's conditions if there are any; None for all.

    """
    visible = len(view) if allowed is None else int(allowed.sum())
    depth = min(visible, max(REFERENCE, k))
    rankings = [
        ranking
        for ranking in (
            _bm25(view, query, fusion, depth, allowed),
            _dense(view, query, fusion, depth, allowed),
            _tags(view, query, fusion, depth, allowed),
            _leaning(view, query, fusion, depth, allowed),
        )
        if ranking is not None
    ]
    candidates = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(ranking.rows for ranking in rankings)]))
    if query.conditions and allowed is not None and len(candidates) < min(k, visible):
        candidates = np.flatnonzero(allowed)
    if len(candidates) == 0:
        return []
    scores = [_complete(view, query, ranking, candidates) for ranking in rankings]
    fused = Fused(candidates, rankings, scores, contributions(rankings, candidates, scores, fusion))
    best = np.lexsort((view.order[candidates], -fused.total))
    settings = fusion.neighbours
    if settings.enough(len(best)) and fused.total[best[0]] > 0:
        near = best[: settings.cases]
        lift = lifted(fused.total[near], _members(view, query, candidates[near]), settings)
        fused = fused.lifted(near, lift, settings)
        best = np.lexsort((view.order[candidates], -fused.total))
    return [fused.ranked(at) for at in best[:k].tolist()]


def _members(view: View, query: Query, rows: NDArray[np.int64]) -> list[Member]:
    """What is compared of some cases."""
    vectors, dense = _usable(query), view.dense.store
    terms = dict(view.lexical.terms(np.sort(view.keys[rows])))
    leanings = None if query.leaning is None else view.leanings(len(query.leaning))
    return [
        Member(
            terms.get(int(view.keys[row]), []),
            nearest_passages(dense.read(dense.rows_of(int(view.keys[row]))), vectors) if vectors is not None else None,
            None if leanings is None else leanings.of(row),
        )
        for row in rows.tolist()
    ]


def _bm25(view: View, query: Query, fusion: Fusion, depth: int, allowed: Mask | None) -> Ranking | None:
    if not fusion.weight("bm25") or not query.terms:
        return None
    keys, scores = view.lexical.top(query.terms, depth, _keys(view, allowed))
    rows, scores = _ordered(view, np.searchsorted(view.keys, keys), scores, depth)
    return Ranking("bm25", rows, scores, low_score(scores, 0.0)) if len(rows) else None


def _dense(view: View, query: Query, fusion: Fusion, depth: int, allowed: Mask | None) -> Ranking | None:
    vectors = _usable(query)
    if not fusion.weight("dense") or vectors is None:
        return None
    keys, scores = view.dense.top(vectors, depth, _keys(view, allowed))
    rows, scores = _ordered(view, np.searchsorted(view.keys, keys), scores, depth)
    return Ranking("dense", rows, scores, low_score(scores, None)) if len(rows) else None


def _tags(view: View, query: Query, fusion: Fusion, depth: int, allowed: Mask | None) -> Ranking | None:
    pairs = shown(query.tags)
    if not fusion.weight("tags") or not pairs:
        return None
    scores = view.tags.scores(pairs)
    rows = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    best, best_scores = _ordered(view, rows, scores[rows], depth)
    return Ranking("tags", best, best_scores, 0.0, scores)


def _leaning(view: View, query: Query, fusion: Fusion, depth: int, allowed: Mask | None) -> Ranking | None:
    if not fusion.weight("leaning") or query.leaning is None or not query.leaning.any():
        return None
    scores = view.leanings(len(query.leaning)).scores(query.leaning)
    known = ~np.isnan(scores)
    rows = np.flatnonzero(known if allowed is None else known & allowed)
    best, best_scores = _ordered(view, rows, scores[rows], depth)
    return Ranking("leaning", best, best_scores, low_score(best_scores, None), scores) if len(rows) else None


def _complete(view: View, query: Query, ranking: Ranking, candidates: NDArray[np.int64]) -> NDArray[np.float64]:
    """A channel's scores of all candidates, whoever proposed them; NaN where it cannot score one."""
    if ranking.of_all is not None:
        return ranking.of_all[candidates]
    scores = np.full(len(candidates), np.nan)
    scores[np.searchsorted(candidates, ranking.rows)] = ranking.scores
    open_ = np.flatnonzero(np.isnan(scores))
    keys = view.keys[candidates[open_]]
    if ranking.channel == "bm25":
        found = view.lexical.scores(query.terms, keys)
        scores[open_] = [found.get(key, 0.0) for key in keys.tolist()]
        return scores
    vectors = _usable(query)
    with_passages = np.isin(keys, view.dense.store.keys)
    if vectors is not None and with_passages.any():
        scores[open_[with_passages]] = view.dense.scores(vectors, keys[with_passages])
    return scores


def _usable(query: Query) -> Vectors | None:
    """The query's vectors without those of length 0 (passages in which the encoder knows nothing)."""
    if query.vectors is None:
        return None
    vectors: Vectors = query.vectors[np.linalg.norm(query.vectors, axis=1) > 0]
    return vectors if len(vectors) else None


def _keys(view: View, allowed: Mask | None) -> NDArray[np.int64] | None:
    return None if allowed is None else view.keys[allowed]


def _ordered(
    view: View, rows: NDArray[np.int64], scores: NDArray[np.float64], depth: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if 0 < depth < len(rows):
        # Sorting all cases of a large index takes longer than finding which of them to sort.
        kept = scores >= np.partition(scores, len(scores) - depth)[len(scores) - depth]
        rows, scores = rows[kept], scores[kept]
    best = np.lexsort((view.order[rows], -scores))[:depth]
    return rows[best], scores[best]
