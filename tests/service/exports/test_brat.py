"""brat standoff: quotes as brat's server checks them, line breaks as fragments."""

from __future__ import annotations

import codecs
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nlp.errors import ReadingError
from nlp.schema import Annotation
from service.exports.brat.config import annotation_conf, visual_conf
from service.exports.brat.reading import read
from service.exports.brat.writing import write
from service.exports.gold import to_gold
from service.exports.human import HumanDocument, Skipped
from tests.service.exports.samples import BOOK, annotation_of, annotations, sorted_tags, tag_of

TEXT = "😀李某\r\n不推诿。\n𠮷镇"
BASE = annotation_of(
    TEXT, [tag_of(TEXT, 1, 8, cues=[{"start": 3, "end": 6, "quote": "\r\n不", "effect": "polarity=flip"}])], id="a"
)


def read_back(folder: Path, base: Annotation) -> tuple[list[HumanDocument], list[ReadingError]]:
    failures: list[ReadingError] = []
    return list(read(folder, {base.id: base}, failures, Skipped())), failures


@given(annotations(visible=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_round_trip(tmp_path: Path, annotation: Annotation) -> None:
    shutil.rmtree(tmp_path / "brat", ignore_errors=True)
    assert write([annotation], tmp_path / "brat", BOOK, []) == 1
    documents, failures = read_back(tmp_path / "brat", annotation)
    assert failures == []
    assert sorted_tags(to_gold(documents[0], annotation, BOOK, keep_source=True)) == sorted_tags(annotation)


@given(annotations(visible=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_what_brat_checks(tmp_path: Path, annotation: Annotation) -> None:
    """The rules of brat's own parser: one annotation a line, fragments in order and apart, quotes joined by a space."""
    shutil.rmtree(tmp_path / "brat", ignore_errors=True)
    write([annotation], tmp_path / "brat", BOOK, [])
    (ann,) = (tmp_path / "brat").glob("*.ann")
    with codecs.open(str(ann.with_suffix(".txt")), encoding="utf-8") as stream:
        text = stream.read()
    with codecs.open(str(ann), encoding="utf-8") as stream:
        lines = [line.rstrip("\n") for line in stream]
    assert text == annotation.text
    assert len(lines) == 6 * len(annotation.tags)
    for line in lines:
        if line.startswith("T"):
            _, middle, quote = line.split("\t", 2)
            places = [tuple(map(int, piece.split())) for piece in middle.split(" ", 1)[1].split(";")]
            assert quote == " ".join(text[start:end] for start, end in places)
            assert all(end < start for (_, end), (start, _) in pairwise(places))


def test_files(tmp_path: Path) -> None:
    write([BASE], tmp_path / "brat", BOOK, [])
    assert (tmp_path / "brat" / "a.txt").read_bytes() == TEXT.encode()
    assert (tmp_path / "brat" / "a.ann").read_text("utf-8").splitlines() == [
        "T1\tresponsibility 1 3;5 8\t李某 不推诿",
        "A1\tPolarity T1 positive",
        "A2\tStatus T1 observed",
        "A3\tSubject T1 target",
        "A4\tKind T1 judgement",
        r"#1	AnnotatorNotes T1	score 0.75; source both; polarity=flip '\r\n不' 3-6",
    ]
    conf = annotation_conf(BOOK)
    assert conf == (tmp_path / "brat" / "annotation.conf").read_text("utf-8")
    sections = [line for line in conf.splitlines() if line.startswith("[")]
    assert sections == ["[entities]", "[relations]", "[events]", "[attributes]"]
    assert set(BOOK.ids) <= {line.strip() for line in conf.splitlines()}
    assert "Polarity\tArg:<ENTITY>, Value:positive|negative" in conf
    assert "responsibility | 担当作为" in visual_conf(BOOK)


def test_names_of_files_lead_back_to_ids(tmp_path: Path) -> None:
    ids = ["../某县/谈话:1", "A1", "a1", ".hidden", "长" * 300, "con trol\n"]
    base = {name: annotation_of("甲", [tag_of("甲", 0, 1)], id=name) for name in ids}
    assert write(base.values(), tmp_path / "out" / "brat", BOOK, []) == len(ids)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    files = list((tmp_path / "out" / "brat").glob("*.ann"))
    assert len({file.name.casefold() for file in files}) == len(ids)
    documents = list(read(tmp_path / "out" / "brat", base, [], Skipped()))
    assert {document.id for document in documents} == set(ids)


def test_a_tag_of_line_breaks_is_an_error_of_its_document(tmp_path: Path) -> None:
    failures: list[ReadingError] = []
    empty = annotation_of("甲\n\n乙", [tag_of("甲\n\n乙", 1, 3)], id="b")
    assert write([empty, BASE], tmp_path / "brat", BOOK, failures) == 1
    assert [(error.place, error.message) for error in failures] == [("id 'b'", "the tag at 1-3 holds line breaks only")]


def test_work_that_lies_there_is_not_overwritten(tmp_path: Path) -> None:
    write([BASE], tmp_path / "brat", BOOK, [])
    with pytest.raises(ReadingError, match="holds annotations already"):
        write([BASE], tmp_path / "brat", BOOK, [])


def test_an_annotators_changes(tmp_path: Path) -> None:
    write([BASE], tmp_path / "brat", BOOK, [])
    ann = tmp_path / "brat" / "a.ann"
    ann.write_bytes(
        "T1\tresponsibility 1 3;5 8\t李某 不推诿\nA1\tPolarity T1 negative\nT9\tlearning 10 12\t𠮷镇\n"
        "A9\tPolarity T9 positive\nA10\tKind T9 fact\n#3\tAnnotatorNotes T9\t新加\nR1\tx Arg1:T1 Arg2:T9\n".encode()
    )
    documents, failures = read_back(ann, BASE)
    assert failures == []
    tags = to_gold(documents[0], BASE, BOOK)["tags"]
    assert [(tag["label"], tag["quote"], tag["polarity"], tag["kind"], tag["source"]) for tag in tags] == [
        ("responsibility", "李某\r\n不推诿", "-", "judgement", "human"),
        ("learning", "𠮷镇", "+", "fact", "human"),
    ]


@pytest.mark.parametrize(
    ("ann", "place", "message"),
    [
        ("T1\tresponsibility 0 2\t李某\n", "line 1", "the text at 0 2 is '😀李'"),
        ("\nT1\tresponsibility 1 2;5 6\t李 不\nA1\tPolarity T1 positive\n", "line 2", "leaves out '某\\r\\n'"),
        ("T1\tresponsibility 1 99\t李\n", "line 1", "does not fit"),
        ("T1 responsibility 1 2 李\n", "line 1", "no text-bound annotation"),
        ("T1\tresponsibility 1 2\t李\n", "line 1", "has no polarity"),
        ("T1\tresponsibility 1 2\t李\nA1\tPolarity T1 nice\n", "line 1", "has the polarity 'nice'"),
        (
            "T1\tresponsibility 1 2\t李\nA1\tPolarity T1 positive\nA2\tPolarity T1 negative\n",
            "line 3",
            "T1 has Polarity twice",
        ),
    ],
)
def test_bad_lines(tmp_path: Path, ann: str, place: str, message: str) -> None:
    write([BASE], tmp_path / "brat", BOOK, [])
    (tmp_path / "brat" / "a.ann").write_bytes(ann.encode())
    documents, failures = read_back(tmp_path / "brat", BASE)
    assert documents == []
    (error,) = failures
    assert (error.path, error.place) == (str(tmp_path / "brat" / "a.ann"), place)
    assert message in error.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", TEXT.replace("\r\n", "\n").encode(), "from character 3 on"),
        ("a.txt", None, "a.txt cannot be read"),
        ("a.ann", b"\xff", "a.ann cannot be read"),
        ("documents.json", json.dumps({"a": "z"}).encode(), "'z' is not in the base"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: Any, message: str) -> None:
    write([BASE], tmp_path / "brat", BOOK, [])
    if content is None:
        (tmp_path / "brat" / name).unlink()
    else:
        (tmp_path / "brat" / name).write_bytes(content)
    documents, failures = read_back(tmp_path / "brat", BASE)
    assert documents == []
    assert message in failures[0].message
