"""The collections of an index, version 3.

An alias of the index's name points to its collection of cases, one row of which says what wrote the index and names its
collection of passages. (Milvus Lite keeps no description of a collection.) A new build makes new collections and then
moves the alias, in one step for readers.

Cases hold a row for every 60,000 bytes of a record or of its terms, nearly always one. The first row of a case is
keyed by the case alone, so putting a new one there replaces the case at once; ``revision`` tells which other rows and
passages belong to it, and rows of another revision are passed over until they are deleted.

Labels have a column each with 0, 1 (+), 2 (-) or 3 (both): a server allows 64 fields, too few for two columns a label.
A label that has no column is found by a word in ``tokens``, which also holds a word for every value of ``meta``.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from nlp.codebook import Codebook
from nlp.errors import IndexMismatchError
from nlp.retrieval.embedder import EncoderStamp
from nlp.retrieval.milvus.connection import Connection, Row
from nlp.retrieval.milvus.expressions import FIELDS, among, column
from nlp.retrieval.milvus.settings import IndexType

LAYOUT = 3
PIECE = 60_000
"""Bytes of a record or of terms in one row; a field holds 65,535."""

_LONGEST = 65_535
_MOST_LABELS = 40
_COLUMN = re.compile(r"[A-Za-z0-9_]{1,100}")
_PREFIX = column("")
_STAMP = "stamp"
_ANALYZER = {"type": "standard"}
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}


@dataclass(frozen=True)
class Stamp:
    """What wrote an index.

    Attributes:
        layout: of the collections.
        encoder: wrote the vectors.
        tokenizer: version of the words' cutting.
        splitter: version of the passages' cutting.
        dtype: of the vectors.
        cases, passages: names of the collections.
    """

    layout: int
    encoder: EncoderStamp
    tokenizer: str
    splitter: str
    dtype: str
    cases: str
    passages: str

    def row(self, columns: Iterable[str]) -> Row:
        """As a row of the collection of cases; no query for cases finds it."""
        texts = ("case", "revision", "tokens", "id", "shown", "leaning", "terms", "content")
        numbers = ("date_first", "date_last", "confidentiality", "parts", "passages", *map(column, columns))
        return {
            **dict.fromkeys(texts, ""),
            **dict.fromkeys(numbers, 0),
            **dict.fromkeys(FIELDS),
            "pk": _STAMP,
            "part": -1,
            "record": json.dumps(asdict(self), ensure_ascii=False),
            "tags": {0: 1.0},
        }

    @classmethod
    def loads(cls, record: str, name: str) -> Self:
        """From the record of that row.

        Raises:
            IndexMismatchError: of another layout, or no index at all.

        """
        try:
            body: dict[str, Any] = json.loads(record)
            if body["layout"] == LAYOUT:
                return cls(**{**body, "encoder": EncoderStamp(**body["encoder"])})
            found = f"layout {body['layout']}"
        except (ValueError, KeyError, TypeError):
            found = "no stamp of an index"
        raise IndexMismatchError(
            f"the collection has {found}",
            path=name,
            expected=f"layout {LAYOUT}",
            hint="build the index anew, or choose another name in the settings",
        )


@dataclass(frozen=True)
class Collections:
    """The collections of one build.

    Attributes:
        cases, passages: names.
        stamp: what wrote them.
        columns: labels that have a column.
        index: over the vectors.
    """

    cases: str
    passages: str
    stamp: Stamp
    columns: frozenset[str]
    index: IndexType


def label_columns(labels: Iterable[str] | None) -> list[str]:
    """The labels that get a column, of some labels or of the codebook; at most 40 whose names can name a column."""
    wanted = list(dict.fromkeys(Codebook.load().ids if labels is None else labels))
    return [label for label in wanted if _COLUMN.fullmatch(label)][:_MOST_LABELS]


def create(
    connection: Connection, stamp_of: Callable[[str, str], Stamp], labels: Sequence[str], dimension: int
) -> Collections:
    """Make the empty collections of a new build.

    Args:
        connection: to the server.
        stamp_of: gives the stamp for the names of the collections of cases and passages.
        labels: that get a column.
        dimension: of vectors.

    """
    base = f"{connection.settings.name}_{secrets.token_hex(4)}"
    stamp = stamp_of(f"{base}_cases", f"{base}_passages")
    collections = Collections(stamp.cases, stamp.passages, stamp, frozenset(labels), "FLAT")
    kinds = connection.types
    cases = connection.schema()
    _shared_fields(cases, kinds, labels)
    text = {"datatype": kinds.VARCHAR, "max_length": _LONGEST}
    for name in ("part", "parts", "passages"):
        cases.add_field(name, kinds.INT64)
    for name in ("id", "shown", "leaning", "record", "content"):
        cases.add_field(name, **text)
    cases.add_field("terms", **text, enable_analyzer=True, enable_match=True, analyzer_params=_ANALYZER)
    cases.add_field("words", kinds.SPARSE_FLOAT_VECTOR)
    cases.add_field("tags", kinds.SPARSE_FLOAT_VECTOR)
    cases.add_function(connection.bm25("terms", "words"))
    passages = connection.schema()
    _shared_fields(passages, kinds, labels)
    passages.add_field("start", kinds.INT64)
    passages.add_field("end", kinds.INT64)
    vector = kinds.FLOAT16_VECTOR if stamp.dtype == "float16" else kinds.FLOAT_VECTOR
    passages.add_field("vector", vector, dim=dimension)
    for name, schema in ((collections.cases, cases), (collections.passages, passages)):
        connection.call(
            "create_collection",
            name,
            schema=schema,
            consistency_level=connection.settings.consistency,
            num_shards=connection.settings.shards,
        )
    connection.call("insert", collections.cases, [stamp.row(labels)])
    return collections


def _shared_fields(schema: Any, kinds: Any, labels: Sequence[str]) -> None:
    schema.add_field("pk", kinds.VARCHAR, max_length=100, is_primary=True)
    schema.add_field("case", kinds.VARCHAR, max_length=64)
    schema.add_field("revision", kinds.VARCHAR, max_length=64)
    for name in FIELDS:
        schema.add_field(name, kinds.VARCHAR, max_length=_LONGEST, nullable=True)
    schema.add_field("date_first", kinds.INT64)
    schema.add_field("date_last", kinds.INT64)
    schema.add_field("confidentiality", kinds.INT64)
    schema.add_field(
        "tokens",
        kinds.VARCHAR,
        max_length=_LONGEST,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params=_ANALYZER,
    )
    for label in labels:
        schema.add_field(column(label), kinds.INT8)


def finish(connection: Connection, collections: Collections, passages: int) -> Collections:
    """Index filled collections and put them in the place of the ones the alias points to, which are dropped.

    Args:
        connection: to the server.
        collections: filled.
        passages: how many there are.

    """
    settings = connection.settings
    dense = settings.dense_index(passages)
    # The client waits in steps of half a second an index; Milvus Lite builds at once.
    wait = {"timeout": settings.build_timeout, "sync": not settings.lite}
    params = connection.index_params()
    params.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=_BM25)
    params.add_index("tags", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    connection.call("create_index", collections.cases, params, **wait)
    params = connection.index_params()
    params.add_index("vector", index_type=dense.type, metric_type="IP", params=dense.params)
    connection.call("create_index", collections.passages, params, **wait)
    for name in (collections.cases, collections.passages):
        if not settings.lite:
            # Milvus Lite scans scalars; on a server these keep filters from it.
            scalars = connection.index_params()
            for field in ("case", *FIELDS):
                scalars.add_index(field, index_type="INVERTED")
            for label in sorted(collections.columns):
                scalars.add_index(column(label), index_type="BITMAP")
            connection.call("create_index", name, scalars, **wait)
        connection.call("load_collection", name, timeout=settings.build_timeout)
    alias = settings.name
    old = current(connection)
    if old is None:
        connection.call("create_alias", collections.cases, alias)
    else:
        connection.call("alter_alias", collections.cases, alias)
        drop(connection, old)
    return Collections(collections.cases, collections.passages, collections.stamp, collections.columns, dense.type)


def drop(connection: Connection, collections: Collections) -> None:
    """Drop the collections of a build."""
    for name in (collections.cases, collections.passages):
        connection.call("drop_collection", name)


def current(connection: Connection) -> Collections | None:
    """The collections that the alias points to, None when there are none.

    Raises:
        IndexMismatchError: they were made by another version.

    """
    if not connection.call("has_collection", connection.settings.name):
        return None
    name = connection.settings.name
    fields = {field["name"] for field in connection.call("describe_collection", name)["fields"]}
    record = ""
    if {"pk", "part", "record", "terms"} <= fields:
        connection.call("load_collection", name)
        record = "".join(row["record"] for row in connection.query(name, among("pk", [_STAMP]), ["record"]))
    stamp = Stamp.loads(record, name)
    connection.call("load_collection", stamp.passages)
    columns = frozenset(field.removeprefix(_PREFIX) for field in fields if field.startswith(_PREFIX))
    kind: IndexType = connection.call("describe_index", stamp.passages, "vector")["index_type"]
    return Collections(stamp.cases, stamp.passages, stamp, columns, kind)
