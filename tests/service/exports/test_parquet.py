"""Parquet tables: a schema others can rely on, and the same annotations back."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.errors import CorruptFileError
from nlp.schema import Annotation, Tag
from service.exports.tables import parquet
from tests.service.exports.samples import annotation_of, annotations, tag_of

TEXT = "李某敢担当😀"


@given(st.lists(annotations(), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_round_trip(tmp_path: Path, items: list[Annotation]) -> None:
    rows = [item.model_copy(update={"id": str(number)}) for number, item in enumerate(items)]
    assert parquet.write(rows, tmp_path) == len(rows)
    assert list(parquet.read(tmp_path)) == rows


def test_more_rows_than_a_row_group(tmp_path: Path) -> None:
    rows = [annotation_of(TEXT, [tag_of(TEXT, 0, 2)] * (number % 3), id=str(number)) for number in range(1300)]
    parquet.write(rows, tmp_path)
    assert list(parquet.read(tmp_path)) == rows


def test_the_schema_is_written_down(tmp_path: Path) -> None:
    parquet.write([annotation_of(TEXT, [tag_of(TEXT, 2, 5)])], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents.parquet", "tags.parquet"]
    tags = pq.read_table(tmp_path / "tags.parquet")
    assert tags.schema.names == ["document_id", "number", *Tag.model_fields]
    assert tags.schema.field("score").type == pa.float64()
    assert tags.schema.metadata[b"yanpan.export.schema"] == b"1"
    assert tags.to_pylist()[0]["quote"] == "敢担当"
    documents = pq.read_table(tmp_path / "documents.parquet")
    assert documents.schema.metadata == tags.schema.metadata
    (row,) = documents.to_pylist()
    assert (row["source_path"], row["tag_count"]) == ("某县/谈话.docx", 1)
    # A change of columns needs a new version; this is version 1.
    assert documents.schema.names == [
        "id", "source_path", "source_sha256", "source_media_type", "doc_type", "text", "sections", "turns", "clauses",
        "codebook_version", "pipeline_version", "tag_count",
    ]  # fmt: skip


def test_files_of_two_exports_are_not_mixed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        parquet.write([annotation_of(TEXT, [tag_of(TEXT, 2, 5)])], tmp_path / name)
    (tmp_path / "a" / "tags.parquet").write_bytes((tmp_path / "b" / "tags.parquet").read_bytes())
    with pytest.raises(CorruptFileError, match="different exports"):
        list(parquet.read(tmp_path / "a"))


def test_missing_tags_are_noticed(tmp_path: Path) -> None:
    parquet.write([annotation_of(TEXT, [tag_of(TEXT, 2, 5), tag_of(TEXT, 0, 2)])], tmp_path)
    table = pq.read_table(tmp_path / "tags.parquet")
    pq.write_table(table.slice(0, 1), tmp_path / "tags.parquet")
    with pytest.raises(CorruptFileError, match="not all there"):
        list(parquet.read(tmp_path))


def test_files_of_others(tmp_path: Path) -> None:
    with pytest.raises(CorruptFileError):
        list(parquet.read(tmp_path))
    for name in ("documents", "tags"):
        pq.write_table(pa.table({"id": ["a"]}), tmp_path / f"{name}.parquet")
    with pytest.raises(CorruptFileError, match="schema unknown"):
        list(parquet.read(tmp_path))


def test_nothing_is_left_of_a_failed_export(tmp_path: Path) -> None:
    def rows():  # type: ignore[no-untyped-def]
        yield annotation_of(TEXT)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        parquet.write(rows(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
