"""Predictions brought to their gold documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.errors import InvalidRecordError, ReadingError
from nlp.evaluation.gold import GoldDocument, GoldTag
from nlp.evaluation.joining import align, join, read_documents
from nlp.structure.normalise import normalise

ODD = "\ufeff李某，ＡＢ镇\u200b镇长。\r\n处事\u200b公道，账目清楚。"


def _write(path: Path, *documents: GoldDocument) -> Path:
    path.write_text("".join(document.model_dump_json() + "\n" for document in documents), encoding="utf-8")
    return path


def test_tags_on_the_normalised_text_go_back_to_the_gold_text(document, tag) -> None:
    plain = normalise(ODD).text
    assert plain == "李某，AB镇镇长。\n处事公道，账目清楚。"
    (moved, last) = align(document(ODD), plain, [tag(plain, "处事公道", "fairness+"), tag(plain, "清楚", "integrity+")])
    assert moved.quote == "处事\u200b公道"
    assert last.quote == "清楚"
    for item in (moved, last):
        assert ODD[item.start : item.end] == item.quote


def test_tags_on_another_spelling_of_the_same_text(document, tag) -> None:
    plain = normalise(ODD).text
    (back,) = align(document(plain), ODD, [tag(ODD, "处事\u200b公道", "fairness+")])
    assert back.quote == "处事公道"
    assert plain[back.start : back.end] == back.quote
    other = ODD.replace("ＡＢ", "AB")
    (across,) = align(document(other), ODD, [tag(ODD, "处事\u200b公道", "fairness+")])
    assert across.quote == "处事\u200b公道"
    assert other[across.start : across.end] == across.quote


def test_equal_texts_keep_their_tags(document, tag) -> None:
    tags = (tag(ODD, "公道", "fairness+"),)
    assert align(document(ODD), ODD, tags) == tags


def test_another_text_is_refused_and_the_place_named(document) -> None:
    with pytest.raises(InvalidRecordError, match="character 3"):
        align(document("处事公道。"), "处事公正。", [])
    with pytest.raises(InvalidRecordError, match="character 4"):
        align(document("处事公道。"), "处事公道", [])


def test_tags_of_nothing_and_impossible_scores_are_refused(document, tag) -> None:
    with pytest.raises(InvalidRecordError, match="nothing"):
        align(document("处事公道。"), "处事\u200b公道。", [tag("处事\u200b公道。", "\u200b", "fairness+")])
    for score in (1.2, -0.1, float("nan")):
        with pytest.raises(InvalidRecordError, match="score"):
            align(document("处事公道。"), "处事公道。", [tag("处事公道。", "公道", "fairness+", score=score)])


def test_documents_are_joined_by_id(document, tag, tmp_path: Path) -> None:
    text = "处事公道。"
    right = tag(text, "公道", "fairness+")
    gold = _write(tmp_path / "gold.jsonl", *(document(text, right, id=name) for name in ("a", "b", "c")))
    pred = _write(
        tmp_path / "pred.jsonl", document(text, id="d"), document("别的。", id="c"), document(text, right, id="a")
    )
    failures: list[ReadingError] = []
    comparisons = join(read_documents(gold, failures), read_documents(pred, failures), failures)
    assert [(item.document.id, len(item.right)) for item in comparisons] == [("a", 1)]
    assert [(Path(error.path or "").name, error.place, error.code) for error in failures] == [
        ("pred.jsonl", "id 'd'", "invalid_record"),
        ("gold.jsonl", "id 'b'", "invalid_record"),
        ("pred.jsonl", "id 'c'", "invalid_record"),
    ]


def test_folders_and_ids_used_twice(document, tmp_path: Path) -> None:
    _write(tmp_path / "b.jsonl", document("二。", id="2"), document("三。", id="1"))
    _write(tmp_path / "a.jsonl", document("一。", id="1"))
    (tmp_path / "notes.txt").write_text("no document", encoding="utf-8")
    failures: list[ReadingError] = []
    documents = read_documents(tmp_path, failures)
    assert {name: placed.document.text for name, placed in documents.items()} == {"1": "一。", "2": "二。"}
    (error,) = failures
    assert (Path(error.path or "").name, error.place) == ("b.jsonl", "id '1'")
    assert "a.jsonl" in error.message


def test_broken_lines_and_empty_places(document, tmp_path: Path) -> None:
    path = _write(tmp_path / "x.jsonl", document("一。"))
    wrong = GoldTag.model_construct(start=0, end=1, quote="二", label="results", polarity="+")
    broken = document("一。").model_copy(update={"tags": (wrong,)})
    with path.open("a", encoding="utf-8") as stream:
        stream.write(broken.model_dump_json())
    with pytest.raises(InvalidRecordError) as caught:
        read_documents(path, [])
    assert caught.value.place == "line 2"
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "none.jsonl"):
        with pytest.raises(ReadingError, match=place.name):
            read_documents(place, [])
