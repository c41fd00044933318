"""doccano's rows: UTF-16 code units out and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nlp.errors import ReadingError
from nlp.schema import Annotation
from service.exports.doccano.naming import label_types
from service.exports.doccano.reading import read
from service.exports.doccano.writing import Offsets, to_row, write
from service.exports.gold import to_gold
from service.exports.human import HumanDocument, Skipped
from tests.service.exports.samples import BOOK, annotation_of, annotations, sorted_tags, tag_of, write_jsonl

TEXT = "😀李某不推诿。"
BASE = annotation_of(TEXT, [tag_of(TEXT, 1, 6)])


def read_back(
    tmp_path: Path, rows: list[Any], base: Annotation = BASE
) -> tuple[list[HumanDocument], list[ReadingError]]:
    failures: list[ReadingError] = []
    path = write_jsonl(tmp_path / "all.jsonl", rows)
    return list(read(path, {base.id: base}, failures, Skipped())), failures


@pytest.mark.parametrize("offsets", ["utf-16", "code-points"])
@given(annotation=annotations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_round_trip(tmp_path: Path, offsets: Offsets, annotation: Annotation) -> None:
    row = to_row(annotation, BOOK, offsets)
    # doccano sorts spans and puts its own id into the row.
    documents, failures = read_back(tmp_path, [{"id": 5, **row, "label": sorted(row["label"])}], annotation)
    assert failures == []
    assert sorted_tags(to_gold(documents[0], annotation, BOOK, keep_source=True)) == sorted_tags(annotation)


@given(annotations())
def test_javascript_finds_the_quotes(annotation: Annotation) -> None:
    units = annotation.text.encode("utf-16-le")
    for (start, end, _), tag in zip(to_row(annotation, BOOK)["label"], annotation.tags, strict=True):
        assert units[2 * start : 2 * end].decode("utf-16-le") == tag.quote


def test_the_form_with_entities(tmp_path: Path) -> None:
    row = to_row(BASE, BOOK)
    entities = [{"id": 1, "start_offset": 2, "end_offset": 7, "label": "responsibility|-"}]
    del row["label"]
    documents, failures = read_back(tmp_path, [{**row, "entities": entities, "relations": []}])
    assert failures == []
    (span,) = documents[0].spans
    assert (span.start, span.end, dict(span.attributes)) == (
        1,
        6,
        {"polarity": "-", "status": "observed", "subject": "target", "kind": "judgement"},
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": [[1, 7, "responsibility|+"]]}, "inside a character"),
        ({"label": [[0, 99, "responsibility|+"]]}, "does not fit"),
        ({"label": [[0, 2, "responsibility"]]}, "has no polarity"),
        ({"label": [[0, 2, "responsibility|+|seen"]]}, "has the status 'seen'"),
        ({"label": [[0, 2, "a|+|observed|target|fact|x"]]}, "has 6 parts"),
        ({"label": [7]}, "7 is no span"),
        ({"label": None}, "has no spans"),
        ({"text": TEXT.replace("不", "")}, "from character 3 on"),
        ({"document": None}, "None is not in the base"),
        ({"offsets": "bytes"}, "counted in 'bytes'"),
    ],
)
def test_bad_rows_name_their_line_and_the_rest_goes_on(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    good = to_row(BASE, BOOK)
    documents, failures = read_back(tmp_path, [{**good, **change}, good])
    assert [document.place for document in documents] == ["line 2"]
    assert [error.place for error in failures] == ["line 1"]
    assert message in failures[0].message


def test_lines_that_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("{\n\n[]\n")
    failures: list[ReadingError] = []
    assert list(read(path, {}, failures, Skipped())) == []
    assert [error.place for error in failures] == ["line 1", "line 3"]


def test_labels_to_import(tmp_path: Path) -> None:
    odd = annotation_of(TEXT, [tag_of(TEXT, 0, 1, "learning", status="reported", subject="team")])
    used: set[str] = set()
    assert write([odd], tmp_path / "rows.jsonl", BOOK, [], used=used) == 1
    rows = json.loads(label_types(BOOK, used))
    names = [row["text"] for row in rows]
    assert len(names) == len(set(names)) == 4 * len(BOOK.ids) + 1
    assert "learning|+|reported|team|judgement" in names
    assert {"text", "suffix_key", "background_color", "text_color"} == set(rows[0])
