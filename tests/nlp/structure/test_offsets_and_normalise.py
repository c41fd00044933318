"""Offsets survive every normalisation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.structure.folding import fold
from nlp.structure.normalise import normalise
from nlp.structure.offsets import MapBuilder, OffsetMap

ANY_TEXT = st.text(st.characters(), max_size=300)
"""Lone surrogates included: st.characters() without a codec gives every code point."""

MESSY = st.text(
    st.sampled_from("该同志工作认真，。；：\n\r \t\u3000\u200b\ufeff\u2028ＡＢ１２甲a1𠮷😀繁體發\ud800"), max_size=400
)


@given(st.one_of(ANY_TEXT, MESSY))
def test_each_character_leads_back_to_its_source(source: str) -> None:
    result = normalise(source)
    assert result.source_map.target_length == len(result.text) <= len(source)
    previous = -1
    for offset, char in enumerate(result.text):
        place = result.source_map.to_source(offset)
        assert place > previous
        previous = place
        original = source[place]
        assert char == original or (char.isspace() and original.isspace()) or _replaced(original, char)
    assert result.source_map.to_source(len(result.text)) <= len(source)


def _replaced(original: str, char: str) -> bool:
    import unicodedata

    return char in (unicodedata.normalize("NFKC", original), "\ufffd", " ", "\n")


@given(st.one_of(ANY_TEXT, MESSY))
def test_normalising_twice_changes_nothing_and_leaves_no_control_characters(source: str) -> None:
    once = normalise(source).text
    assert not set(once) & set("\r\x00\x0b\x0c\u200b\ufeff\u2028\u3000\xa0")
    if not normalise(source).was_wrapped:
        assert normalise(once).text == once


@given(MESSY)
def test_folding_keeps_the_length(source: str) -> None:
    text = normalise(source).text
    assert len(fold(text)) == len(text)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6), st.data())
def test_composed_maps_agree_with_applying_them_one_after_the_other(
    cuts: list[tuple[int, int]], data: st.DataObject
) -> None:
    source = "".join(chr(0x4E00 + number) for number in range(60))
    text, first = _cut(source, cuts)
    more = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6))
    final, second = _cut(text, more)
    both = first.then(second)
    assert (both.target_length, both.source_length) == (len(final), 60)
    assert [source[both.to_source(place)] for place in range(len(final))] == list(final)
    for place in range(len(final)):
        assert both.from_source(both.to_source(place)) == place


def _cut(text: str, cuts: list[tuple[int, int]]) -> tuple[str, OffsetMap]:
    dropped = {place for start, end in cuts for place in range(min(start, end), max(start, end))}
    builder = MapBuilder(text)
    for place in range(len(text)):
        if place not in dropped:
            builder.keep(place, place + 1)
    return builder.build()


def test_offsets_outside_the_text_are_refused() -> None:
    with pytest.raises(IndexError, match="outside"):
        OffsetMap.identity(3).to_source(4)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ＡＢ镇２０２３年", "AB镇2023年"),
        ("某\u00a0局\u3000长", "某 局 长"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("\ufeff该\u200b同志", "该同志"),
        ("⽤⼈公道", "用人公道"),
        ("该 同 志 工 作 认 真 负 责 。", "该同志工作认真负责。"),
        ("坏\ud800字", "坏\ufffd字"),
        ("𠮷某👨‍👩‍👧好", "𠮷某👨‍👩‍👧好"),
    ],
)
def test_what_is_replaced(source: str, expected: str) -> None:
    assert normalise(source).text == expected


def test_traditional_and_half_width_fold_for_matching_only() -> None:
    text = "該同志處事公道,從不推諉!共1,200戶,10:30到"
    assert normalise(text).text == text
    assert fold(text) == "该同志处事公道，从不推诿！共1,200户，10:30到"
