"""Names go, everything else stays at a known place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.decisions.closing import sentence
from service.decisions.denaming import Denamer, like_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甄建国同志工作扎实，建国同志敢闯。", "某同志工作扎实，某同志敢闯。"),
        ("甄书记推诿，乔麦麦反映属实。", "某书记推诿，某甲反映属实。"),
        ("乔麦麦与𠮷田说法不一，乔麦麦更具体。😀", "某甲与某乙说法不一，某甲更具体。😀"),
        ("建国以来从未如此。", "建国以来从未如此。"),
        ("李某反映，某同志不来。", "李某反映，某同志不来。"),
    ],
)
def test_names_that_are_known(text: str, expected: str) -> None:
    assert Denamer(["甄建国"], ["乔麦麦", "𠮷田", "李某", "某"])(text).text == expected


def test_without_names_the_words_stay() -> None:
    assert Denamer([], [])("该同志务实。").text == "该同志务实。"


@given(
    pieces=st.lists(st.sampled_from(["甄建国", "乔麦麦", "甄建国同志", "甄书记", "，务实", "𠮷", "😀", "。", "建国"])),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_span_is_found_again(pieces: list[str], cut: tuple[float, float]) -> None:
    text = "".join(pieces)
    start, end = sorted(int(part * len(text)) for part in cut)
    denamed = Denamer(["甄建国"], ["乔麦麦"])(text)
    new_start, new_end = denamed.moved(start, end)
    assert 0 <= new_start <= new_end <= len(denamed.text)
    assert "甄建国" not in denamed.text
    assert "乔麦麦" not in denamed.text
    if not any(old_start < end and start < old_end for old_start, old_end, _, _ in denamed.moves):
        assert denamed.text[new_start:new_end] == text[start:end]


def test_what_looks_like_a_name_is_shown() -> None:
    assert like_names("甄建国同志好，该同志好。某甲同志说。赵书记也在") == ["甄建国", "赵"]


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("一是好。二是坏，三是中。完", "坏", "二是坏，三是中。"),
        ("只有一句", "一句", "只有一句"),
        ("　　段首。后", "段首", "段首。"),
        ("末句。", "末句。", "末句。"),
        ("长" * 300 + "句", "句", "句"),
    ],
)
def test_sentences(text: str, quote: str, expected: str) -> None:
    start = text.index(quote)
    left, right = sentence(text, start, start + len(quote))
    assert text[left:right] == expected
