"""The lexical channel: BM25 over whole cases with tantivy (Robertson and Zaragoza 2009; k1 1.2, b 0.75).

Terms are cut outside (``nlp.structure.words``) and handed over joined by spaces, and a query is built from terms, never
parsed, so no character of a user's text has a meaning of its own.

Removing a case writes the lexical part anew from the stored terms. tantivy's own deletion would keep the case's terms
in the postings, and its counts in every other case's score, until some later merge.
"""

from __future__ import annotations

import math
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Scores = NDArray[np.float64]

_MAX_TERM = 64
_MAX_QUERY_TERMS = 1024
_HEAP = 128_000_000
_HEAP_OF_PART = 32_000_000


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    # The case key is looked up as raw text: integer terms neither delete nor match reliably through the binding.
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("key", fast=True)
    builder.add_text_field("terms", stored=True, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _usable(terms: Iterable[str]) -> Iterator[str]:
    return (term for term in terms if len(term) <= _MAX_TERM)


def write_lexical(folder: Path, cases: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Write cases, as (key, terms), into ``folder``, after those that are there already."""
    _fill(tantivy.Index(_schema(), path=str(folder), reuse=True), cases, _HEAP)
    for lock in folder.glob(".tantivy-*.lock"):
        lock.unlink()


def _fill(index: Any, cases: Iterable[tuple[int, Iterable[str]]], heap: int) -> None:
    # One thread: several would each leave a segment, and two cores gain little.
    writer = index.writer(heap_size=heap, num_threads=1)
    for key, terms in cases:
        document = tantivy.Document()
        document.add_text("id", str(key))
        document.add_unsigned("key", key)
        document.add_text("terms", " ".join(_usable(terms)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def link_lexical(source: Path, target: Path) -> None:
    """Make ``target`` a copy of a lexical folder. Its segment files are never changed in place, so links will do."""
    target.mkdir()
    for file in sorted(source.iterdir()):
        if file.name.endswith(".lock"):
            continue
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copyfile(file, target / file.name)


class LexicalIndex:
    """A lexical folder opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._use(tantivy.Index.open(str(folder)))

    def _use(self, index: Any) -> None:
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def document_frequency(self, term: str) -> int:
        """Number of cases that hold the term."""
        return int(self._searcher.doc_freq("terms", term))

    def idf(self, term: str) -> float:
        """``ln(1 + (N - n + 0.5) / (n + 0.5))``, above 0; rarer is higher."""
        count = self.document_frequency(term)
        return math.log(1 + (len(self) - count + 0.5) / (count + 0.5))

    def terms(self, keys: Keys | None = None) -> Iterator[tuple[int, list[str]]]:
        """The stored (key, terms) of every case, or of some, in no certain order."""
        if len(self) == 0 or (keys is not None and len(keys) == 0):
            return
        query = tantivy.Query.all_query() if keys is None else self._among(keys)
        for _, address in self._searcher.search(query, limit=len(self), count=False).hits:
            document = self._searcher.doc(address)
            yield int(str(document.get_first("id"))), str(document.get_first("terms") or "").split()

    def top(self, terms: Iterable[str], depth: int, allowed: Keys | None = None) -> tuple[Keys, Scores]:
        """The best ``depth`` cases that hold any of the terms, best first.

        Cases that tie with the last one are kept or dropped together, so that the answer does not depend on the order
        in which cases were added; it may therefore hold a few more than ``depth``.
        """
        query = self._query(terms)
        limit = depth + 1
        while query is not None and depth > 0 and len(self):
            keys, scores = self._run(query, min(limit, len(self)))
            exhausted = len(keys) < limit or limit >= len(self)
            floor = scores[-1] if len(scores) else 0.0
            if allowed is not None:
                inside = np.isin(keys, allowed)
                keys, scores = keys[inside], scores[inside]
            if exhausted or (len(scores) >= depth and scores[depth - 1] > floor):
                kept = scores >= scores[min(depth, len(scores)) - 1] if len(scores) else np.ones(0, dtype=bool)
                return keys[kept], scores[kept]
            limit *= 4
        return np.empty(0, dtype=np.int64), np.empty(0)

    def scores(self, terms: Iterable[str], keys: Keys) -> dict[int, float]:
        """Scores of the given cases; those that hold none of the terms are missing."""
        query = self._query(terms)
        if query is None or len(keys) == 0:
            return {}
        both = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, tantivy.Query.const_score_query(self._among(keys), 0.0)),
                (tantivy.Occur.Must, query),
            ]
        )
        found, scores = self._run(both, len(keys))
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def holding(self, terms: Iterable[str]) -> Keys:
        """The cases that hold all of the terms, ascending."""
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, tantivy.Query.const_score_query(self._term(term), 0.0))
                for term in sorted(set(terms))
            ]
        )
        if len(self) == 0:
            return np.empty(0, dtype=np.int64)
        return np.sort(self._run(query, len(self))[0])

    def _term(self, term: str) -> Any:
        return tantivy.Query.term_query(self._schema, "terms", term, "freq")

    def _among(self, keys: Keys) -> Any:
        return tantivy.Query.term_set_query(self._schema, "id", [str(key) for key in keys.tolist()])

    def _run(self, query: Any, limit: int) -> tuple[Keys, Scores]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        # tantivy adds up 32-bit floats in an order that differs between segment layouts.
        scores = np.array([round(float(score), 4) for score, _ in hits], dtype=np.float64)
        return np.array(keys, dtype=np.int64), scores

    def _query(self, terms: Iterable[str]) -> Any | None:
        weights = {
            term: 1 + math.log(count)
            for term, count in Counter(_usable(terms)).items()
            if self.document_frequency(term)
        }
        if not weights:
            return None
        if len(weights) > _MAX_QUERY_TERMS:
            worth = {term: weight * self.idf(term) for term, weight in weights.items()}
            strongest = sorted(weights, key=lambda term: (-worth[term], term))
            weights = {term: weights[term] for term in strongest[:_MAX_QUERY_TERMS]}
        # Sorted, so that sums are added in one order whatever the text's.
        return tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.boost_query(self._term(term), weight),
                )
                for term, weight in sorted(weights.items())
            ]
        )


class LexicalPart(LexicalIndex):
    """Some cases of a lexical index as an index of their own, in memory.

    Scores rest on these cases alone: how many there are, how long they are, how many of them hold a term.

    Args:
        whole: holds the cases.
        keys: which of them, ascending.

    """

    def __init__(self, whole: LexicalIndex, keys: Keys) -> None:
        index = tantivy.Index(_schema())
        _fill(index, whole.terms(keys), _HEAP_OF_PART)
        index.reload()
        self._use(index)
        self._keys = keys

    def grown(self, whole: LexicalIndex, keys: Keys) -> LexicalPart:
        """The part of a later index with these keys, among which are all of this one; this one goes on as it is."""
        later = object.__new__(LexicalPart)
        # The searcher of this part keeps to what was there when it was made.
        _fill(self._index, whole.terms(np.setdiff1d(keys, self._keys)), _HEAP_OF_PART)
        self._index.reload()
        later._use(self._index)
        later._keys = keys
        return later
