"""Parquet, with a schema that is written down and numbered; spools are Arrow streams."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.errors import ArchiveError
from nlp.identity import FIELD_NAMES
from service.archive.formats.contract import Record

SCHEMA_VERSION: Final = 3
"""Goes up whenever a column is added, removed or changes its type; stands in the metadata as ``yanpan.schema``.

1: without ``lines``, ``anchors.recognised`` and what ``identity`` says of subject, date, unit, position, author, occasion.
2: without ``redaction``."""

_ROWS: Final = 256
_JSON_COLUMNS: Final = ("meta", "redaction")
_OLDER: Final = ("1", "2")


def _span(*more: tuple[str, pa.DataType]) -> pa.DataType:
    return pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), *more]))


_TAG: Final = (
    ("quote", pa.string()),
    ("label", pa.string()),
    ("family", pa.string()),
    ("group", pa.string()),
    ("polarity", pa.string()),
    ("status", pa.string()),
    ("subject", pa.string()),
    ("kind", pa.string()),
    ("score", pa.float64()),
    ("source", pa.string()),
    ("cues", _span(("quote", pa.string()), ("effect", pa.string()))),
)

_EVIDENCE: Final = (
    ("value", pa.string()),
    ("start", pa.int32()),
    ("end", pa.int32()),
    ("quote", pa.string()),
    ("rule", pa.string()),
)

SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.struct([("path", pa.string()), ("sha256", pa.string()), ("media_type", pa.string())])),
        ("doc_type", pa.string()),
        ("text", pa.string()),
        ("sections", _span(("title", pa.string()), ("level", pa.int32()))),
        ("turns", _span(("speaker", pa.string()), ("role", pa.string()))),
        ("clauses", _span()),
        ("tags", _span(*_TAG)),
        ("codebook_version", pa.string()),
        ("pipeline_version", pa.string()),
        ("source_map", pa.list_(pa.list_(pa.int32()))),
        (
            "anchors",
            _span(("kind", pa.string()), ("number", pa.int32()), ("label", pa.string()), ("recognised", pa.bool_())),
        ),
        ("lines", _span(("confidence", pa.float64()))),
        (
            "identity",
            pa.struct(
                [
                    ("file", pa.string()),
                    ("file_sha256", pa.string()),
                    ("document", pa.int32()),
                    ("text_sha256", pa.string()),
                    *((name, pa.struct(_EVIDENCE)) for name in FIELD_NAMES),
                    ("people", pa.list_(pa.struct(_EVIDENCE))),
                    ("conflicts", pa.list_(pa.struct([("field", pa.string()), *_EVIDENCE]))),
                ]
            ),
        ),
        ("review", pa.list_(pa.struct([("reason", pa.string()), ("detail", pa.string())]))),
        ("meta", pa.string()),
        ("redaction", pa.string()),
    ],
    metadata={"yanpan.schema": str(SCHEMA_VERSION), "yanpan.json_columns": ",".join(_JSON_COLUMNS)},
)
"""``meta`` and ``redaction`` hold JSON: the other fields of a source record have no schema of their own."""


class ParquetSpool:
    """Record batches of one file."""

    def __init__(self, path: Path) -> None:
        self._writer = pa.ipc.new_stream(path, SCHEMA)
        self._waiting: list[Record] = []

    def write(self, record: Record) -> None:
        """Append a record."""
        self._waiting.append(_to_row(record))
        if len(self._waiting) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """End the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._waiting, SCHEMA))
            self._waiting = []


class ParquetPart:
    """Row groups of many files."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self.rows = 0
        self.size = 0

    def add(self, spool: Path) -> int:
        """Append the rows of a spool."""
        rows = 0
        with pa.OSFile(str(spool), "rb") as file, pa.ipc.open_stream(file) as source:
            for batch in source:
                self._take(batch)
                rows += batch.num_rows
        return rows

    def keep(self, part: Path, ranges: Sequence[tuple[int, int]]) -> None:
        """Append some rows of another part."""
        at = 0
        with pq.ParquetFile(part) as source:
            is_older = _version(source) in _OLDER
            for batch in source.iter_batches(_ROWS):
                for start, end in ranges:
                    first, last = max(start, at), min(end, at + batch.num_rows)
                    if first < last:
                        piece = batch.slice(first - at, last - first)
                        self._take(_brought_up(piece) if is_older else piece.cast(SCHEMA))
                at += batch.num_rows

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the file."""
        self._waiting = []
        self._writer.close()

    def _take(self, batch: pa.RecordBatch) -> None:
        # Row groups of a few rows would be slow to read, so small batches wait for one another.
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self.rows += batch.num_rows
        self.size += batch.nbytes
        if self._waiting_rows >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, SCHEMA))
            self._waiting = []
            self._waiting_rows = 0


class ParquetFormat:
    """Parquet."""

    suffix = ".parquet"

    def spool(self, path: Path) -> ParquetSpool:
        """A new spool."""
        return ParquetSpool(path)

    def part(self, path: Path) -> ParquetPart:
        """A new part."""
        return ParquetPart(path)

    def read(self, path: Path) -> Iterator[Record]:
        """The records of a part, in the shape of the JSON lines.

        Raises:
            ArchiveError: the part has a schema of another version.
        """
        with pq.ParquetFile(path) as source:
            version = _version(source)
            if version not in (str(SCHEMA_VERSION), *_OLDER):
                raise ArchiveError(
                    f"the part has schema {version or 'unknown'}", path=str(path), expected=str(SCHEMA_VERSION)
                )
            for batch in source.iter_batches(_ROWS):
                for row in (_brought_up(batch) if version in _OLDER else batch).to_pylist():
                    yield {**row, **{name: json.loads(row[name]) for name in _JSON_COLUMNS}}


def _version(source: pq.ParquetFile) -> str:
    metadata = source.schema_arrow.metadata or {}
    return str(metadata.get(b"yanpan.schema", b"").decode())


def _brought_up(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of an older schema with what it did not have: unknown, or nothing."""
    rows = batch.to_pylist()
    for row in rows:
        row.setdefault("lines", [])
        row["identity"] = {"people": [], "conflicts": [], **row["identity"]}
        row["anchors"] = [{"recognised": False, **anchor} for anchor in row["anchors"]]
        row["redaction"] = "null"
    return pa.RecordBatch.from_pylist(rows, SCHEMA)


def _to_row(record: Record) -> dict[str, Any]:
    row = {**record, **{name: json.dumps(record[name], ensure_ascii=False) for name in _JSON_COLUMNS}}
    return _encodable(row) if _has_surrogate(row) else row


def _has_surrogate(row: dict[str, Any]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _encodable(value: Any) -> Any:
    # Arrow strings are UTF-8, which has no lone surrogates. One code point takes the place of one, so offsets hold.
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value
