"""UTF-16 code units and code points; quotes against the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InvalidRecordError
from service.exports.offsets import Utf16Map
from service.exports.quotes import require_quote, require_range, require_text

TEXTS = st.text(st.sampled_from("甲a😀𠀀\u0301\r\n"), max_size=20)


@given(TEXTS)
def test_code_units_are_those_of_utf16(text: str) -> None:
    units = Utf16Map(text)
    assert units.size == len(text.encode("utf-16-le")) // 2
    for offset in range(len(text) + 1):
        unit = units.from_code_points(offset)
        assert unit == len(text[:offset].encode("utf-16-le")) // 2
        assert units.to_code_points(unit) == offset


@given(TEXTS)
def test_the_inside_of_a_character_is_no_place(text: str) -> None:
    units = Utf16Map(text)
    begins = {units.from_code_points(offset) for offset in range(len(text) + 1)}
    for unit in range(units.size + 1):
        assert (units.to_code_points(unit) is None) == (unit not in begins)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 6), ("0", 2), (0.0, 2), (True, 2), (None, 2)])
def test_spans_outside_the_text_are_refused(start: object, end: object) -> None:
    with pytest.raises(InvalidRecordError, match="does not fit"):
        require_range(start, end, 5)


def test_errors_show_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(InvalidRecordError) as quote:
        require_quote("李某敢担当", 2, 5, "怕担当")
    assert (quote.value.message, quote.value.expected) == ("the text at 2-5 is '敢担当'", "'怕担当'")
    with pytest.raises(InvalidRecordError) as text:
        require_text("李某不敢担当", "李某敢担当")
    assert "from character 2 on it reads '李某不敢担当'" in text.value.message
    assert text.value.expected == "'李某敢担当'"
