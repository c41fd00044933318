"""Two Parquet files with a numbered schema: one row a document, one row a tag.

``documents.parquet``: id, source_path, source_sha256, source_media_type, doc_type, text, sections, turns, clauses,
codebook_version, pipeline_version, tag_count. ``tags.parquet``: document_id, number (0-based, in the annotation's order)
and the fields of a tag, cues as a list of structs. Rows of both stand in the same order of documents. Offsets are code
points of ``text``. The metadata of both holds ``yanpan.export.schema`` and ``yanpan.export.id``, which is the same in two
files that belong together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.errors import CorruptFileError, ReadingError
from nlp.schema import Annotation
from service.exports.annotations import to_annotation
from service.exports.files import whole_file

SCHEMA_VERSION: Final = 1
"""Goes up whenever a column is added, removed or changes its type."""

DOCUMENTS: Final = "documents.parquet"
TAGS: Final = "tags.parquet"
_ROWS: Final = 512
_SCHEMA_KEY: Final = "yanpan.export.schema"
_ID_KEY: Final = "yanpan.export.id"


def _span(*more: tuple[str, pa.DataType]) -> pa.DataType:
    return pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), *more]))


DOCUMENT_SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("source_path", pa.string()),
        ("source_sha256", pa.string()),
        ("source_media_type", pa.string()),
        ("doc_type", pa.string()),
        ("text", pa.string()),
        ("sections", _span(("title", pa.string()), ("level", pa.int32()))),
        ("turns", _span(("speaker", pa.string()), ("role", pa.string()))),
        ("clauses", _span()),
        ("codebook_version", pa.string()),
        ("pipeline_version", pa.string()),
        ("tag_count", pa.int32()),
    ]
)

TAG_SCHEMA: Final = pa.schema(
    [
        ("document_id", pa.string()),
        ("number", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
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
    ]
)

_SOURCE: Final = ("path", "sha256", "media_type")


def write(annotations: Iterable[Annotation], out: Path) -> int:
    """Write both files into the folder ``out``; returns the number of documents."""
    metadata = {_SCHEMA_KEY: str(SCHEMA_VERSION), _ID_KEY: uuid4().hex}
    count = 0
    with whole_file(out / DOCUMENTS) as first, whole_file(out / TAGS) as second:
        documents = _Table(first, DOCUMENT_SCHEMA.with_metadata(metadata))
        with documents, _Table(second, TAG_SCHEMA.with_metadata(metadata)) as tags:
            for annotation in annotations:
                count += 1
                row = annotation.model_dump(mode="json")
                found, source = row.pop("tags"), row.pop("source")
                documents.add({**row, **{f"source_{key}": source[key] for key in _SOURCE}, "tag_count": len(found)})
                for number, tag in enumerate(found):
                    tags.add({"document_id": annotation.id, "number": number, **tag})
    return count


def read(folder: Path) -> Iterator[Annotation]:
    """The annotations again, in order.

    Raises:
        CorruptFileError: a file is missing, of another schema or of another export, or tags are missing.
        InvalidRecordError: a quote is not the text at its place.
    """
    paths = [folder / DOCUMENTS, folder / TAGS]
    ids = [_export_id(path) for path in paths]
    if ids[0] != ids[1]:
        raise CorruptFileError("the two files are of different exports", path=str(folder), expected="one export")
    tags = _rows(paths[1])
    for row in _rows(paths[0]):
        wanted = row.pop("tag_count")
        own = [tag for _, tag in zip(range(wanted), tags, strict=False)]
        if len(own) < wanted or any(
            tag.pop("document_id") != row["id"] or tag.pop("number") != n for n, tag in enumerate(own)
        ):
            raise CorruptFileError(
                "the tags of the document are not all there", path=str(paths[1]), place=f"id {row['id']!r}"
            )
        source = {key: row.pop(f"source_{key}") for key in _SOURCE}
        try:
            yield to_annotation({**row, "source": source, "tags": own}, None)
        except ReadingError as error:
            raise error.at(path=str(folder), place=f"id {row['id']!r}") from error


class _Table:
    """Rows on their way to a file, in row groups."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Append a row."""
        self._waiting.append(row)
        if len(self._waiting) >= _ROWS:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._waiting, self._schema))
        self._waiting = []


def _export_id(path: Path) -> str:
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowInvalid) as error:
        raise CorruptFileError(f"cannot be read: {error}", path=str(path), expected="a Parquet file") from error
    version = metadata.get(_SCHEMA_KEY.encode(), b"").decode()
    if version != str(SCHEMA_VERSION):
        raise CorruptFileError(f"has schema {version or 'unknown'}", path=str(path), expected=str(SCHEMA_VERSION))
    return str(metadata.get(_ID_KEY.encode(), b"").decode())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS):
            yield from batch.to_pylist()
