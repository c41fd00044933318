"""``yanpan export`` and ``yanpan import`` as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from nlp.pipeline import load
from nlp.schema import Annotation
from service.cli import app
from service.exports import docbin
from service.exports.tables import parquet
from tests.service.exports.samples import read_jsonl, sorted_tags, write_jsonl

Call = Callable[..., Result]
TEXTS = {
    "谈话-01": "问：李某怎么样？\n答：😀他敢于担当，从不推诿。不过学习抓得不紧。",
    "谈话-02": "𠮷镇群众说，他经常下村，为民办事。",
    "通知-03": "会议定于下周召开。",
}


@pytest.fixture(scope="module")
def annotated() -> list[Annotation]:
    pipeline = load(finder="lexicon")
    found = [pipeline.annotate(text, id=name) for name, text in TEXTS.items()]
    assert sum(len(item.tags) for item in found) >= 3
    return found


@pytest.fixture
def base(tmp_path: Path, annotated: list[Annotation]) -> Path:
    return write_jsonl(tmp_path / "base.jsonl", annotated)


@pytest.fixture
def call() -> Call:
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_label_studio(tmp_path: Path, base: Path, annotated: list[Annotation], call: Call) -> None:
    tasks, config = tmp_path / "tasks.json", tmp_path / "config.xml"
    done = call("export", base, "--to", "label-studio", "--out", tasks, "--label-config", config)
    assert (done.exit_code, done.stderr) == (0, f"已导出 3 份,写入 {tasks}\n标注界面写入 {config}\n")
    assert config.read_text("utf-8").startswith("<View>")
    rows = json.loads(tasks.read_text("utf-8"))
    for number, row in enumerate(rows[:2], 1):
        result = row["predictions"][0]["result"]
        annotations = [{"id": number, "completed_by": 1, "result": result}]
        if number == 1:
            annotations.append({"id": 9, "completed_by": 2, "result": []})
        row |= {"id": number, "annotations": annotations}
    rows[2] |= {"id": 3, "annotations": []}
    tasks.write_text(json.dumps(rows), encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    done = call("import", tasks, "--from", "label-studio", "--base", base, "--out", gold, "--keep-source")
    assert done.exit_code == 0
    assert f"已导入 2 份(标注员 1),写入 {tmp_path / 'gold.1.jsonl'}" in done.stderr
    assert "跳过 1 项:没有标注的任务" in done.stderr
    assert "1 份材料没有可用的人工标注" in done.stderr
    assert not gold.exists()
    first = read_jsonl(tmp_path / "gold.1.jsonl")
    assert [sorted_tags(row) for row in first] == [sorted_tags(item) for item in annotated[:2]]
    assert [(row["annotator"], row["tags"]) for row in read_jsonl(tmp_path / "gold.2.jsonl")] == [("2", [])]
    done = call("import", tasks, "--from", "label-studio", "--base", base, "--out", gold, "--annotator", "2")
    assert done.exit_code == 0
    assert [row["annotator"] for row in read_jsonl(gold)] == ["2"]


@pytest.mark.parametrize("tool", ["doccano", "brat"])
def test_back_from(tmp_path: Path, base: Path, annotated: list[Annotation], call: Call, tool: str) -> None:
    out, gold = tmp_path / "out", tmp_path / "gold.jsonl"
    assert call("export", base, "--to", tool, "--out", out).exit_code == 0
    done = call("import", out, "--from", tool, "--base", base, "--out", gold)
    assert (done.exit_code, done.stderr) == (0, f"已导入 3 份,写入 {gold}\n")
    rows = {row["id"]: row for row in read_jsonl(gold)}
    for item in annotated:
        tags = [tag.model_dump(mode="json") | {"source": "human", "score": 1.0} for tag in item.tags]
        assert sorted_tags(rows[item.id]) == sorted_tags({"tags": tags})
    done = call("evaluate", gold, base)
    assert done.exit_code == 0
    # The work can go out again.
    assert call("export", gold, "--to", "label-studio", "--out", tmp_path / "again.json").exit_code == 0


def test_tables_and_spacy(tmp_path: Path, base: Path, annotated: list[Annotation], call: Call) -> None:
    for to, name in (("parquet", "tables"), ("spacy", "a.spacy"), ("xlsx", "a.xlsx")):
        done = call("export", base, "--to", to, "--out", tmp_path / name)
        assert (done.exit_code, done.stderr) == (0, f"已导出 3 份,写入 {tmp_path / name}\n")
    assert list(parquet.read(tmp_path / "tables")) == annotated
    assert list(docbin.read(tmp_path / "a.spacy")) == annotated
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["证据"]
    assert sheet.max_row == 1 + sum(len(item.tags) for item in annotated)
    done = call("export", base, "--to", "xlsx", "--out", tmp_path / "a.xlsx", "--sheets", "document")
    assert done.exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["材料", *TEXTS]


@pytest.mark.parametrize("to", ["label-studio", "doccano", "brat", "spacy", "parquet", "xlsx"])
def test_a_bad_row_is_listed_and_the_rest_goes_on(
    tmp_path: Path, annotated: list[Annotation], call: Call, to: str
) -> None:
    bad = annotated[0].model_dump(mode="json")
    bad["tags"][0]["quote"] = "别的"
    path = write_jsonl(tmp_path / "base.jsonl", [bad, annotated[1]])
    done = call("export", path, "--to", to, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "已导出 1 份" in done.stderr
    (error,) = read_jsonl(tmp_path / "out.errors.jsonl")
    assert (error["path"], error["place"], error["expected"]) == (str(path), "line 1", "'别的'")
    assert annotated[0].tags[0].quote in error["message"]
    write_jsonl(path, annotated)
    assert call("export", path, "--to", to, "--out", tmp_path / "again").exit_code == 0
    assert not (tmp_path / "again.errors.jsonl").exists()


def test_a_shifted_span_keeps_its_document_out(tmp_path: Path, base: Path, call: Call) -> None:
    out, gold = tmp_path / "rows.jsonl", tmp_path / "gold.jsonl"
    config = tmp_path / "labels.json"
    call("export", base, "--to", "doccano", "--out", out, "--label-config", config)
    assert json.loads(config.read_text("utf-8"))
    rows = read_jsonl(out)
    rows[0]["label"][0][1] = 9999
    write_jsonl(out, [*rows, rows[1]])
    done = call("import", out, "--from", "doccano", "--base", base, "--out", gold)
    assert done.exit_code == 3
    assert [row["id"] for row in read_jsonl(gold)] == list(TEXTS)[1:]
    errors = read_jsonl(tmp_path / "gold.errors.jsonl")
    assert [error["place"] for error in errors] == ["line 1", "line 4"]
    assert "came before" in errors[1]["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "base.jsonl", "--to", "xlsx", "--out", "a.xlsx", "--label-config", "c.xml"),
        ("import", "x", "--from", "brat", "--base", "base.jsonl", "--out", "g.jsonl", "--annotator", "1"),
    ],
)
def test_options_that_have_no_meaning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: Path, call: Call, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*words)
    assert type(done.exception).__name__ == "ConfigurationError"
    assert "has no meaning" in str(done.exception)
