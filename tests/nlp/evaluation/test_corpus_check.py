"""The corpus checker finds what is planted, and nothing in the shipped corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import InvalidRecordError
from nlp.evaluation.corpus_check import check_corpus

LINE = "他带着老支书一户一户去敲门，半个月把三十七户的地界都谈拢了"


def _tag(text: str, quote: str, label: str = "mass_work") -> dict[str, Any]:
    start = text.index(quote)
    return {"start": start, "end": start + len(quote), "quote": quote, "label": label, "polarity": "+"}


def _corpus(folder: Path, first: list[dict[str, Any]], second: list[dict[str, Any]]) -> Path:
    (folder / "clauses").mkdir()
    for author, rows in (("jia", first), ("yi", second)):
        for place, kind in ((folder, "id"), (folder / "clauses", "author")):
            chosen = [row for row in rows if ("id" in row) == (kind == "id")]
            text = "".join(json.dumps({"author": author, **row}, ensure_ascii=False) + "\n" for row in chosen)
            (place / f"{author}.jsonl").write_text(text, encoding="utf-8")
    (folder / "splits.yaml").write_text("train: [jia]\ntest: [yi]\n", encoding="utf-8")
    return folder


def _document(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": text, "tags": [_tag(text, text)], **more}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (LINE, "the same text"),
        (LINE.replace("三十七户", "三十九户"), "nearly the same"),
        (LINE.replace("，", " ， ") + "。", "the same text"),
    ],
)
def test_texts_in_two_splits_are_found(tmp_path: Path, other: str, found: str) -> None:
    check = check_corpus(_corpus(tmp_path, [_document("a", LINE)], [_document("b", other)]))
    (problem,) = check.problems
    assert found in problem
    assert problem.startswith("b: ")


def test_a_clause_of_the_bank_copied_into_a_document_is_found(tmp_path: Path) -> None:
    clause = {"text": LINE, "tags": [{"label": "mass_work", "polarity": "+"}]}
    (problem,) = check_corpus(_corpus(tmp_path, [clause], [_document("b", LINE)])).problems
    assert "clauses/jia line 1" in problem


def test_other_texts_and_untagged_lines_are_no_problem(tmp_path: Path) -> None:
    heading = "二、存在的主要问题和不足之处\n"
    rows = [
        {"id": name, "text": heading + text, "tags": [_tag(heading + text, text)]}
        for name, text in (("a", LINE), ("b", "账上只剩八百块，他把自己的工资先垫上给护林员发了补助"))
    ]
    assert check_corpus(_corpus(tmp_path, rows[:1], rows[1:])).problems == []


def test_wrong_labels_authors_ids_and_doubles_are_found(tmp_path: Path) -> None:
    tag = _tag(LINE, LINE)
    rows = [
        {"id": "a", "text": LINE, "tags": [tag, tag]},
        {"id": "a", "text": LINE, "tags": [_tag(LINE, LINE, "kindness")], "author": "bing"},
        {"text": LINE[:20], "tags": [], "mistaken_for": "kindness"},
    ]
    problems = check_corpus(_corpus(tmp_path, rows, [])).problems
    assert [problem for problem in problems if "mass_work twice" in problem]
    assert [problem for problem in problems if "unknown label kindness" in problem]
    assert [problem for problem in problems if "author bing" in problem]
    assert [problem for problem in problems if "the id is used 2 times" in problem]
    assert [problem for problem in problems if "clauses/jia line 1: unknown label" in problem]


def test_a_quote_that_is_not_in_the_text_is_an_error_with_its_line(tmp_path: Path) -> None:
    bad = {"id": "b", "text": LINE, "tags": [{**_tag(LINE, LINE), "quote": "别的话"}]}
    with pytest.raises(InvalidRecordError, match=r"jia\.jsonl, line 2"):
        check_corpus(_corpus(tmp_path, [_document("a", LINE), bad], []))
