import codecs
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import UndecodableTextError
from nlp.reading import Limits, RawDocument, read_bytes

CHINESE = "李某同志任A镇党委书记以来，敢于担当，从不推诿扯皮。\n不足之处：理论学习不够系统。\n"
# Extension A, extension B, an emoji with a joiner, a private-use character of a name.
RARE = "㐂某、𠮷某、👨‍👩‍👧，某\ue815"
TRADITIONAL = "該同志工作認真負責，團結同事，群眾反映良好。"

# What text files hold: no controls, no half surrogates, nothing unassigned or private.
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n\t、，。某"), max_size=80
)


@pytest.mark.parametrize(
    ("mark", "codec", "charset"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
        (b"", "gb18030", "gb18030"),
    ],
)
def test_charsets_that_hold_every_character(mark, codec, charset, read_one):
    text = CHINESE + RARE
    document = read_one(mark + text.encode(codec), "材料.txt")
    assert document.text == text
    assert document.charset == charset
    assert document.media_type == "text/plain"
    assert document.id == document.path == "材料.txt"


def test_sha256_is_of_the_bytes(read_one):
    data = codecs.BOM_UTF8 + CHINESE.encode()
    assert read_one(data, "a.txt").sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("text", ["李某", "敢于担当。", "某县某局", "不够细致", "同意", "仝某、逯某", "㐂某同志"])
def test_short_gb18030(text, read_one):
    document = read_one(text.encode("gb18030"), "意见.txt")
    assert document.text == text


def test_traditional_text_in_gb18030(read_one):
    assert read_one(TRADITIONAL.encode("gb18030"), "a.txt").text == TRADITIONAL


@pytest.mark.parametrize("text", [TRADITIONAL, "敢於擔當", "工作不夠細緻，需要改進"])
def test_big5_is_told_from_gb18030(text, read_one):
    document = read_one(text.encode("big5"), "a.txt")
    assert document.text == text
    assert document.charset in ("cp950", "big5hkscs")


def test_other_charsets_are_guessed(read_one):
    japanese = "これは日本語の文章です。会議の記録をここに書きます。よろしくお願いします。\n" * 3
    assert read_one(japanese.encode("cp932"), "a.txt").text == japanese
    english = "Mr X’s report – the committee’s “view” of Town A is that the work was done well and on time.\n" * 3
    assert read_one(english.encode("cp1252"), "b.txt").text == english


@given(texts, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_any_text_survives_unicode_charsets(text, codec):
    # A leading U+FEFF is a byte order mark in any of them.
    text = text.lstrip("\ufeff")
    (item,) = read_bytes(text.encode(codec), name="a.txt")
    assert isinstance(item, RawDocument), item
    assert item.text == text


@given(
    st.text(st.sampled_from("李某敢于担当，。工作扎实\n群众评价较好3票"), min_size=6),
    st.lists(st.sampled_from("𠮷㐂㙍仝犇😀")),
)
def test_chinese_with_rare_characters_survives_gb18030(text, rare):
    for at, char in enumerate(rare[: len(text) // 6]):
        text = text[: at * 6] + char + text[at * 6 :]
    (item,) = read_bytes(text.encode("gb18030"), name="a.txt")
    assert isinstance(item, RawDocument), item
    assert item.text == text


@given(st.text(st.sampled_from("某\r\n\t x\u2028\x0c😀"), max_size=40))
def test_line_anchors_tile_the_text(text):
    (item,) = read_bytes(text.encode(), name="a.txt")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [(a.number, text[a.start : a.end]) for a in item.anchors] == [
        (number, line) for number, line in enumerate(lines, 1) if line
    ]
    for anchor in item.anchors:
        assert item.anchor_at(anchor.start) == item.anchor_at(anchor.end - 1) == anchor
    assert item.anchor_at(len(text)) is None


def test_line_ends_stay_as_they_are(read_one):
    text = "甲\r\n乙\r丙\n\n丁"
    document = read_one(text.encode(), "a.txt")
    assert document.text == text
    assert [anchor.number for anchor in document.anchors] == [1, 2, 3, 5]


@pytest.mark.parametrize("data", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_empty_file_is_an_empty_document(data, read_one):
    document = read_one(data, "空.txt")
    assert document.text == ""
    assert document.anchors == ()
    assert document.sha256 == hashlib.sha256(data).hexdigest()


# A pseudo-random stream with every byte value, and the same with the low controls (what a sniffer sees first) left out.
NOISE = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(200))
HIGH_NOISE = bytes(byte | 0x80 for byte in NOISE)
PRINTABLE_NOISE = bytes(byte for byte in NOISE if byte >= 0x20)


@pytest.mark.parametrize(
    "data", [NOISE, HIGH_NOISE, PRINTABLE_NOISE, b"\0" * 100, b"ab\0cd\0" * 50, b"\x7fELF" + NOISE]
)
def test_binary_renamed_to_txt(data, read_error):
    error = read_error(data, "程序.txt")
    assert isinstance(error, UndecodableTextError)
    assert error.hint


@pytest.mark.parametrize("at", [100, 9000])
def test_some_nul_bytes_betray_binary_data(at, read_error, read_one):
    # Too few to count as many controls; in what the sniffer sees and behind it.
    text = "plain words, " * 1000
    broken = text[:at] + "\0" * 40 + text[at:]
    assert isinstance(read_error(broken.encode(), "a.txt"), UndecodableTextError)
    # One stray NUL in a long text is no reason to lose it.
    assert "\0" in read_one((text[:at] + "\0" + text[at:]).encode(), "a.txt").text


def test_damaged_utf8_is_not_guessed_into_wrong_characters(read_error):
    data = bytearray((CHINESE * 20).encode())
    del data[len(CHINESE.encode()) + 1]
    error = read_error(bytes(data), "a.txt")
    assert isinstance(error, UndecodableTextError)
    assert "damaged at byte" in error.message
    assert "line 3" in error.message


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-8"])
def test_wrong_byte_order_mark(codec, read_error):
    mark = codecs.BOM_UTF16_LE if codec == "utf-16-le" else codecs.BOM_UTF8
    assert isinstance(read_error(mark + b"\x00\xd8\x41", "a.txt"), UndecodableTextError)


def test_utf16_of_private_characters_only_is_no_text(read_error):
    assert isinstance(read_error("\ue000\ue001\uf8ff".encode("utf-16"), "a.txt"), UndecodableTextError)


@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    for item in read_bytes(data, name="a.txt", limits=Limits()):
        if isinstance(item, RawDocument):
            item.text.encode("utf-8")
