"""What exports read: JSONL, folders, archives, gold documents; bad rows by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import ReadingError
from nlp.resources import corpora_path
from nlp.schema import Annotation
from service.archive.engines.local import LocalEngine
from service.archive.options import FormatName, RunOptions
from service.archive.outcome import FileOutcome, FileTask
from service.archive.preparing import make_engine
from service.archive.run import run_archive
from service.archive.stage import Stage
from service.exports.annotations import read_annotations
from tests.service.exports.samples import BOOK, annotation_of, tag_of, write_jsonl

GOOD = annotation_of("李某敢担当", [tag_of("李某敢担当", 2, 5)], id="a")


def read(path: Path) -> tuple[list[Annotation], list[ReadingError]]:
    failures: list[ReadingError] = []
    return list(read_annotations(path, BOOK, failures)), failures


def row(**change: Any) -> dict[str, Any]:
    return {**GOOD.model_dump(mode="json"), **change}


@pytest.mark.parametrize(
    ("bad", "message", "expected"),
    [
        (row(tags=[tag_of("李某敢担当", 2, 5) | {"quote": "怕担当"}]), "the text at 2-5 is '敢担当'", "'怕担当'"),
        (row(tags=[tag_of("李某敢担当", 2, 5) | {"end": 6}]), "the span 2-6 does not fit", "<= 5"),
        (row(tags=[tag_of("李某敢担当", 2, 5) | {"start": 5}]), "the span 5-5 does not fit", "start < end"),
        (row(tags=[tag_of("李某敢担当", 2, 5) | {"polarity": "?"}]), "tags.0.polarity", "an annotated document"),
        (row(tags=[tag_of("李某敢担当", 2, 5) | {"cues": [{"start": 0, "end": 1, "quote": "张", "effect": ""}]}]),
         "quote of responsibility", "an annotated document"),
        (row(id="a"), "the id 'a' came before", "once"),
        (row(text=None), "no annotated document", "id, text and tags"),
        ([], "no annotated document", "id, text and tags"),
        ({"id": "g", "text": "李某", "tags": [{"start": 0, "end": 2, "quote": "李某", "label": "x"}]},
         "the label 'x' is unknown", "codebook"),
    ],
)  # fmt: skip
def test_bad_rows(tmp_path: Path, bad: Any, message: str, expected: str) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [GOOD, bad, GOOD.model_copy(update={"id": "b"})])
    found, (error,) = read(path)
    assert [item.id for item in found] == ["a", "b"]
    assert (error.path, error.place) == (str(path), "line 2")
    assert message in error.message
    assert expected in str(error.expected)


def test_lines_that_are_no_json(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.model_dump_json().encode() + b"\n{\n\n\xff\n")
    found, failures = read(path)
    assert found == [GOOD]
    assert [error.place for error in failures] == ["line 2", "line 4"]


def test_a_folder(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "2.jsonl", [GOOD])
    write_jsonl(tmp_path / "1.jsonl", [GOOD.model_copy(update={"id": "b"})])
    (tmp_path / "1.errors.jsonl").write_text("{}\n")
    found, failures = read(tmp_path)
    assert ([item.id for item in found], failures) == (["b", "a"], [])


def test_nothing_to_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(ReadingError):
            read(path)


class Inline:
    """The work of an archive run in this process; starting one costs more than everything else here."""

    workers = 1
    peak_bytes = 0
    ready = None

    def __init__(self, asked: RunOptions, layout: Any) -> None:
        engine = make_engine(asked, layout)
        assert isinstance(engine, LocalEngine)
        self._stage = Stage(engine.options)

    def process(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        for task in tasks:
            yield self._stage.process(task, lambda: None)

    def stop(self) -> None:
        raise AssertionError("nobody stops this run")

    kill = stop


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: FormatName) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "谈话.txt").write_text("李某敢担当，不推诿😀。", encoding="utf-8")
    monkeypatch.setattr("service.archive.run.make_engine", Inline)
    pipeline = "tests.service.archive.standins:load"
    run_archive(RunOptions(source, tmp_path / "out", workers=1, finder="lexicon", format=form, pipeline=pipeline))
    found, failures = read(tmp_path / "out")
    assert failures == []
    assert [item.text for item in found] == ["李某敢担当，不推诿😀。"]
    assert [tag.quote for tag in found[0].tags] == ["某"]


def test_gold_documents_of_the_corpus() -> None:
    path = corpora_path("narratives", "bai.jsonl")
    found, failures = read(path)
    assert failures == []
    wanted = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [item.id for item in found] == [item["id"] for item in wanted]
    for item, original in zip(found, wanted, strict=True):
        assert [tag.quote for tag in item.tags] == [tag["quote"] for tag in original["tags"]]
        assert all(tag.source == "human" and tag.family == BOOK.label(tag.label).family for tag in item.tags)
