"""Wrapped copies are joined, and only they."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.structure.normalise import normalise

PARAGRAPHS = [
    "该同志在任期间坚持每周至少两天下到村组，对群众反映的饮水、道路、就医三件事逐户登记、逐件销号，两年里没有一件"
    "转到县里。村民说他的鞋底比别人磨得快，他自己从来不提这些，只在工作日志里记下哪一家还没有通水、哪一段路还在等料。",
    "不足之处是与班子成员沟通偏少，有时急于推进工作，会上讨论不够充分；个别重大事项没有先听取分管同志意见就定了下来，"
    "事后虽作了说明，但在班子里仍留下一些议论，本人对此有认识，表示愿意改进。",
]
HERE = Path(__file__)


@pytest.mark.parametrize("width", [22, 30, 40])
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
def test_wrapped_paragraphs_come_back_whole(width: int, blank: str) -> None:
    wrapped = blank.join(line for paragraph in PARAGRAPHS for line in textwrap.wrap(paragraph, width))
    result = normalise(wrapped)
    assert result.was_wrapped
    lines = [line for line in result.text.split("\n") if line]
    # A paragraph whose last line happens to be full cannot be told from a wrapped one.
    assert "".join(lines) == "".join(PARAGRAPHS)
    assert "一件转到县里" in result.text
    assert "没有先听取分管同志意见就定了下来" in result.text


def test_numbered_items_stay_on_their_own_lines() -> None:
    long = "一二三四五六七八九十" * 3
    text = "\n".join([long, long, long, long, "1." + long[2:], long, "（二）" + long[3:], long])
    lines = normalise(text).text.split("\n")
    assert [line[:3] for line in lines] == ["一二三", "1.三", "（二）"] or lines[1].startswith("1.")
    assert sum(line.startswith("（二）") for line in lines) == 1


@pytest.mark.parametrize(
    "text",
    [
        "工作踏实\n为人正派\n有时急躁\n不爱开会\n对人和气\n肯下村\n话少\n脾气大一点",
        "\n".join(PARAGRAPHS),
        "问：他怎么样？\n答：踏实。\n问：缺点呢？\n答：急。",
        "",
        "\n\n\n",
        "姓名：李某\n性别：男\n现任：A镇镇长\n籍贯：B县\n民族：汉",
    ],
)
def test_other_texts_keep_their_lines(text: str) -> None:
    assert normalise(text).text == text


def test_latin_words_do_not_run_together() -> None:
    line = "word another more text that keeps going on here"
    assert "here word" in normalise("\n".join([line] * 8)).text


@given(st.lists(st.text("甲乙丙丁，。1a", min_size=1, max_size=40), max_size=20))
def test_joining_only_removes_breaks_and_blanks(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert [c for c in normalise(text).text if not c.isspace()] == [c for c in text if not c.isspace()]
