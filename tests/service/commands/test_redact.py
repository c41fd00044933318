"""``yanpan redact``, ``archive run --redact`` and ``export --redact`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

TALK = "谈话记录\n谈话对象：张三丰（A县交通局局长）\n答：李四同志处事公道，从不推诿扯皮，老李电话13900000001。\n"
NAMES = ("张三丰", "李四", "老李", "13900000001")


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def no_names(path: Path) -> bool:
    return not any(name in path.read_text(encoding="utf-8") for name in NAMES)


def test_texts_and_annotations_there_and_back(run, tmp_path: Path) -> None:
    (tmp_path / "李四.txt").write_text(TALK, encoding="utf-8")
    key = tmp_path / "key.json"
    assert run("redact", "key", key).returncode == 0
    again = run("redact", "key", key)
    assert again.returncode == 3
    assert "already" in again.stderr
    assert "Traceback" not in again.stderr

    shown = run("redact", "find", tmp_path / "李四.txt")
    assert "姓名\t谈话记录 谈话对象：【张三丰】" in shown.stdout
    found = [json.loads(line) for line in run("redact", "find", "李四.txt", "--json").stdout.splitlines()]
    assert [item["quote"] for item in found] == ["张三丰", "李四", "老李", "13900000001"]

    done = run("redact", "text", "李四.txt", "--out", "text.jsonl", "--key", key)
    assert done.returncode == 0, done.stderr
    assert no_names(tmp_path / "text.jsonl")
    assert run("redact", "restore", "text.jsonl", "--out", "back.jsonl", "--key", key).returncode == 0
    assert rows(tmp_path / "back.jsonl")[0]["text"] == TALK

    run("annotate", "李四.txt", "--out", "marked.jsonl", "--finder", "lexicon", "--anchors", "--identity")
    done = run("redact", "annotations", "marked.jsonl", "--out", "hidden.jsonl", "--key", key)
    assert done.returncode == 0, done.stderr
    assert no_names(tmp_path / "hidden.jsonl")
    assert run("redact", "restore", "hidden.jsonl", "--out", "whole.jsonl", "--key", key).returncode == 0
    assert rows(tmp_path / "whole.jsonl") == rows(tmp_path / "marked.jsonl")

    twice = run("redact", "annotations", "hidden.jsonl", "--out", "twice.jsonl", "--key", key)
    assert twice.returncode == 3
    assert "already" in twice.stderr
    assert rows(tmp_path / "twice.jsonl") == []


def test_a_row_that_cannot_be_changed_is_listed_and_not_written(run, tmp_path: Path) -> None:
    key, other = tmp_path / "key.json", tmp_path / "other.json"
    run("redact", "key", key)
    run("redact", "key", other)
    (tmp_path / "a.txt").write_text(TALK, encoding="utf-8")
    run("redact", "text", "a.txt", "--out", "hidden.jsonl", "--key", key)
    with (tmp_path / "hidden.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "2", "text": "没有去标识"}\n[]\n不是 JSON\n')
    wrong = run("redact", "restore", "hidden.jsonl", "--out", "back.jsonl", "--key", other)
    assert wrong.returncode == 3
    assert rows(tmp_path / "back.jsonl") == []
    assert len(rows(tmp_path / "back.errors.jsonl")) == 4
    right = run("redact", "restore", "hidden.jsonl", "--out", "back.jsonl", "--key", key)
    assert right.returncode == 3
    assert [row["text"] for row in rows(tmp_path / "back.jsonl")] == [TALK]
    assert len(rows(tmp_path / "back.errors.jsonl")) == 3


def test_an_export_goes_out_without_names_and_its_work_comes_back(run, tmp_path: Path) -> None:
    (tmp_path / "李四.txt").write_text(TALK, encoding="utf-8")
    run("annotate", "李四.txt", "--out", "marked.jsonl", "--finder", "lexicon")
    done = run("export", "marked.jsonl", "--to", "doccano", "--out", "tasks.jsonl", "--redact")
    assert done.returncode == 0, done.stderr
    assert no_names(tmp_path / "tasks.jsonl")
    sealed, key = tmp_path / "tasks.jsonl.redaction.jsonl", tmp_path / "tasks.jsonl.redaction-key.json"
    assert no_names(sealed)
    # What an annotator would hand in: text, and one tag of their own.
    (row,) = rows(sealed)
    text = str(row["text"])
    at = text.index("处事公道")
    tag = {"start": at, "end": at + 4, "quote": "处事公道", "label": "fairness", "polarity": "+"}
    work = {"id": row["id"], "text": text, "tags": [tag]}
    (tmp_path / "work.jsonl").write_text(json.dumps(work, ensure_ascii=False) + "\n", encoding="utf-8")
    back = run("redact", "restore", "work.jsonl", "--base", sealed, "--out", "back.jsonl", "--key", key)
    assert back.returncode == 0, back.stderr
    (restored,) = rows(tmp_path / "back.jsonl")
    assert (restored["id"], restored["text"]) == ("李四.txt", TALK)
    start = TALK.index("处事公道")
    assert restored["tags"] == [{**tag, "start": start, "end": start + 4}]
    useless = run("export", "marked.jsonl", "--to", "doccano", "--out", "x.jsonl", "--redact-key", key)
    assert useless.returncode == 2


def test_an_archive_without_names(run, tmp_path: Path) -> None:
    inbox = tmp_path / "档案"
    inbox.mkdir()
    (inbox / "李四.txt").write_text(TALK, encoding="utf-8")
    common = ("--out", tmp_path / "结果", "--workers", 1, "--finder", "lexicon")
    done = run("archive", "run", inbox, *common, "--redact")
    assert done.returncode == 0, done.stderr
    key = tmp_path / "结果.redaction-key.json"
    assert str(key) in done.stderr
    for path in (tmp_path / "结果").rglob("*"):
        if path.is_file():
            assert not any(name.encode() in path.read_bytes() for name in NAMES)
    files = run("redact", "files", tmp_path / "结果", "--key", key)
    code, name = files.stdout.strip().split("\t")
    assert name == "李四.txt"
    back = run("redact", "restore", tmp_path / "结果", "--out", "back.jsonl", "--key", key)
    assert back.returncode == 0, back.stderr
    assert rows(tmp_path / "back.jsonl")[0]["text"] == TALK
    assert code.endswith(".txt")
    refused = run("archive", "run", inbox, *common)
    assert refused.returncode == 3
    assert "begun with key" in refused.stderr
