"""Putting cases into the collections of an index and taking them out.

Order makes every step safe to repeat: passages first, then the rows of the case, whose first row puts the new content
in force at once, then what is left of older content. A crash in between leaves rows that no search shows and that the
next change of the same case deletes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlp.retrieval.case import Case
from nlp.retrieval.embedder import Embedder
from nlp.retrieval.milvus.connection import Connection, Row, chunks
from nlp.retrieval.milvus.expressions import among, both, case_key
from nlp.retrieval.milvus.layout import Collections
from nlp.retrieval.milvus.rows import CaseRows, case_rows
from nlp.retrieval.tagging import tagged
from nlp.retrieval.tagmatch import Annotate
from nlp.structure.words import Words

_ENCODE = 256
_SEND_BYTES = 8_000_000
_KEYS = 500


class Writer:
    """Writes to the collections of one build.

    Args:
        connection: to the server.
        collections: of the build.
        embedder: writes the vectors.
        words: cut the terms.
        annotate: tags cases that come without tags.

    Attributes:
        passages: number of passages written.

    """

    def __init__(
        self,
        connection: Connection,
        collections: Collections,
        embedder: Embedder,
        words: Words,
        annotate: Annotate | None,
    ) -> None:
        self._connection = connection
        self._collections = collections
        self._embedder = embedder
        self._words = words
        self._annotate = annotate
        self.passages = 0

    def prepared(self, cases: Iterable[Case]) -> Iterator[tuple[CaseRows, list[Row]]]:
        """Cases taken apart, with the rows of their passages; nothing is written.

        Raises:
            DuplicateCaseError: an id is given twice.
            CaseIndexError: the annotator failed, or a field is too long.
            EncoderError: the encoder failed.

        """
        stamp = self._collections.stamp
        salt = f"{stamp.encoder} {stamp.tokenizer} {stamp.splitter}"
        waiting: list[tuple[CaseRows, str]] = []
        passages = 0
        for case in tagged(cases, self._annotate):
            one = case_rows(case, self._words, self._collections.columns, salt)
            waiting.append((one, case.text))
            passages += len(one.passages)
            if passages >= _ENCODE:
                yield from self._encoded(waiting)
                waiting, passages = [], 0
        yield from self._encoded(waiting)

    def write(self, prepared: Iterable[tuple[CaseRows, list[Row]]], *, fresh: bool = False) -> Iterator[int]:
        """Write cases; tells the number written after every batch.

        Args:
            prepared: what ``prepared`` gave.
            fresh: the collections hold none of the cases yet.

        """
        done = 0
        batch: list[tuple[CaseRows, list[Row]]] = []
        size = 0
        for case, passages in prepared:
            batch.append((case, passages))
            size += sum(6 * len(row["record"]) + 6 * len(row["terms"]) for row in case.rows)
            size += len(passages) * (4 * self._collections.stamp.encoder.dimension + 500)
            if size >= _SEND_BYTES or len(batch) >= _KEYS:
                done += self._send(batch, fresh)
                yield done
                batch, size = [], 0
        if batch:
            yield done + self._send(batch, fresh)

    def remove(self, ids: Iterable[str]) -> int:
        """Remove cases; returns the number that were there."""
        there = 0
        for keys in chunks(sorted({case_key(id_) for id_ in ids}), _KEYS):
            there += len(self._connection.query(self._collections.cases, among("pk", keys), ["pk"]))
            for name in (self._collections.cases, self._collections.passages):
                self._connection.call("delete", name, filter=among("case", keys))
        return there

    def _encoded(self, cases: list[tuple[CaseRows, str]]) -> Iterator[tuple[CaseRows, list[Row]]]:
        texts = [text[start:end] for one, text in cases for start, end in one.passages]
        vectors = self._embedder.encode(texts) if texts else None
        first = 0
        for one, _ in cases:
            last = first + len(one.passages)
            dtype = self._collections.stamp.dtype
            yield one, list(one.passage_rows(vectors[first:last], dtype)) if vectors is not None else []
            first = last

    def _send(self, batch: list[tuple[CaseRows, list[Row]]], fresh: bool) -> int:
        cases, passages = self._collections.cases, self._collections.passages
        request = "insert" if fresh else "upsert"
        for some in chunks([row for _, rows in batch for row in rows], 4 * _KEYS):
            self._connection.call(request, passages, some)
            self.passages += len(some)
        # The first row of a case, which puts the others in force, comes last.
        first = [case.rows[0] for case, _ in batch]
        rest = [row for case, _ in batch for row in case.rows[1:]]
        for rows in (rest, first):
            for some in chunks(rows, _KEYS // 5):
                self._connection.call(request, cases, some)
        if not fresh:
            keys, revisions = (sorted({getattr(case, name) for case, _ in batch}) for name in ("key", "revision"))
            stale = both(among("case", keys), f"not ({among('revision', revisions)})")
            # The first row of a case is never stale: this change has replaced it, or a later one has.
            self._connection.call("delete", cases, filter=both(stale, "part > 0"))
            self._connection.call("delete", passages, filter=stale)
        return len(batch)
