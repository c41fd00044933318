"""Label Studio: its own library accepts what goes out, and everything an annotator can do comes back."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation
from service.exports.gold import to_gold
from service.exports.human import HumanDocument, Skipped
from service.exports.label_studio.config import label_config
from service.exports.label_studio.reading import read
from service.exports.label_studio.writing import to_task, write
from tests.service.exports.samples import BOOK, annotation_of, annotations, sorted_tags, tag_of

TEXT = "😀李某\r\n不推诿，𠮷镇人都说他敢担当。"
BASE = annotation_of(
    TEXT,
    [
        tag_of(TEXT, 1, 8, cues=[{"start": 5, "end": 6, "quote": "不", "effect": "polarity=flip"}]),
        tag_of(TEXT, 15, 18, "execution", polarity="-", score=0.5),
    ],
)


def finished(task: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The task as exported after somebody took the prediction over and submitted it."""
    result = copy.deepcopy(task["predictions"][0]["result"])
    return {**task, "id": 7, "annotations": [{"id": 70, "completed_by": 3, "result": result, **fields}]}


def read_back(
    tmp_path: Path, tasks: Any, base: Annotation = BASE
) -> tuple[list[HumanDocument], list[ReadingError], dict[str, int]]:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    failures: list[ReadingError] = []
    skipped = Skipped()
    return list(read(path, {base.id: base}, failures, skipped)), failures, skipped.counts


@given(annotations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_round_trip(tmp_path: Path, annotation: Annotation) -> None:
    documents, failures, _ = read_back(tmp_path, [finished(to_task(annotation, BOOK))], annotation)
    assert failures == []
    assert sorted_tags(to_gold(documents[0], annotation, BOOK, keep_source=True)) == sorted_tags(annotation)


@given(annotations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_quotes_as_the_editor_writes_them(tmp_path: Path, annotation: Annotation) -> None:
    task = finished(to_task(annotation, BOOK))
    for item in task["annotations"][0]["result"]:
        item["value"]["text"] = item["value"]["text"].replace("\n", "\\n").replace("\r", "\\n")
    documents, failures, _ = read_back(tmp_path, [task], annotation)
    # "\r\n" becomes two breaks there, and one here: such quotes are not the stored ones, but never silently wrong.
    assert all("\r\n" in annotation.text for _ in failures)
    for document in documents:
        assert sorted_tags(to_gold(document, annotation, BOOK, keep_source=True)) == sorted_tags(annotation)


def test_the_sdk_accepts_config_tasks_and_annotations() -> None:
    interface_module = pytest.importorskip("label_studio_sdk.label_interface")
    objects = pytest.importorskip("label_studio_sdk.label_interface.objects")
    interface = interface_module.LabelInterface(label_config(BOOK))
    interface.validate()
    assert interface.get_control("label").labels == list(BOOK.ids)
    task = to_task(BASE, BOOK)
    assert interface.validate_prediction(task["predictions"][0], return_errors=True) == []
    assert interface.validate_annotation(finished(task)["annotations"][0])
    assert len(objects.PredictionValue(**task["predictions"][0]).result) == 5 * len(BASE.tags)
    # The validator is one that can refuse.
    task["predictions"][0]["result"][0]["value"]["labels"] = ["无此标签"]
    assert interface.validate_prediction(task["predictions"][0], return_errors=True) != []


def test_the_config_reads_as_the_exporters_of_label_studio_read_it() -> None:
    parse = pytest.importorskip("label_studio_sdk._extensions.label_studio_tools.core.label_config").parse_config
    parsed = parse(label_config(BOOK))
    assert parsed["label"]["labels"] == list(BOOK.ids)
    assert parsed["status"]["labels"] == ["observed", "advised", "reported", "normative"]
    assert {control["to_name"][0] for control in parsed.values()} == {"text"}


def test_a_file_of_tasks(tmp_path: Path) -> None:
    failures: list[ReadingError] = []
    other = annotation_of("甲", [tag_of("甲", 0, 1, "learning")], id="b")
    unknown = other.model_copy(update={"id": "c", "tags": [other.tags[0].model_copy(update={"label": "courage"})]})
    assert write([BASE, unknown, other], tmp_path / "tasks.json", BOOK, failures) == 2
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    assert [task["data"]["document"] for task in tasks] == [BASE.id, "b"]
    first = tasks[0]["predictions"][0]["result"][0]
    assert (first["value"]["start"], first["value"]["end"], first["score"]) == (1, 8, 0.75)
    assert first["meta"]["text"] == ["polarity=flip 不 5-6"]
    assert "score" not in tasks[0]["predictions"][0]
    assert [(error.place, error.message) for error in failures] == [
        ("id 'c'", "the tag at 0-1 has the label 'courage'")
    ]
    assert write([], tmp_path / "none.json", BOOK, failures) == 0
    assert json.loads((tmp_path / "none.json").read_text("utf-8")) == []


def test_offsets_of_old_versions_are_code_units(tmp_path: Path) -> None:
    task = finished(to_task(BASE, BOOK))
    for item in task["annotations"][0]["result"]:
        value = item["value"]
        for key in ("start", "end"):
            value[key] = len(TEXT[: value[key]].encode("utf-16-le")) // 2
    documents, failures, _ = read_back(tmp_path, [task])
    assert failures == []
    assert [(span.start, span.end) for span in documents[0].spans] == [(1, 8), (15, 18)]


def test_a_shifted_region_is_an_error_and_the_rest_goes_on(tmp_path: Path) -> None:
    shifted = finished(to_task(BASE, BOOK))
    shifted["annotations"][0]["result"][0]["value"]["start"] = 2
    good = {**finished(to_task(BASE, BOOK)), "id": 8}
    documents, failures, _ = read_back(tmp_path, [shifted, good])
    assert [document.place for document in documents] == ["task 8, annotation 70"]
    assert [error.place for error in failures] == ["task 7, annotation 70"]
    assert failures[0].expected == repr(TEXT[1:8])
    assert repr(TEXT[2:8]) in failures[0].message


def test_annotators_are_kept_apart(tmp_path: Path) -> None:
    task = finished(to_task(BASE, BOOK))
    mine = task["annotations"][0]
    task["annotations"] = [
        mine,
        {**mine, "id": 71, "completed_by": {"id": 4, "email": "b@example.org"}, "result": []},
        {**mine, "id": 72, "completed_by": 5, "was_cancelled": True},
        {**mine, "id": 73, "completed_by": 4, "updated_at": "2026-01-02", "result": mine["result"][:5]},
    ]
    documents, failures, skipped = read_back(tmp_path, [task, {**task, "id": 9, "annotations": []}])
    assert [(document.annotator, len(document.spans)) for document in documents] == [("3", 2), ("4", 1)]
    assert [error.message for error in failures] == ["annotation 71 of annotator 4 is older than 73; it was left out"]
    assert skipped == {"已取消的标注": 1, "没有标注的任务": 1}


def test_choices_may_be_named_in_chinese_and_missing_ones_take_the_default(tmp_path: Path) -> None:
    task = finished(to_task(BASE, BOOK))
    label, polarity = task["annotations"][0]["result"][:2]
    label["value"]["labels"] = ["担当作为"]
    polarity["value"]["choices"] = ["负面"]
    task["annotations"][0]["result"] = [label, polarity, {"type": "relation", "from_id": "a", "to_id": "b"}]
    documents, failures, _ = read_back(tmp_path, [task])
    assert failures == []
    tag = to_gold(documents[0], BASE, BOOK)["tags"][0]
    assert (tag["label"], tag["polarity"], tag["status"], tag["kind"]) == (
        "responsibility",
        "-",
        "observed",
        "judgement",
    )
    # The cue explained the polarity that was changed.
    assert tag["cues"] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda task: task["data"].update(text="别的"), "the text is not that of the base"),
        (lambda task: task["data"].update(document="x"), "'x' is not in the base"),
        (lambda task: task.pop("annotations"), "no data and annotations"),
        (lambda task: task["annotations"][0]["result"].pop(0), "has choices, but no label"),
        (lambda task: task["annotations"][0]["result"].pop(1), "has no polarity"),
        (lambda task: task["annotations"][0]["result"][0]["value"].pop("labels"), "has no label"),
        (lambda task: task["annotations"][0]["result"][0]["value"].update(end=999), "does not fit"),
        (lambda task: task["annotations"][0]["result"][2]["value"].update(choices=["?"]), "has the status '?'"),
    ],
)
def test_bad_tasks(tmp_path: Path, change: Any, message: str) -> None:
    task = finished(to_task(BASE, BOOK))
    change(task)
    documents, failures, _ = read_back(tmp_path, [task])
    assert documents == []
    assert message in failures[0].message
    assert failures[0].place is not None
    assert failures[0].place.startswith("task 7")


def test_an_unknown_label_is_refused_when_gold_is_made(tmp_path: Path) -> None:
    task = finished(to_task(BASE, BOOK))
    task["annotations"][0]["result"][0]["value"]["labels"] = ["courage"]
    documents, _, _ = read_back(tmp_path, [task])
    with pytest.raises(InvalidRecordError, match="'courage'"):
        to_gold(documents[0], BASE, BOOK)


@pytest.mark.parametrize("content", ["{", '"text"', "[1"])
def test_a_file_that_is_no_export(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ReadingError):
        list(read(path, {}, [], Skipped()))
