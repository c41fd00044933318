import io

import pytest

from nlp.errors import TooLargeError, UnsupportedFormatError
from nlp.reading import Limits, RawDocument, read_bytes
from nlp.reading.ocr import engine
from nlp.reading.ocr.pdf_pages import is_garbled
from tests.archives.page_texts import LINES
from tests.archives.pages import scan_pdf

needs_models = pytest.mark.skipif(not engine.available(), reason="needs the extra ocr: pip install yanpan[ocr]")

TEXT = "\n".join(LINES)


def only(data, limits=None):
    (item,) = read_bytes(data, name="扫描.pdf", limits=limits or Limits())
    return item


def combined(*files, rotate=0):
    """The pages of some PDFs in one file."""
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for data in files:
        part = pypdfium2.PdfDocument(data)
        whole.import_pages(part)
        part.close()
    for index in range(len(whole)):
        page = whole[index]
        page.set_rotation(rotate)
        page.close()
    buffer = io.BytesIO()
    whole.save(buffer)
    whole.close()
    return buffer.getvalue()


@needs_models
def test_text_pages_are_read_and_scanned_pages_recognised(small, make_pdf):
    data = combined(make_pdf([["有文字层的一页，内容不少。"]]), scan_pdf([small().image]), make_pdf([[]]))
    document = only(data)
    assert isinstance(document, RawDocument), document
    assert document.text == f"有文字层的一页，内容不少。\n{TEXT}\n"
    assert [anchor.recognised for anchor in document.anchors] == [False, True, False]
    assert [document.text[line.start : line.end] for line in document.lines] == list(LINES)
    assert document.meta == {"pages_without_text": [3]}
    error = only(combined(data, data), Limits(max_scanned_pages=1))
    assert isinstance(error, TooLargeError)
    assert error.place == "page 5"


@needs_models
@pytest.mark.parametrize("angle", [90, 180])
def test_pages_that_are_shown_turned(small, angle):
    lying = scan_pdf([small().image.rotate(angle, expand=True)])
    assert only(combined(lying, rotate=angle)).text == TEXT


@needs_models
def test_a_garbled_text_layer_is_not_believed(small, make_pdf):
    private = "".join(chr(0xE000 + number) for number in range(30))
    document = only(combined(make_pdf([[private]]), scan_pdf([small().image])))
    # Drawn, a font without glyphs shows nothing that could be read.
    assert private not in document.text
    assert [anchor.recognised for anchor in document.anchors] == [True, True]


@needs_models
def test_a_stamp_of_the_scanner_is_no_text_layer(small):
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 232), invariant=True)
    canvas.drawImage(ImageReader(small().image), 0, 0, 300, 232)
    canvas.setFont("Helvetica", 6)
    canvas.drawString(5, 2, "CamScanner")
    canvas.save()
    document = only(buffer.getvalue())
    assert document.text.startswith(TEXT)
    assert document.anchors[0].recognised


def test_without_the_extra_text_pages_are_still_read(small, make_pdf, monkeypatch):
    pytest.importorskip("PIL")
    scan = scan_pdf([small().image])
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    document = only(combined(make_pdf([["文字层"]]), scan))
    assert document.text == "文字层\n"
    assert document.meta == {"pages_without_text": [2]}
    error = only(scan)
    assert isinstance(error, UnsupportedFormatError)
    assert "pip install yanpan[ocr]" in str(error)


@needs_models
def test_too_many_pixels_inside_a_page(small):
    error = only(scan_pdf([small().image]), Limits(max_pixels=100_000))
    assert isinstance(error, TooLargeError)
    assert error.place == "page 1"
    assert "800 x 620" in str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        (" \n", False),
        ("李某同志敢于担当。", False),
        ("Plain English, 100 %.", False),
        ("Détaillé à l'été, où ça?", False),
        ("\ue000\ue001\ue002党委", True),
        ("党委书记李某同志，男，汉族\ue000", False),
        ("\ufffd\ufffd\ufffd", True),
        ("李某同志".encode("gbk").decode("latin-1"), True),
        ("\x01\x02\x03\x04A", True),
    ],
)
def test_garbled_text_layers(text, expected):
    assert is_garbled(text) is expected
