"""The measured samples: well made, and figures that must not fall."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.redaction import evaluate
from nlp.redaction.evaluate import Counts, Half, main, measure, samples
from nlp.redaction.model import KINDS


def test_spans_are_right_and_halves_do_not_share_a_text() -> None:
    development, test = list(samples("development")), list(samples("test"))
    assert len(development) <= 30
    assert len(development) + len(test) >= 120
    assert not {sample["text"] for sample in development} & {sample["text"] for sample in test}
    assert len({sample["genre"] for sample in test}) >= 20
    for sample in [*development, *test]:
        last = 0
        for span in sample["spans"]:
            assert sample["text"][span["start"] : span["end"]] == span["quote"]
            assert last <= span["start"] < span["end"]
            assert span["kind"] in KINDS
            last = span["end"]
    marked = {span["kind"] for sample in test for span in sample["spans"]}
    assert marked == set(KINDS)
    assert sum(not sample["spans"] for sample in test) >= 10


@pytest.mark.parametrize(("half", "precision", "recall"), [("development", 0.97, 0.88), ("test", 0.94, 0.83)])
def test_figures(half: Half, precision: float, recall: float) -> None:
    counts = measure(half)
    assert counts["all"].precision >= precision
    assert counts["all"].recall >= recall
    for kind in KINDS:
        if kind != "person":
            assert counts[kind].recall >= 0.95
            assert counts[kind].precision >= 0.95


def test_the_measuring_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "李四同志电话13900000001，召忽在。"
    spans = [
        {"start": 0, "end": 2, "quote": "李四", "kind": "person"},
        {"start": 18, "end": 20, "quote": "召忽", "kind": "person"},
    ]
    assert text[18:20] == "召忽"
    row = json.dumps({"id": "a", "genre": "x", "text": text, "spans": spans}, ensure_ascii=False)
    for half in evaluate.HALVES:
        (tmp_path / f"{half}.jsonl").write_text(row + "\n", encoding="utf-8")
    monkeypatch.setattr(evaluate, "corpora_path", lambda _, name: tmp_path / name)
    counts = measure("test")
    person, phone = counts["person"], counts["phone"]
    assert (person.right, person.given, person.marked, person.covered, person.characters) == (1, 1, 2, 2, 4)
    assert (person.precision, person.recall, person.hidden) == (1.0, 0.5, 0.5)
    assert (phone.right, phone.given, phone.marked, phone.precision) == (0, 1, 0, 0.0)
    assert Counts().f1 == 1.0
    main(["--misses"])
    out = capsys.readouterr().out
    assert "a not found: 召忽" in out
    assert "a wrong: 13900000001" in out
