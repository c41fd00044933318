"""The commands as an archivist runs them, with the real pipeline."""

from __future__ import annotations

import json
from pathlib import Path

from nlp.schema import Annotation


def test_run_status_failures(run, tmp_path: Path) -> None:
    inbox = tmp_path / "档案"
    inbox.mkdir()
    (inbox / "a.txt").write_text("该同志处事公道，从不推诿扯皮。", encoding="utf-8")
    (inbox / "b.txt").write_bytes("李某担当不够，𠮷某说。".encode("gb18030"))
    (inbox / "坏.txt").write_bytes(bytes(range(256)) * 40)
    common = ("--out", tmp_path / "结果", "--workers", 1, "--finder", "lexicon", "--format", "parquet")
    done = run("archive", "run", inbox, *common)
    assert done.returncode == 3, done.stderr
    assert "3/3 份文件,2 份文书,失败 1" in done.stderr
    from service.archive.records import read

    for row in read(tmp_path / "结果"):
        annotation = Annotation.model_validate({key: row[key] for key in Annotation.model_fields})
        assert annotation.tags
    status = run("archive", "status", tmp_path / "结果")
    assert status.returncode == 0, status.stderr
    assert "完成 2、失败 1、重复 0" in status.stdout
    assert json.loads(run("archive", "status", tmp_path / "结果", "--json").stdout)["documents"] == 2
    failures = run("archive", "failures", tmp_path / "结果")
    assert "坏.txt\t失败\t试过 1 次" in failures.stdout
    again = run("archive", "run", inbox, *common)
    assert again.returncode == 0, again.stderr
    assert "没有需要处理的文件" in again.stderr


def test_errors_are_one_line_in_chinese_and_one_in_english(run, tmp_path: Path) -> None:
    nowhere = run("archive", "status", tmp_path)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (3, 2)
    assert "there is no archive here" in nowhere.stderr
    assert "does not exist" in run("archive", "run", tmp_path / "无", "--out", tmp_path / "x").stderr
