import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nlp.errors import InvalidRecordError
from nlp.retrieval import Case, CaseTag, read_cases
from nlp.retrieval.case import iso_date


def write(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def test_extra_keys_are_kept_in_meta(tmp_path):
    record = {"id": "1", "text": "甲", "clearance": "内部", "score": {"德": [1, None]}, "meta": {"batch": 7}}
    (case,) = read_cases(write(tmp_path / "cases.jsonl", record))
    assert case.meta == {"batch": 7, "clearance": "内部", "score": {"德": [1, None]}}


def test_a_meta_that_is_no_mapping_is_kept_too():
    assert Case.model_validate({"id": "1", "text": "甲", "meta": ["a"]}).meta == {"meta": ["a"]}


def test_an_extra_key_that_contradicts_meta_is_refused():
    with pytest.raises(ValidationError, match="clearance"):
        Case.model_validate({"id": "1", "text": "甲", "clearance": "内部", "meta": {"clearance": "公开"}})


keys = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda key: key not in {*Case.model_fields})
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(keys, values, max_size=4))
def test_no_key_is_lost_over_any_number_of_round_trips(extra):
    once = Case.model_validate({"id": "1", "text": "甲", **extra})
    again = Case.model_validate_json(once.model_dump_json())
    assert again == once
    assert once.meta == extra


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2021", "2021"),
        ("2021年", "2021"),
        ("2021年3月", "2021-03"),
        ("2021.3", "2021-03"),
        ("2021年3月5日", "2021-03-05"),
        ("2021/03/05", "2021-03-05"),
        ("20210305", "2021-03-05"),
        ("近期", None),
        ("2021-13", None),
        ("2021-03-45", None),
    ],
)
def test_dates(written, iso):
    assert iso_date(written) == iso


def test_an_unreadable_date_is_kept_as_written():
    case = Case.model_validate({"id": "1", "text": "甲", "date": "去年底"})
    assert (case.date, case.meta) == (None, {"date": "去年底"})


def test_a_tag_s_quote_must_be_in_the_text():
    tag = {"label": "results", "polarity": "+", "start": 0, "end": 2, "quote": "完成"}
    assert Case.model_validate({"id": "1", "text": "完成任务", "tags": [tag]}).tags == [CaseTag(**tag)]
    with pytest.raises(ValidationError, match="0-2"):
        Case.model_validate({"id": "1", "text": "任务完成", "tags": [tag]})


def test_half_of_a_quote_is_refused():
    with pytest.raises(ValidationError, match="together"):
        CaseTag(label="results", polarity="+", start=3)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b'{"id": "2"}', "text"),
        (b'{"id": "", "text": "x"}', "id"),
        (b"[1]", "record"),
        (b"{", "JSON"),
        (b'"\xff"', "JSON"),
        (b'{"id": "2", "text": "\\ud83d"}', "surrogate"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, word):
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "1", "text": "x"}\n\n' + line + b"\n")
    found = read_cases(path)
    assert next(found).id == "1"
    with pytest.raises(InvalidRecordError, match=word) as caught:
        next(found)
    assert (caught.value.path, caught.value.place) == (str(path), "line 3")
