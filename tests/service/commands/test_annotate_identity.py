"""``yanpan annotate --identity --split``."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from service.cli import app

NOTE = (
    "谈话记录（之{n}）\n谈话时间：2024年5月{d}日\n谈话人：钱某某\n谈话对象：{p}\n考察对象：李某（A镇镇长）\n\n"
    "问：他怎么样？\n答：办事公道，从不推诿扯皮。\n以上记录属实。\n"
)


def annotate(path: Path, *more: str) -> list[dict[str, object]]:
    done = CliRunner().invoke(app, ["annotate", str(path), "--format", "jsonl", "--finder", "lexicon", *more])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_bundle_is_split_and_identified_on_request(tmp_path: Path) -> None:
    path = tmp_path / "汇编.txt"
    path.write_text(
        "".join(NOTE.format(n=n, d=d, p=p) for n, d, p in (("一", 1, "赵某"), ("二", 2, "𠮷某"))), encoding="utf-8"
    )
    (whole,) = annotate(path)
    assert "identity" not in whole
    rows = annotate(path, "--split", "--identity", "--anchors")
    assert [row["id"] for row in rows] == [f"{path.as_posix()}#1", f"{path.as_posix()}#2"]
    assert [row["identity"]["date"]["value"] for row in rows] == ["2024-05-01", "2024-05-02"]
    assert [row["identity"]["subject"]["quote"] for row in rows] == ["李某", "李某"]
    assert [row["anchors"][0]["number"] for row in rows] == [1, 10]
    assert sum(len(row["tags"]) for row in rows) == len(whole["tags"]) > 0
