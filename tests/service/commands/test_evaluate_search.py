"""``yanpan evaluate-search`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = [
    {"id": "show", "text": "迎检前连夜把沿街的墙刷白，检查组一走，污水照流。"},
    {"id": "debt", "text": "前任签的合同，他一概不认，企业跑了十几趟没有结果。"},
    {"id": "flood", "text": "汛期他三天三夜守在堤上，群众全部转移。"},
]
QUERIES = [
    {"id": "q1", "kind": "phrase", "text": "连夜刷墙迎检"},
    {"id": "q2", "kind": "narrative", "text": "新来的局长说前任签的合同不归他管，企业跑了十几趟。"},
    {"id": "q3", "kind": "phrase", "text": "没有判断的查询"},
]
QRELS = "q1 0 show 2\nq2 0 debt 2\nq2 0 flood 0\n"


def _lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    qrels = tmp_path / "qrels"
    qrels.write_text(QRELS, encoding="utf-8")
    names = [_lines(tmp_path / "cases.jsonl", CASES), _lines(tmp_path / "queries.jsonl", QUERIES), qrels]
    return [str(name) for name in names]


@pytest.mark.slow
def test_channels_fusion_and_baselines_in_one_run(run, files: list[str], tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    page = tmp_path / "report.html"
    done = run("evaluate-search", *files, "--json", str(out), "--report", str(page), "--resamples", "20")
    assert done.returncode == 0, done.stderr
    assert "nDCG@10" in done.stdout
    assert "1 条查询没有相关性判断" in done.stderr
    found = {row["system"]: row for row in json.loads(out.read_text(encoding="utf-8"))}
    assert {"fused", "bm25", "dense", "tags", "rrf", "tfidf"} <= set(found)
    assert found["bm25"]["overall"]["ndcg@10"]["value"] == 1.0
    assert found["fused"]["overall"]["queries"] == 2
    assert set(found["fused"]["by_kind"]) == {"phrase", "narrative"}
    html = page.read_text(encoding="utf-8")
    assert "相似案例检索评估报告" in html
    assert f"{found['fused']['overall']['ndcg@10']['value']:.3f}" in html


def test_a_judgement_of_an_unknown_case_stops_before_any_work(run, files: list[str]) -> None:
    Path(files[2]).write_text("q1 0 nobody 2\n", encoding="utf-8")
    done = run("evaluate-search", *files)
    assert done.returncode == 3
    assert "nobody" in done.stderr
    assert "line 1" in done.stderr
