import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor, wait

import fpdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import CorruptFileError, EncryptedFileError, TooLargeError, UnsupportedFormatError
from nlp.reading import Limits, RawDocument, read_bytes
from nlp.reading.pdf import _PDFIUM
from tests.archives.bad_pages import BAD_PAGES


def latin(*pages: str, **encryption: str) -> bytes:
    document = fpdf.FPDF()
    document.set_font("helvetica", size=12)
    for text in pages:
        document.add_page()
        document.multi_cell(0, 8, text)
    if encryption:
        document.set_encryption(**encryption)
    return bytes(document.output())


def test_pages_in_order_with_anchors(make_pdf, read_one):
    data = make_pdf([["李某任A镇党委书记，", "敢于担当。𠮷某"], ["不足之处：", "不够大胆。"]])
    document = read_one(data, "考察/材料.pdf")
    assert document.text == "李某任A镇党委书记，\n敢于担当。𠮷某\n不足之处：\n不够大胆。"
    assert [(a.kind, a.number, document.text[a.start : a.end]) for a in document.anchors] == [
        ("page", 1, "李某任A镇党委书记，\n敢于担当。𠮷某"),
        ("page", 2, "不足之处：\n不够大胆。"),
    ]
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.media_type == "application/pdf"
    assert document.meta == {}


def test_pages_without_text_are_named(make_pdf, read_one):
    document = read_one(make_pdf([[], ["甲"], [], ["乙"]]), "a.pdf")
    assert document.text == "\n甲\n\n乙"
    assert [a.number for a in document.anchors] == [1, 2, 3, 4]
    assert document.meta == {"pages_without_text": [1, 3]}
    assert document.anchor_at(1).number == 2
    assert document.anchor_at(document.text.index("乙")).number == 4


def test_printed_page_labels(read_one):
    document = fpdf.FPDF()
    document.set_font("helvetica", size=12)
    for style in ("r", "D"):
        document.add_page(label_style=style, label_start=4)
        document.cell(text="x")
    found = read_one(bytes(document.output()), "a.pdf").anchors
    assert [(anchor.number, anchor.label) for anchor in found] == [(1, "iv"), (2, "4")]


def test_blank_pages_hold_no_text(make_pdf, read_error):
    error = read_error(make_pdf([[], []]), "空白.pdf")
    assert isinstance(error, UnsupportedFormatError)
    assert "no text was recognised on any page" in str(error)
    assert "blank" in str(error)


def test_marks_of_broken_lines_are_no_part_of_the_text(make_pdf, read_one):
    text = read_one(make_pdf([["the exam-", "ple of 甲-", "乙 and 2019-", "2024年"]]), "a.pdf").text
    assert "example" in text
    assert "甲-" in text
    assert "2019-" in text
    assert not set(text) & set("\ufffe\xad\r\x02\0")


def test_encrypted(read_error, read_one):
    error = read_error(latin("secret", owner_password="o", user_password="u"), "密.pdf")
    assert isinstance(error, EncryptedFileError)
    assert error.hint
    # Protected against changes only: anyone may open and read it.
    assert read_one(latin("open", owner_password="o"), "a.pdf").text == "open"
    # PDFium gives no code of its own for a file without pages, and must not be asked for that of the file before.
    read_error(latin("secret", owner_password="o", user_password="u"), "密.pdf")
    assert isinstance(read_error(BAD_PAGES["无页.pdf"][1](), "无页.pdf"), CorruptFileError)


def test_every_truncation_is_an_error(make_pdf, read_error):
    data = make_pdf([["甲" * 30], ["乙" * 30]])
    for size in [*range(9, len(data) - 6, 97), len(data) - 6]:
        assert isinstance(read_error(data[:size], "断.pdf"), CorruptFileError), size


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Catalog", b"/Nothing"),
        (b"/Type /Pages", b"/Type /Nope_"),
        (b"/Kids [", b"/Kidz ["),
        (b"/Root 1", b"/Root 9"),
    ],
)
def test_broken_structure_never_raises(old, new, make_pdf):
    data = make_pdf([["甲乙丙"]])
    assert old in data
    (item,) = read_bytes(data.replace(old, new), name="a.pdf")
    # PDFium mends some of these; what it cannot mend must be an error, not an empty text.
    assert item.text == "甲乙丙" if isinstance(item, RawDocument) else isinstance(item, CorruptFileError)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_flipped_bytes_never_raise(data):
    raw = bytearray(latin("some text of page one", "page two"))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(5, len(raw) - 8))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (item,) = read_bytes(bytes(raw), name="a.pdf")
    if isinstance(item, RawDocument):
        assert all(0 <= a.start <= a.end <= len(item.text) for a in item.anchors)


def test_limits(make_pdf, read_error, read_one):
    data = make_pdf([["甲乙"], ["丙丁"], ["戊己"]])
    error = read_error(data, "a.pdf", Limits(max_pages=2))
    assert isinstance(error, TooLargeError)
    assert "3 pages" in error.message
    error = read_error(data, "a.pdf", Limits(max_characters=7))
    assert isinstance(error, TooLargeError)
    assert error.place == "page 3"
    assert len(read_one(data, "a.pdf", Limits(max_characters=8, max_pages=3)).text) == 8


@given(st.lists(st.text("李某敢于担当工作扎实群众评价好", max_size=30), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_random_pages_tile_the_text(make_pdf, pages):
    (item,) = read_bytes(make_pdf([[page] for page in pages]), name="a.pdf")
    if not any(pages):
        assert isinstance(item, UnsupportedFormatError)
        return
    assert item.text.split("\n") == pages
    assert [item.text[a.start : a.end] for a in item.anchors] == pages


def test_one_thread_at_a_time_is_inside_pdfium(make_pdf):
    with ThreadPoolExecutor(1) as pool:
        with _PDFIUM:
            waiting = pool.submit(lambda: next(read_bytes(make_pdf([["甲"]]), name="a.pdf")))
            assert not wait([waiting], timeout=0.3).done
        assert waiting.result().text == "甲"


def test_threads_may_read_at_once(make_pdf):
    files = [make_pdf([[f"第{number}份" * 20]] * 5) for number in "一二三四五六七八"]
    with ThreadPoolExecutor(8) as pool:
        items = list(pool.map(lambda data: next(read_bytes(data, name="a.pdf")), files * 4))
    assert [item.text[1] for item in items] == list("一二三四五六七八" * 4)
