"""What a run does with files, old results and new versions."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from nlp.errors import ArchiveError, ArchiveLockedError, ConfigurationError, ReadingError
from nlp.schema import Annotation
from service.archive.layout import Layout
from service.archive.lock import run_lock
from service.archive.manifest.reading import ManifestReader
from service.archive.options import PartLimits, parse_size
from service.archive.record import RECORD_KEYS


def states(folder: Path) -> dict[str, int]:
    with ManifestReader(Layout(folder)) as manifest:
        return manifest.counts().states


def texts(rows) -> dict[str, str]:
    return {row["identity"]["file"]: row["text"] for row in rows}


def test_records_keep_the_contract_and_lead_back_to_the_file(archive, write, records, tmp_path):
    write("卷一/甲.txt", "李某，𠮷某😀说。\r\n第二行".encode("gb18030"))
    write("乙.jsonl", '{"id": "r1", "text": "张某。", "unit": "A镇"}\n{"id": "r2", "text": \n')
    write("空.txt", "")
    report = archive()
    assert (report.tally.documents, report.tally.failed, report.tally.partly) == (3, 0, 1)
    rows = {row["id"]: row for row in records()}
    assert rows.keys() == {"卷一/甲.txt", "r1", "空.txt"}
    for row in rows.values():
        assert tuple(row) == RECORD_KEYS
        annotation = Annotation.model_validate({key: row[key] for key in Annotation.model_fields})
        assert annotation.source.path == row["identity"]["file"]
    first = rows["卷一/甲.txt"]
    assert [tag["start"] for tag in first["tags"]] == [1, 4]
    assert [(anchor["kind"], anchor["number"]) for anchor in first["anchors"]] == [("line", 1), ("line", 2)]
    assert first["text"][first["anchors"][1]["start"] :] == "第二行"
    assert rows["r1"]["meta"] == {"unit": "A镇"}
    assert rows["空.txt"]["review"] == [{"reason": "no_text", "detail": ""}]
    (error,) = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text("utf-8").splitlines()]
    assert (error["code"], error["path"], error["place"]) == ("invalid_record", "乙.jsonl", "line 2")


def test_a_second_run_does_only_what_is_missing(archive, write, records, tmp_path):
    write("a.txt", "李某。")
    write("b.txt", "张某。")
    archive()
    before = (tmp_path / "out" / "parts" / "000001.jsonl").read_bytes()
    again = archive()
    assert (again.tally.total, again.workers) == (0, 0)
    write("c.txt", "王某。")
    assert archive().tally.total == 1
    assert texts(records()) == {"a.txt": "李某。", "b.txt": "张某。", "c.txt": "王某。"}
    assert (tmp_path / "out" / "parts" / "000001.jsonl").read_bytes() == before


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_changed_file_replaces_its_records_and_no_others(archive, write, records, form):
    for name in "abcdefg":
        write(f"{name}.txt", f"{name}：李某。")
    write("h.jsonl", "".join(f'{{"id": "h{n}", "text": "第{n}条"}}\n' for n in range(600)))
    archive(format=form)
    write("b.txt", "b：已改，张某某。")
    write("h.jsonl", "".join(f'{{"id": "h{n}", "text": "第{n}条改"}}\n' for n in range(3)))
    report = archive(format=form)
    assert report.tally.total == 2
    rows = records()
    assert len(rows) == 10
    assert {row["text"] for row in rows if row["identity"]["file"] == "h.jsonl"} == {"第0条改", "第1条改", "第2条改"}
    others = {name: text for name, text in texts(rows).items() if name != "h.jsonl"}
    expected = {f"{name}.txt": f"{name}：李某。" for name in "acdefg"}
    assert others == expected | {"b.txt": "b：已改，张某某。"}


def test_upgrade_does_again_what_an_older_version_did(archive, write, records, tmp_path):
    for number in range(12):
        write(f"{number:02d}.txt", f"第{number}号，李某。")
    write("坏.txt", bytes(range(256)) * 40)
    archive()
    with sqlite3.connect(tmp_path / "out" / "manifest.sqlite") as old:
        old.execute("UPDATE files SET pipeline_version = '0.0.9' WHERE name < '07' OR state = 'failed'")
    old.close()
    assert archive().tally.total == 0
    assert archive(upgrade=True).tally.total == 8
    assert len(records()) == 12
    assert archive(upgrade=True).tally.total == 0
    with pytest.raises(ConfigurationError, match="finder lexicon"):
        archive(finder="both")
    assert archive(finder="both", upgrade=True).tally.total == 13
    assert len(records()) == 12


def test_failed_files_are_listed_and_retried_alone(archive, write, records, tmp_path):
    write("好.txt", "李某。")
    good = '{"id": "1", "text": "张某。"}\n'
    write("半.jsonl", good + "{\n")
    bad = write("坏.docx", b"PK\x03\x04 cut off")
    assert (archive().tally.failed, states(tmp_path / "out")) == (1, {"done": 2, "failed": 1})
    with ManifestReader(Layout(tmp_path / "out")) as manifest:
        found = [(failure.name, failure.state, failure.errors[0]["code"]) for failure in manifest.failures()]
    assert found == [("半.jsonl", "done", "invalid_record"), ("坏.docx", "failed", "corrupt_file")]
    write("新.txt", "不该做")
    assert archive(retry_failed=True).tally.total == 2
    write("半.jsonl", good + '{"id": "2", "text": "王某。"}\n')
    bad.write_bytes("坏的已换成文本。".encode())
    assert archive(retry_failed=True).tally.failed == 0
    assert sorted(row["text"] for row in records()) == ["坏的已换成文本。", "张某。", "李某。", "王某。"]
    assert not (tmp_path / "out" / "errors.jsonl").read_bytes()


def test_a_failure_takes_no_older_record_away(archive, write, records):
    write("a.txt", "李某。")
    archive()
    write("a.txt", bytes(range(256)) * 40)
    assert archive().tally.failed == 1
    assert texts(records()) == {"a.txt": "李某。"}


def test_copies_are_linked_and_done_once(archive, write, records, tmp_path):
    write("a.txt", "李某。")
    write("b/c.txt", "李某。")
    write("b/d.txt", "李某。")
    report = archive()
    assert (report.tally.duplicates, report.tally.documents) == (2, 1)
    assert states(tmp_path / "out") == {"done": 1, "duplicate": 2}
    with ManifestReader(Layout(tmp_path / "out")) as manifest:
        assert manifest.copies() == {"a.txt": ["b/c.txt", "b/d.txt"]}
    write("a.txt", "换了内容。")
    archive()
    assert texts(records()) == {"a.txt": "换了内容。", "b/c.txt": "李某。"}


def test_a_copy_of_a_failed_file_is_tried_when_its_ending_may_help(archive, write, records, tmp_path):
    lines = '{"id": "1", "text": "张某。"}\n'.encode()
    write("a.docx", b"PK\x03\x04" + lines)
    write("b.docx", b"PK\x03\x04" + lines)
    write("c.zip", b"PK\x03\x04" + lines)
    archive()
    assert states(tmp_path / "out") == {"failed": 2, "duplicate": 1}
    assert not records()


def test_a_copy_outlives_its_original(archive, write, records, tmp_path):
    """The original was linked to by a run that stopped before it was done, and is gone when its turn comes."""
    write("a.txt", "李某。")
    write("b.txt", "李某。")
    archive()
    with sqlite3.connect(tmp_path / "out" / "manifest.sqlite") as db:
        db.execute("UPDATE files SET state = 'found' WHERE name = 'a.txt'")
    db.close()
    (tmp_path / "in" / "a.txt").unlink()
    (tmp_path / "out" / "parts" / "000001.jsonl").unlink()
    archive()
    assert texts(records()) == {"b.txt": "李某。"}


def test_near_duplicates_are_grouped(archive, write, tmp_path):
    text = (
        "该同志处事公道，从不推诿扯皮，遇到矛盾不绕着走，群众有事找他他都接待，村里修路他天天在工地上。"
        "去年汛期连着半个月没有回家，带着村干部一户一户排查，转移了三十多户，没有出一起伤亡。"
    )
    write("定稿.txt", text)
    write("草稿.txt", text.replace("天天", "每天"))
    write("副本.txt", text)
    write("重排.txt", text + "\n")
    write("另.txt", "王某分管财务，账目清楚，报销从严，三年没有出过一笔差错，年年审计没有问题，干部都服气。")
    archive()
    (group,) = [json.loads(line) for line in (tmp_path / "out" / "groups.jsonl").read_text("utf-8").splitlines()]
    members = {member["file"]: member for member in group["members"]}
    assert members.keys() == {"副本.txt", "草稿.txt", "重排.txt"}
    assert members["副本.txt"]["copies"] == ["定稿.txt"]
    assert 0.8 <= members["草稿.txt"]["similarity"] < 1


def test_a_destination_keeps_to_one_source_and_format(archive, write, records, tmp_path):
    write("a.txt", "李某。")
    archive()
    with pytest.raises(ArchiveError, match="are jsonl"):
        archive(format="parquet")
    (tmp_path / "in").rename(tmp_path / "moved")
    (tmp_path / "in").mkdir()
    with pytest.raises(ReadingError, match="does not exist"):
        archive(source=tmp_path / "gone")
    with pytest.raises(ArchiveError, match="made from"):
        archive(source=tmp_path / "moved")
    assert archive(source=tmp_path / "moved", moved=True).tally.total == 0
    assert len(records()) == 1


def test_the_destination_may_lie_inside_the_source(archive, write, tmp_path):
    write("a.txt", "李某。")
    assert archive(dest=tmp_path / "in" / "out").tally.total == 1
    assert archive(dest=tmp_path / "in" / "out").tally.total == 0
    with pytest.raises(ArchiveError, match="is the source"):
        archive(dest=tmp_path / "in")


def test_one_run_at_a_time(archive, write, tmp_path):
    write("a.txt", "李某。")
    (tmp_path / "out").mkdir()
    with run_lock(tmp_path / "out" / "LOCK"), pytest.raises(ArchiveLockedError, match=f"process {os.getpid()}"):
        archive()
    # A dead run's lock file is none.
    (tmp_path / "out" / "LOCK").write_text('{"pid": 1, "host": "x", "started": "2020"}', encoding="utf-8")
    assert archive().tally.documents == 1


def test_names_that_are_no_text(archive, write, records, tmp_path):
    (tmp_path / "in" / os.fsdecode("考察".encode("gbk") + b".txt")).write_text("李某。", encoding="utf-8")
    (tmp_path / "in" / os.fsdecode(b"\xff\xfe.txt")).write_text("张某。", encoding="utf-8")
    assert archive().tally.documents == 2
    assert "考察.txt" in texts(records())


def test_parts_close_at_their_limits(archive, write, records, tmp_path):
    for number in range(7):
        write(f"{number}.txt", f"第{number}号。" * 30)
    archive(part=PartLimits(max_bytes=1500))
    assert len(list((tmp_path / "out" / "parts").iterdir())) > 2
    assert len(records()) == 7


@pytest.mark.parametrize(
    ("text", "size"), [("4G", 4 << 30), ("1.5 GB", 3 << 29), ("800m", 800 << 20), ("1024", 1024), ("2GiB", 2 << 30)]
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "0", "viel", "1e999G", "nan"])
def test_no_sizes(text):
    with pytest.raises(ConfigurationError, match="is no size"):
        parse_size(text)
