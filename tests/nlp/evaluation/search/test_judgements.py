"""Queries and judgements as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.errors import InvalidRecordError, ReadingError
from nlp.evaluation.search.judgements import read_judgements, read_queries


def test_both_shapes_of_qrels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "qrels"
    path.write_text("q1 0 甲 2\nq1\t乙\t1\n\n", encoding="utf-8")
    assert read_judgements(path, {"甲", "乙"}) == {"q1": {"甲": 2, "乙": 1}}


@pytest.mark.parametrize(
    ("line", "what"),
    [("q1 0 甲", "not a judgement"), ("q1 0 丙 2", "no case 丙"), ("q1 0 甲 2\nq1 0 甲 1", "judged twice")],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "qrels"
    path.write_text("q0 0 甲 1\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InvalidRecordError, match=what) as caught:
        read_judgements(path, {"甲", "乙"})
    assert caught.value.place in ("line 2", "line 3")


def test_a_query_needs_an_id_and_a_text(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id":"q1","text":"新官不理旧账","kind":"phrase"}\n{"id":"q2"}\n', encoding="utf-8")
    with pytest.raises(InvalidRecordError, match="line 2"):
        read_queries(path)


def test_a_query_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id":"q1","text":"甲"}\n{"id":"q1","text":"乙"}\n', encoding="utf-8")
    with pytest.raises(InvalidRecordError, match="twice"):
        read_queries(path)


def test_binary_content_is_a_reading_error(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ReadingError):
        read_queries(path)
