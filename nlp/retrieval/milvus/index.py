"""The index of similar cases in Milvus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, Self

from nlp.encoding import Encoder
from nlp.errors import CaseIndexError, IndexMismatchError, IndexMissingError
from nlp.retrieval.access import Access
from nlp.retrieval.case import Case, CaseTag
from nlp.retrieval.changes import silent
from nlp.retrieval.embedder import Embedder, EncoderStamp
from nlp.retrieval.filters import Filters
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.hits import Hit
from nlp.retrieval.layout import PASSAGES_VERSION
from nlp.retrieval.learned import default_fusion
from nlp.retrieval.milvus.channels import Counts, TagWeights
from nlp.retrieval.milvus.connection import Connection
from nlp.retrieval.milvus.expressions import among, both, case_key, expression, impossible, permitted
from nlp.retrieval.milvus.info import MilvusInfo, read_info
from nlp.retrieval.milvus.layout import LAYOUT, Collections, Stamp, create, current, drop, finish, label_columns
from nlp.retrieval.milvus.ranking import Search
from nlp.retrieval.milvus.reading import Reader, read_cases
from nlp.retrieval.milvus.searching import hits
from nlp.retrieval.milvus.settings import WINDOW, MilvusSettings
from nlp.retrieval.milvus.writing import Writer
from nlp.retrieval.query import ParsedQuery, parse_query
from nlp.retrieval.ranking import take_apart
from nlp.retrieval.sayings import Meaning
from nlp.retrieval.show import Show
from nlp.retrieval.tagmatch import Annotate
from nlp.retrieval.understanding import Understood, meanings_for, understand
from nlp.retrieval.writing import Progress
from nlp.schema import Tag
from nlp.structure.words import Words, default_words, encodable


class _State(NamedTuple):
    collections: Collections
    embedder: Embedder
    counts: Counts


class MilvusCaseIndex:
    """An index of similar cases in Milvus; made by ``build`` and ``open``.

    Any number of threads and processes may search and change it. A change of one case is seen whole or not at all; a
    batch is not one transaction, and repeating it after a failure is safe. Deleted rows stay in Milvus's files until
    it compacts them (``compact``).
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
        self._embedder = embedder
        self._words = words
        self._annotate = annotate
        self._state = self._in_force(collections)

    @classmethod
    def build(
        cls,
        settings: MilvusSettings,
        cases: Iterable[Case],
        *,
        encoder: Encoder | str,
        annotate: Annotate | None = None,
        labels: Iterable[str] | None = None,
        words: Words | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Build an index; one that has the name already is replaced once the new one is whole.

        Args:
            settings: where, and how vectors are kept.
            cases: read once, one after another.
            encoder: a sentence encoder or the name of one.
            annotate: tags cases that come without tags, and queries.
            labels: that get a column to filter by; those of the codebook by default. Other labels work, slower.
            words: another segmenter than the shipped one.
            progress: told how many cases are written.

        Raises:
            DuplicateCaseError, CaseIndexError, EncoderError: the old index stays.

        """
        words = words or default_words()
        embedder = Embedder(encoder)
        connection = Connection(settings)
        stamp = partial(Stamp, LAYOUT, embedder.stamp, words.version, PASSAGES_VERSION, settings.dtype)
        collections = create(connection, stamp, label_columns(labels), embedder.stamp.dimension)
        try:
            writer = Writer(connection, collections, embedder, words, annotate)
            for done in writer.write(writer.prepared(cases), fresh=True):
                (progress or silent)("cases", done, 0)
            collections = finish(connection, collections, writer.passages)
        except BaseException:
            # Whatever went wrong is what the caller should see.
            with suppress(CaseIndexError):
                drop(connection, collections)
            connection.close()
            raise
        return cls(connection, collections, embedder, words, annotate)

    @classmethod
    def open(
        cls,
        settings: MilvusSettings,
        *,
        encoder: Encoder | str | None = None,
        annotate: Annotate | None = None,
        words: Words | None = None,
    ) -> Self:
        """Open an index. The encoder is loaded only when a query or a change needs it.

        Args:
            settings: where it is.
            encoder: a sentence encoder or the name of one; the one the index was built with by default.
            annotate: tags added cases that come without tags, and queries.
            words: another segmenter than the shipped one.

        Raises:
            IndexMissingError: there is no index of this name.
            IndexMismatchError: built with another encoder, tokenizer or layout.
            CaseIndexError: the server cannot be reached, or the package is missing.

        """
        words = words or default_words()
        connection = Connection(settings)
        collections = _there(connection)
        stamp = collections.stamp
        embedder = Embedder(stamp.encoder.name if encoder is None else encoder)
        if (embedder.loaded or embedder.name != stamp.encoder.name) and embedder.stamp != stamp.encoder:
            raise _mismatch(settings, f"the encoder {_named(stamp.encoder)}", _named(embedder.stamp))
        if (stamp.tokenizer, stamp.splitter) != (words.version, PASSAGES_VERSION):
            raise _mismatch(
                settings, f"the tokenizer {stamp.tokenizer} {stamp.splitter}", f"{words.version} {PASSAGES_VERSION}"
            )
        return cls(connection, collections, embedder, words, annotate)

    def __len__(self) -> int:
        return self._connection.count(self._state.collections.cases, "part == 0")

    def __contains__(self, id_: object) -> bool:
        if not isinstance(id_, str):
            return False
        return bool(self._connection.query(self._state.collections.cases, among("pk", [case_key(id_)]), ["pk"]))

    def get(self, id_: str) -> Case | None:
        """The case with this id, None when it is not in the index."""
        key = case_key(id_)
        return read_cases(self._connection, self._state.collections.cases, [key]).get(key)

    def cases(self) -> Iterator[Case]:
        """All cases, in no certain order."""
        name = self._state.collections.cases
        for rows in self._connection.everything(name, "part == 0", ["case"], 200):
            yield from read_cases(self._connection, name, [row["case"] for row in rows]).values()

    def count(self, filters: Filters | Mapping[str, Any] | None = None, access: Access | None = None) -> int:
        """Number of cases that pass filters, of those a reader may see.

        Raises:
            CaseIndexError: a filter is wrong, or the server cannot be reached.

        """
        filters = Filters.of(filters)
        if impossible(filters, access):
            return 0
        collections = self._state.collections
        where = both("part == 0", permitted(access), expression(filters, collections.columns))
        return self._connection.count(collections.cases, where)

    def contents(self) -> Iterator[tuple[str, str]]:
        """Id and content fingerprint of every case, in no certain order."""
        name = self._state.collections.cases
        for rows in self._connection.everything(name, "part == 0", ["id", "content"], 2000):
            yield from ((row["id"], row["content"]) for row in rows)

    def info(self) -> MilvusInfo:
        """What the index holds."""
        return read_info(self._connection, self._state.collections)

    def add(self, cases: Iterable[Case], *, progress: Progress | None = None) -> int:
        """Add cases; one whose id is in the index takes the place of the old one.

        Returns:
            The number of cases given.

        Raises:
            DuplicateCaseError, IndexMismatchError, EncoderError: nothing is added.
            CaseIndexError: the annotator failed, and nothing is added; or Milvus did, and some may be.

        """
        collections, embedder, counts = self._state
        writer = Writer(self._connection, collections, embedder, self._words, self._annotate)
        prepared = list(writer.prepared(cases))
        for done in writer.write(prepared):
            (progress or silent)("cases", done, len(prepared))
        counts.forget()
        return len(prepared)

    def remove(self, ids: Iterable[str]) -> int:
        """Remove cases; returns the number that were there."""
        collections, embedder, counts = self._state
        removed = Writer(self._connection, collections, embedder, self._words, None).remove(ids)
        counts.forget()
        return removed

    def compact(self) -> None:
        """Ask Milvus to drop deleted rows from its files; it does so in the background."""
        for name in (self._state.collections.cases, self._state.collections.passages):
            self._connection.call("flush", name)
            self._connection.call("compact", name)

    def refresh(self) -> bool:
        """Go over to a newer build of the same name; returns whether there was one."""
        collections = _there(self._connection)
        if collections.cases == self._state.collections.cases:
            return False
        self._state = self._in_force(collections)
        return True

    def drop(self) -> None:
        """Remove the index from the database."""
        self._connection.call("drop_alias", self._connection.settings.name)
        drop(self._connection, self._state.collections)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def search(
        self,
        text: str,
        k: int = 10,
        *,
        tags: Sequence[Tag | CaseTag] | None = None,
        annotate: Annotate | None = None,
        filters: Filters | Mapping[str, Any] | None = None,
        explain: bool = True,
        fusion: Fusion | None = None,
        collapse: bool = True,
        per_source: int | None = None,
        diverse: float | None = None,
        access: Access | None = None,
        sayings: bool = True,
    ) -> list[Hit]:
        """Find the ``k`` cases most like a text, best first, ties by id; as ``CaseIndex.search``.

        A ``k`` above 16,384, the most that Milvus returns to one search, costs reading every case that passes. A
        reader whom something is kept from is answered without BM25 (``MilvusSettings.bm25_over_all``). Leanings
        order what the other channels propose.

        Raises:
            IndexMismatchError: the encoder is not the one the index was built with.
            EncoderError: the encoder cannot be loaded.
            CaseIndexError: ``k``, ``diverse`` or a filter is wrong, the annotator failed, too many cases meet the
                conditions of the query, or the server cannot be reached.

        """
        show = Show(k, explain, collapse, per_source, diverse)
        parsed = parse_query(encodable(text))
        filters = Filters.of(filters)
        if k == 0 or impossible(filters, access):
            return []
        fusion = fusion or default_fusion(self._state.collections.stamp.encoder.name, parsed.text)
        understood = understand(parsed, tags, annotate or self._annotate, fusion, sayings)
        asked = (parsed, understood, filters, access, fusion, show)
        try:
            return self._hits(*asked)
        except IndexMissingError:
            # Another process has put a newer build in its place.
            if not self.refresh():
                raise
            return self._hits(*asked)

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What a search for a text understands it as, beside its words; nothing for most texts."""
        return meanings_for(self._state.collections.stamp.encoder.name, text)

    def _hits(
        self,
        parsed: ParsedQuery,
        understood: Understood,
        filters: Filters,
        access: Access | None,
        fusion: Fusion,
        show: Show,
    ) -> list[Hit]:
        collections, embedder, counts = self._state
        reader = Reader(self._connection, collections)
        reach = permitted(access)
        where = both(reach, expression(filters, collections.columns)) or None
        if parsed.conditions:
            keys = reader.meeting(parsed.conditions, where)
            if not keys:
                return []
            where = both(where, _few(keys))
        query = take_apart(parsed, understood, self._words, embedder, fusion)
        return hits(Search(reader, query, fusion, where, TagWeights(counts, reach), reach), self._words, show)

    def _in_force(self, collections: Collections) -> _State:
        embedder = self._embedder.expecting(collections.stamp.encoder)
        return _State(collections, embedder, Counts(self._connection, collections))


def _few(keys: list[str]) -> str:
    if len(keys) > WINDOW:
        raise CaseIndexError(
            f"{len(keys)} cases meet the quoted parts of the query",
            expected=f"at most {WINDOW}",
            hint="quote more, or narrow the search by filters",
        )
    return among("case", keys)


def _there(connection: Connection) -> Collections:
    collections = current(connection)
    if collections is None:
        raise IndexMissingError(
            f"there is no index named {connection.settings.name}",
            path=connection.settings.uri,
            hint="build it with MilvusCaseIndex.build, or mend name or database in the settings",
        )
    return collections


def _named(stamp: EncoderStamp) -> str:
    return f"{stamp.name} {stamp.version} with {stamp.dimension} dimensions"


def _mismatch(settings: MilvusSettings, built: str, expected: str) -> IndexMismatchError:
    return IndexMismatchError(
        f"the index was built with {built}",
        path=settings.uri,
        place=settings.name,
        expected=expected,
        hint="open it with what it was built with, or build it anew",
    )
