"""The measured samples: figures that must not fall, and that the measuring itself is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.identity import FIELD_NAMES
from nlp.identity.evaluate import main, measure, samples


def test_the_samples_are_of_all_genres_and_halves_do_not_share_a_text() -> None:
    development, test = list(samples("development")), list(samples("test"))
    assert (len(development), len(test)) == (22, 22)
    genres = {"talk_note", "inspection", "annual", "self_report", "verification", "survey", "poll", "prose"}
    assert genres <= {sample["genre"] for sample in test} & {sample["genre"] for sample in development}
    assert not {sample["text"] for sample in development} & {sample["text"] for sample in test}
    assert all(tuple(sample["expect"]) == FIELD_NAMES for sample in [*development, *test])


@pytest.mark.parametrize(("half", "precision", "recall"), [("development", 1.0, 1.0), ("test", 0.97, 0.94)])
def test_figures(half: str, precision: float, recall: float) -> None:
    counts = measure(half).values()
    right = sum(tally.right for tally in counts)
    assert right / sum(tally.given for tally in counts) >= precision
    assert right / sum(tally.expected for tally in counts) >= recall


def test_a_wrong_and_a_missing_answer_are_counted(tmp_path: Path) -> None:
    expect = dict.fromkeys(FIELD_NAMES)
    rows = [
        {
            "id": "a",
            "half": "test",
            "text": "考察对象：李某\n单位：A县教育局",
            "expect": {**expect, "subject": "王某", "unit": "A县教育局"},
        },
        {"id": "b", "half": "test", "text": "他很好。", "expect": {**expect, "subject": "李某"}},
    ]
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    counts = measure("test", path)
    subject, unit, date = counts["subject"], counts["unit"], counts["date"]
    assert (subject.right, subject.given, subject.expected, subject.precision, subject.recall) == (0, 1, 2, 0.0, 0.0)
    assert subject.misses == ["a: expected 王某, found 李某", "b: expected 李某, found None"]
    assert (unit.precision, unit.recall, date.precision, date.recall) == (1.0, 1.0, 1.0, 1.0)


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate"])
    main()
    printed = capsys.readouterr().out
    assert "test: 22 documents" in printed
    assert printed.count("P ") == 2 * (len(FIELD_NAMES) + 1)
