"""Texts with pseudonyms, and back."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import RedactionError, RedactionKeyError
from nlp.redaction import RedactionKey, Redactor, restore
from nlp.redaction.model import Finding
from nlp.redaction.moving import Move
from nlp.redaction.pseudonyms import PSEUDONYM, Pseudonyms

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "张三丰",
                "老张",
                "张局长",
                "李四同志",
                "\n",
                "，",
                "𠮷某",
                "😀",
                "13900000001",
                "990101197208150030",
                "人员K7QM3XD",
                "A省B市C区青山路18号",
                "担当不够。",
                " ",
                "\r\n",
                "京A00001",
                "a@example.com",
                "张\n三丰",
                "某",
                "\ud800",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=12,
).map("".join)


def test_the_same_person_has_one_pseudonym_in_every_text_and_process(redactor: Redactor) -> None:
    first = redactor.redact("张三丰同志处事公道。老张实在。")
    second = redactor.redact("会上，局长张三丰说，張三豐同志也在。")
    pseudonyms = {item.pseudonym for item in (*first.replacements, *second.replacements)}
    assert len(pseudonyms) == 1
    program = (
        "from nlp.redaction import RedactionKey, Redactor\n"
        "text = Redactor(RedactionKey(bytes(range(32)))).redact('张三丰同志').text\n"
        "import sys; sys.stdout.buffer.write(text.encode())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=120)
    assert done.stdout.decode() == pseudonyms.pop() + "同志"
    assert pickle.loads(pickle.dumps(redactor)).redact("张三丰同志").text == done.stdout.decode()


def test_an_unknown_surname_is_another_person_in_another_text(redactor: Redactor) -> None:
    one, other = redactor.redact("老张不错。"), redactor.redact("老张很好。")
    assert one.replacements[0].pseudonym != other.replacements[0].pseudonym
    assert redactor.redact("老张不错。") == one


def test_another_key_gives_other_pseudonyms(redactor: Redactor) -> None:
    text = "张三丰同志，电话13900000001。"
    assert redactor.redact(text).text != Redactor(RedactionKey.generate()).redact(text).text


def test_it_reads_naturally(redactor: Redactor) -> None:
    text = redactor.redact("张三丰局长（身份证号990101197208150030）说，老张电话13900000001。").text
    assert PSEUDONYM.sub("▲", text) == "▲局长（身份证号▲）说，▲电话▲。"


def test_codes_do_not_repeat(key: RedactionKey) -> None:
    pseudonyms = Pseudonyms(key)
    codes = {pseudonyms.of(Finding(0, 1, "", "person", str(number)), "") for number in range(20_000)}
    assert len(codes) == 20_000
    assert pseudonyms.code("a", "bc") != pseudonyms.code("ab", "c")


@settings(deadline=None, max_examples=150)
@given(PIECES)
def test_every_text_comes_back(text: str) -> None:
    redactor = Redactor(RedactionKey(bytes(32)))
    redaction = redactor.redact(text)
    back = restore(redaction.text, redactor.seal(redaction), redactor.key)
    assert back.text == text
    position = 0
    for item in redaction.replacements:
        assert position <= item.start < item.end
        assert text[item.start : item.end] == item.original
        assert redaction.text[item.new_start : item.new_end] == item.pseudonym
        position = item.end
    # What is left of the names is nowhere in the new text.
    for item in redaction.replacements:
        if item.kind == "person" and len(item.original) > 2:
            assert item.original not in redaction.text


@settings(deadline=None, max_examples=150)
@given(PIECES, st.data())
def test_offsets_move_there_and_back(text: str, data: st.DataObject) -> None:
    redactor = Redactor(RedactionKey(bytes(32)))
    redaction = redactor.redact(text)
    move = redaction.move
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = move.span(start, end)
    assert 0 <= first <= last <= len(redaction.text)
    inside = any(item.start < place < item.end for item in redaction.replacements for place in (start, end))
    there_and_back = move.back().span(first, last)
    if inside:
        assert there_and_back[0] <= start
        assert there_and_back[1] >= end or start == end
    else:
        assert there_and_back == (start, end)
        assert redactor.words(text[start:start], redaction) == ""
    assert (move.end(len(text)), move.start(0)) == (len(redaction.text), 0)


def test_tiles_stay_tiles() -> None:
    move = Move((2,), (6,), (2,), (12,))
    assert move.tiles([(0, 4), (4, 8), (8, 8)]) == [(0, 12), (12, 14), (14, 14)]


def test_source_maps_follow(redactor: Redactor) -> None:
    text = "甲\n张三丰同志好"
    redaction = redactor.redact(text)
    # The source had two characters more before 张 than the text.
    pairs = redaction.move.source_map([[0, 0], [2, 4]], len(text))
    size = redaction.replacements[0].new_end
    assert pairs == [[0, 0], [2, 4], [size, 7]]


def test_strings_beside_a_text_know_its_persons(redactor: Redactor) -> None:
    redaction = redactor.redact("谈话对象：张三丰\n张三丰同志实在。召忽也在。", ["召忽"])
    own = redaction.replacements[0].pseudonym
    assert redactor.words("张局长", redaction) == f"{own}局长"
    assert redactor.words("张三丰评语!C5", redaction) == f"{own}评语!C5"
    assert "召忽" not in redactor.words("召忽的表", redaction)
    assert redactor.words("评语!C5", redaction) == "评语!C5"
    assert redactor.words("金融", redaction) == "金融"
    assert redactor.words("贾明志", redaction).startswith("人员")
    assert redactor.name("玄装", redaction).startswith("人员")


def test_restoring_the_wrong_thing(redactor: Redactor) -> None:
    redaction = redactor.redact("张三丰同志")
    block = redactor.seal(redaction)
    with pytest.raises(RedactionKeyError, match="with key"):
        restore(redaction.text, block, RedactionKey.generate())
    with pytest.raises(RedactionKeyError):
        restore(redaction.text + "。", block, redactor.key)
    with pytest.raises(RedactionError, match="no de-identification"):
        restore(redaction.text, None, redactor.key)
    with pytest.raises(RedactionError, match="version"):
        restore(redaction.text, {**block, "version": 99}, redactor.key)
