"""Ranking: every channel proposes, all candidates are scored, then fused, as ``nlp.retrieval.ranking`` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.embedder import Vectors
from nlp.retrieval.feedback import moved
from nlp.retrieval.fused import Fused, Ranked
from nlp.retrieval.fusion import REFERENCE, Fusion, Ranking, contributions, low_score
from nlp.retrieval.hits import ChannelName
from nlp.retrieval.leaning import LeaningIndex
from nlp.retrieval.milvus.channels import Bm25, Dense, Proposals, TagWeights, tag_proposals
from nlp.retrieval.milvus.reading import CaseHead, Reader
from nlp.retrieval.milvus.settings import WINDOW
from nlp.retrieval.neighbours import Member, lifted, nearest_passages
from nlp.retrieval.ranking import Query
from nlp.retrieval.tagmatch import Shown, shown
from nlp.structure.words import Words


class Found(NamedTuple):
    """Cases in the fused order; ``ranked`` names them by their row in ``keys``."""

    keys: list[str]
    ranked: list[Ranked]


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes:
        reader: reads for it.
        query: taken apart.
        fusion: of the channels.
        expression: of filters and access.
        weights: of labels.
        permitted: of access alone, None for everything.
    """

    reader: Reader
    query: Query
    fusion: Fusion
    expression: str | None
    weights: TagWeights
    permitted: str | None = None

    def rank(self, k: int, words: Words) -> Found:
        """The best ``k`` cases, by score and then by id; fewer when no channel has anything to say of the others.

        ``words`` cuts the terms of like cases, which Milvus keeps for itself.

        Beyond the number of rows that Milvus returns to one search, every case that passes the filters is scored.
        """
        depth = max(REFERENCE, k)
        bm25, dense = self._bm25(), self._dense()
        pairs = shown(self.query.tags) if self.fusion.weight("tags") else frozenset()
        proposals = self._proposals(bm25, dense, pairs, depth)
        everybody = self.reader.keys(self.expression) if self.query.conditions else []
        heads = self.reader.heads([*(key for one in proposals.values() for key in one), *everybody])
        # Rows in the order of ids, so that a row settles ties.
        keys = sorted(heads, key=lambda key: heads[key].id)
        rows = {key: row for row, key in enumerate(keys)}
        rankings = [
            _ranking(name, {rows[key]: score for key, score in found.items()}, depth)
            for name, found in proposals.items()
            # An index without a word of the query says nothing; sharing no label is an answer, as in the embedded one.
            if found or name == "tags"
        ]
        candidates = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(one.rows for one in rankings)]))
        if self.query.conditions and len(candidates) < min(k, len(everybody)):
            candidates = np.array(sorted(rows[key] for key in everybody if key in rows), dtype=np.int64)
        if len(candidates) == 0:
            return Found(keys, [])
        leaning = self._leanings([heads[keys[row]] for row in candidates.tolist()])
        if leaning is not None:
            proposals["leaning"] = {
                keys[row]: score for row, score in zip(candidates.tolist(), leaning, strict=True) if not np.isnan(score)
            }
            rankings.append(
                _ranking("leaning", {rows[key]: score for key, score in proposals["leaning"].items()}, depth)
            )
        scores: list[NDArray[np.float64]] = []
        for ranking in rankings:
            known = proposals[ranking.channel]
            open_ = [keys[row] for row in candidates.tolist() if keys[row] not in known]
            if ranking.channel == "bm25" and bm25 is not None:
                known = known | bm25.complete(open_)
            elif ranking.channel == "dense" and dense is not None:
                known = known | dense.complete(open_)
            elif ranking.channel == "tags":
                known = known | {key: self.weights.score(pairs, heads[key].shown) for key in open_}
            scores.append(np.array([known.get(keys[row], np.nan) for row in candidates.tolist()]))
        fused = Fused(candidates, rankings, scores, contributions(rankings, candidates, scores, self.fusion))
        best = np.lexsort((candidates, -fused.total))
        settings = self.fusion.neighbours
        if settings.enough(len(best)) and fused.total[best[0]] > 0:
            near = best[: settings.cases]
            members = self._members([keys[row] for row in candidates[near].tolist()], words)
            fused = fused.lifted(near, lifted(fused.total[near], members, settings), settings)
            best = np.lexsort((candidates, -fused.total))
        return Found(keys, [fused.ranked(at) for at in best[:k].tolist()])

    def _leanings(self, heads: Sequence[CaseHead]) -> list[float] | None:
        """How near the leanings of candidates come, NaN without one; this channel proposes none of its own."""
        query = self.query.leaning
        if not self.fusion.weight("leaning") or query is None or not query.any():
            return None
        scores: list[float] = LeaningIndex([head.leaning for head in heads], len(query)).scores(query).tolist()
        return None if all(map(np.isnan, scores)) else scores

    def _members(self, keys: list[str], words: Words) -> list[Member]:
        """What is compared of some cases."""
        vectors = self.query.vectors if self.fusion.weight("dense") else None
        cases, passages = self.reader.cases(keys), self.reader.passages(keys) if vectors is not None else {}
        heads, query = self.reader.heads(keys), self.query.leaning
        leanings = None if query is None else LeaningIndex([heads[key].leaning for key in keys], len(query))
        return [
            Member(
                words.search_terms(cases[key].text) if key in cases else [],
                nearest_passages(passages[key].vectors, vectors) if key in passages else None,
                None if leanings is None else leanings.of(row),
            )
            for row, key in enumerate(keys)
        ]

    def _proposals(
        self, bm25: Bm25 | None, dense: Dense | None, pairs: Shown, depth: int
    ) -> dict[ChannelName, Proposals]:
        proposals: dict[ChannelName, Proposals] = {}
        everything = self.reader.keys(self.expression) if depth > WINDOW else []
        if bm25 is not None:
            found = bm25.top(min(depth, WINDOW))
            found |= bm25.complete([key for key in everything if key not in found])
            proposals["bm25"] = {key: score for key, score in found.items() if score > 0}
        if dense is not None:
            proposals["dense"] = dense.complete(everything) if everything else dense.top(min(depth, WINDOW))
        if pairs and everything:
            heads = self.reader.heads(everything)
            scores = {key: self.weights.score(pairs, head.shown) for key, head in heads.items()}
            proposals["tags"] = {key: score for key, score in scores.items() if score > 0}
        elif pairs:
            proposals["tags"] = tag_proposals(self.reader, self.weights, pairs, self.expression, depth)
        return proposals

    def _bm25(self) -> Bm25 | None:
        if not self.fusion.weight("bm25") or not self.query.terms:
            return None
        if self.permitted is not None and not self.reader.connection.settings.bm25_over_all:
            return None
        return Bm25(self.reader, self.query.terms, self.expression, self.permitted)

    def _dense(self) -> Dense | None:
        if not self.fusion.weight("dense") or self.query.vectors is None:
            return None
        vectors: Vectors = self.query.vectors[np.linalg.norm(self.query.vectors, axis=1) > 0]
        if not len(vectors):
            return None
        first = Dense(self.reader, vectors, self.expression)

        def top(count: int) -> tuple[list[str], list[float]]:
            found = sorted(first.top(count).items(), key=lambda item: (-item[1], item[0]))
            return [key for key, _ in found], [score for _, score in found]

        def read(key: str) -> Vectors:
            return self.reader.passages([key])[key].vectors

        return Dense(self.reader, moved(vectors, self.fusion.feedback, top, read), self.expression)


def _ranking(channel: ChannelName, scores: dict[int, float], depth: int) -> Ranking:
    rows = sorted(scores, key=lambda row: (-scores[row], row))[:depth]
    best = np.array([scores[row] for row in rows], dtype=np.float64)
    lows = {"bm25": low_score(best, 0.0), "tags": 0.0}
    return Ranking(channel, np.array(rows, dtype=np.int64), best, lows.get(channel, low_score(best, None)))
