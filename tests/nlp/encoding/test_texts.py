import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoding.texts import distinct_texts, replace_surrogates, spread_rows
from nlp.errors import EncoderError

# hypothesis keeps surrogates out of text(), so they are made from their numbers.
ANY_CHARACTER = st.one_of(st.characters(), st.integers(0xD800, 0xDFFF).map(chr), st.sampled_from("李某好 \u3000"))
ANY_TEXT = st.lists(ANY_CHARACTER, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("普通", "普通"),
        ("\ud800", "\ufffd"),
        ("李\udc80某", "李\ufffd某"),
        ("\ud842\udfb7", "𠮷"),
        ("\udfb7\ud842", "\ufffd\ufffd"),
        ("𠮷\ud842", "𠮷\ufffd"),
    ],
)
def test_surrogates(text: str, clean: str) -> None:
    assert replace_surrogates(text) == clean


@given(ANY_TEXT)
def test_result_is_always_utf8_and_clean_text_is_untouched(text: str) -> None:
    clean = replace_surrogates(text)
    clean.encode("utf-8")
    assert replace_surrogates(clean) == clean
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert clean == text


@given(st.lists(ANY_TEXT))
def test_distinct_and_spread_are_inverse(texts: list[str]) -> None:
    distinct, rows = distinct_texts(texts)
    assert len(set(distinct)) == len(distinct)
    vectors = np.arange(1, len(distinct) + 1, dtype=np.float32)[:, None]
    spread = spread_rows(vectors, rows)[:, 0]
    for text, value in zip(texts, spread, strict=True):
        if not text or text.isspace():
            assert value == 0
        else:
            assert distinct[int(value) - 1] == replace_surrogates(text)


def test_first_appearance_sets_the_order() -> None:
    distinct, rows = distinct_texts(["乙", "", "甲", "乙", "\u3000 \n"])
    assert distinct == ["乙", "甲"]
    assert rows.tolist() == [0, -1, 1, 0, -1]


def test_one_string_is_refused() -> None:
    with pytest.raises(EncoderError, match="one string"):
        distinct_texts("该同志")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(EncoderError, match="not finite"):
        spread_rows(np.array([[1.0, bad]], dtype=np.float32), np.array([0], dtype=np.intp))
