"""Runs without names: nothing in the destination's bytes, everything back with the key."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import ArchiveError, RedactionKeyError
from nlp.redaction import create_key_file, read_key_file
from nlp.schema import Annotation
from service.archive.hiding import Hiding
from service.archive.layout import Layout
from service.archive.manifest.reading import ManifestReader
from service.archive.record import RECORD_KEYS
from service.archive.records import read
from service.archive.run import Report
from service.redactions import restore_record

TALK = (
    "谈话记录\n时间：2024年5月12日\n谈话人：甄士诚\n谈话对象：张三丰（A县交通局局长）\n"
    "问：你对某项工作怎么看？\n答：李四同志处事公道，老李电话13900000001，某同志担当不够。\n"
)
NAMES = ("张三丰", "李四", "老李", "甄士诚", "13900000001", "990101197208150030", "贾明志", "王五")


def fill(write: Callable[..., Path]) -> None:
    write("张三丰/谈话 张三丰.txt", TALK)
    write("复制.txt", TALK)
    write("李四.txt", "李四同志某年处事公道。")
    row = {"id": "990101197208150030", "text": "贾明志同志某时实在。", "姓名": "贾明志", "电话": 13900000001, "序": 1}
    write("王五.jsonl", json.dumps(row, ensure_ascii=False) + "\n不是 JSON 王五\n")
    write("王五坏.docx", bytes(range(256)) * 20)
    write("李四标注出错.txt", "标注出错：李四")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("processes", [False, True])
def test_no_name_in_any_byte(
    archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path, form: str, processes: bool
) -> None:
    if processes and form == "parquet":
        pytest.skip("one format is enough for the processes")
    fill(write)
    key = tmp_path / "key.json"
    report = archive(processes=processes, redaction_key=key, format=form)
    assert (report.tally.documents, report.tally.failed, report.tally.partly) == (3, 2, 1)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    dest = tmp_path / "out"
    if form == "jsonl":
        for path in dest.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not [name for name in NAMES if name.encode() in content], path
                assert read_key_file(key).secret not in content
    records = list(read(dest))
    assert len(records) == 3
    assert not [name for name in NAMES if name in json.dumps(records, ensure_ascii=False)]
    for record in records:
        assert tuple(record) == RECORD_KEYS
        Annotation.model_validate({name: record[name] for name in Annotation.model_fields})
        for item in (record["identity"]["subject"], *record["identity"]["people"]):
            if item is not None:
                assert record["text"][item["start"] : item["end"]] == item["quote"]
    # The same person and number in two files: one pseudonym.
    texts = {record["text"] for record in records}
    assert sum("处事公道" in text for text in texts) == 2
    first = {text[text.index("答：") + 2 :][:9] for text in texts if "答：" in text}
    assert first == {text[:9] for text in texts if text.startswith("人员") and "某年" in text}


def test_the_key_brings_back_what_a_run_without_it_writes(
    archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path
) -> None:
    fill(write)
    archive(dest=tmp_path / "plain")
    archive(redaction_key=tmp_path / "key.json")
    key = read_key_file(tmp_path / "key.json")

    def by_id(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {record["id"]: record for record in records}

    plain = by_id(list(read(tmp_path / "plain")))
    back = by_id([restore_record(record, key) for record in read(tmp_path / "out")])
    for record in plain.values():
        assert record.pop("redaction") is None
    # The stand-in pipeline tags every 某, none of which is part of a name here, so that all offsets come back.
    assert back == plain


def test_a_run_goes_on_and_knows_its_files(
    archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path
) -> None:
    key = tmp_path / "key.json"
    write("张三丰.txt", TALK)
    archive(redaction_key=key)
    write("李四.txt", "李四同志某年处事公道。")
    report = archive(redaction_key=key)
    assert (report.tally.files, report.tally.documents) == (1, 1)
    hiding = Hiding(read_key_file(key).secret)
    with ManifestReader(Layout(tmp_path / "out")) as manifest:
        found = {hiding.path(path).decode(): name for name, path in manifest.paths()}
    assert set(found) == {"张三丰.txt", "李四.txt"}
    assert {record["identity"]["file"] for record in read(tmp_path / "out")} == set(found.values())
    (tmp_path / "in" / "李四.txt").write_text("李四同志某年某月处事公道。", encoding="utf-8")
    assert archive(redaction_key=key).tally.files == 1
    assert archive(redaction_key=key, retry_failed=True).tally.files == 0


def test_keys_are_not_mixed(archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path) -> None:
    write("张三丰.txt", TALK)
    archive(redaction_key=tmp_path / "key.json")
    create_key_file(tmp_path / "other.json")
    with pytest.raises(ArchiveError, match="begun with key"):
        archive(redaction_key=tmp_path / "other.json")
    with pytest.raises(ArchiveError, match="begun with key"):
        archive()
    (tmp_path / "key.json").unlink()
    with pytest.raises(RedactionKeyError, match="cannot be read"):
        archive(redaction_key=tmp_path / "key.json")
    archive(dest=tmp_path / "plain")
    with pytest.raises(ArchiveError, match="without --redact"):
        archive(dest=tmp_path / "plain", redaction_key=tmp_path / "other.json")
    with pytest.raises(ArchiveError, match="lies in the destination"):
        archive(dest=tmp_path / "third", redaction_key=tmp_path / "third" / "key.json")
    hiding = Hiding(read_key_file(tmp_path / "other.json").secret)
    with ManifestReader(Layout(tmp_path / "out")) as manifest, pytest.raises(RedactionKeyError):
        hiding.path(next(manifest.paths())[1])


def test_parts_of_the_second_schema_are_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from service.archive.formats.parquet import SCHEMA, ParquetFormat

    fields = [field for field in SCHEMA if field.name != "redaction"]
    schema = pa.schema(fields, metadata={**SCHEMA.metadata, b"yanpan.schema": b"2"})
    row = {
        "id": "1",
        "text": "某",
        "meta": "{}",
        "lines": [{"start": 0, "end": 1, "confidence": 0.5}],
        "anchors": [{"start": 0, "end": 1, "kind": "page", "number": 1, "label": None, "recognised": True}],
        "identity": {"file": "a", "document": 1, "people": [], "conflicts": []},
    }
    pq.write_table(pa.Table.from_pylist([row], schema), tmp_path / "old")
    (found,) = ParquetFormat().read(tmp_path / "old")
    assert tuple(found) == RECORD_KEYS
    assert found["redaction"] is None
    assert found["lines"] == row["lines"]
    assert found["anchors"] == row["anchors"]


def test_the_manifest_keeps_no_path_to_read(
    archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path
) -> None:
    write("张三丰.txt", TALK)
    archive(redaction_key=tmp_path / "key.json")
    database = sqlite3.connect(tmp_path / "out" / "manifest.sqlite")
    try:
        (path, name), settings = (
            database.execute("SELECT path, name FROM files").fetchone(),
            dict(database.execute("SELECT key, value FROM settings").fetchall()),
        )
    finally:
        database.close()
    assert "张三丰".encode() not in path
    assert name.startswith("文件")
    assert tmp_path.name not in settings["source"]
