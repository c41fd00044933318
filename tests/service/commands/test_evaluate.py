"""``yanpan evaluate`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lxml.html
import pytest

TEXT = "该同志处事公道，从不推诿扯皮。"


def _tag(quote: str, label: str, polarity: str = "+", text: str = TEXT, **more: Any) -> dict[str, Any]:
    start = text.index(quote)
    return {"start": start, "end": start + len(quote), "quote": quote, "label": label, "polarity": polarity, **more}


def _row(name: str, *tags: dict[str, Any], text: str = TEXT, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": text, "tags": list(tags), **more}


def _write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    _write(
        folder / "a.jsonl",
        _row("a1", _tag("处事公道", "fairness"), _tag("从不推诿扯皮", "responsibility"), doc_type="annual"),
    )
    _write(folder / "b.jsonl", _row("b1", _tag("处事公道", "fairness")))
    return folder


def test_prediction_against_gold(run, gold: Path, tmp_path: Path) -> None:
    pred = _write(
        tmp_path / "pred.jsonl",
        _row("b1", _tag("处事公道", "fairness", source="lexicon", score=0.8)),
        _row(
            "a1",
            _tag("公道", "fairness", source="lexicon", score=0.8),
            _tag("从不推诿扯皮", "responsibility", "-", source="classifier", score=0.6),
        ),
    )
    outputs = [tmp_path / "out" / name for name in ("r.html", "e.jsonl", "m.json")]
    done = run(
        *("evaluate", gold, pred, "--report", outputs[0], "--errors", outputs[1], "--json", outputs[2]),
        *("--resamples", 50),
    )
    assert done.returncode == 0, done.stderr
    for words in ("微平均 F1", "0.667", "公道正派", "年度考核", "词典", "极性相反 1", "重抽样 50 次"):
        assert words in done.stdout
    figures = json.loads(outputs[2].read_text(encoding="utf-8"))
    assert figures["micro"]["f1"] == pytest.approx(2 / 3)
    assert figures["by_source"]["classifier"]["value"] == 0
    assert figures["resamples"] == 50
    assert figures["intervals"]["f1"]["high"] == 1
    assert figures["about"]["已比较"] == "2/2 份"
    (miss,) = [json.loads(line) for line in outputs[1].read_text(encoding="utf-8").splitlines()]
    assert (miss["kind"], miss["document"], miss["clause"]) == ("wrong_polarity", "a1", "从不推诿扯皮")
    tree = lxml.html.parse(str(outputs[0]), lxml.html.HTMLParser(encoding="utf-8")).getroot()
    assert tree.xpath("//table[@id='misses']//mark")[0].text == "从不推诿扯皮"


def test_without_a_prediction_the_texts_are_annotated(run, tmp_path: Path) -> None:
    text = "\ufeff该同志处事\u200b公道，ＡＢ镇群众都服气。"
    gold = _write(tmp_path / "g.jsonl", _row("x", _tag("处事\u200b公道", "fairness", text=text), text=text))
    figures = tmp_path / "m.json"
    done = run("evaluate", gold, "--finder", "lexicon", "--json", figures)
    assert done.returncode == 0, done.stderr
    data = json.loads(figures.read_text(encoding="utf-8"))
    assert data["by_label"]["fairness"]["right"] == 1
    assert set(data["by_source"]) == {"lexicon"}


def test_the_output_of_annotate_is_a_prediction(run, tmp_path: Path) -> None:
    text = "\ufeff该同志处事\u200b公道。"
    gold = _write(tmp_path / "g.jsonl", _row("x", _tag("处事\u200b公道", "fairness", text=text), text=text))
    from nlp.pipeline import load

    pred = tmp_path / "p.jsonl"
    pred.write_text(load(finder="lexicon").annotate(text, id="x").model_dump_json(), encoding="utf-8")
    done = run("evaluate", gold, pred, "--json", tmp_path / "m.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["micro"]["recall"] == 1


def test_what_cannot_be_compared_is_named(run, gold: Path, tmp_path: Path) -> None:
    pred = _write(tmp_path / "pred.jsonl", _row("a1", _tag("处事公道", "fairness")), _row("nobody"))
    done = run("evaluate", gold, pred)
    assert done.returncode == 3
    assert "微平均 F1" in done.stdout
    assert "2 份人工标注中比较了 1 份" in done.stderr
    assert "b.jsonl, id 'b1'" in done.stderr
    assert "pred.jsonl, id 'nobody'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("side", ["gold", "pred"])
def test_an_invalid_line_ends_the_measurement(run, gold: Path, tmp_path: Path, side: str) -> None:
    wrong = {**_tag("处事公道", "fairness"), "quote": "处事公正"}
    broken = _write(tmp_path / "broken.jsonl", _row("a1"), _row("b1", wrong))
    done = run("evaluate", *((broken,) if side == "gold" else (gold, broken)))
    assert done.returncode == 3
    assert "broken.jsonl, line 2" in done.stderr
    assert "处事公正" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_nothing_in_common(run, gold: Path, tmp_path: Path) -> None:
    pred = _write(tmp_path / "pred.jsonl", _row("a1", text="别的话。"), _row("b1", text="该同志处事公正。"))
    done = run("evaluate", gold, pred, "--report", tmp_path / "r.html")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "character" in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_usage(run, gold: Path, tmp_path: Path) -> None:
    assert run("evaluate").returncode == 2
    assert run("evaluate", gold, "--finder", "guess").returncode == 2
    assert run("evaluate", gold, "--resamples", 0).returncode == 2
    missing = run("evaluate", tmp_path / "none.jsonl")
    assert missing.returncode == 3
    assert "none.jsonl" in missing.stderr
