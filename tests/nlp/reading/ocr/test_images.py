import io
import struct
import subprocess
import sys
import zlib

import pytest

from nlp.errors import CorruptFileError, TimeLimitError, TooLargeError, UnsupportedFormatError
from nlp.reading import Limits, RawDocument, read_bytes
from nlp.reading.ocr import engine, images
from tests.archives.page_texts import LINES, PARAGRAPHS, ROWS, TITLE
from tests.archives.pages import Sheet, encode, scanned

needs_models = pytest.mark.skipif(not engine.available(), reason="needs the extra ocr: pip install yanpan[ocr]")

TEXT = "\n".join(LINES)


def only(data, name="扫描.png", limits=None):
    (item,) = read_bytes(data, name=name, limits=limits or Limits())
    return item


def header(width, height):
    """A PNG that is nothing but its header."""

    def chunk(kind, content):
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))

    ihdr = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@needs_models
def test_a_page_with_the_confidence_of_its_lines(small):
    document = only(encode([small().image]))
    assert isinstance(document, RawDocument), document
    assert document.text == TEXT
    assert document.media_type == "image/png"
    (anchor,) = document.anchors
    assert (anchor.kind, anchor.number, anchor.start, anchor.end) == ("page", 1, 0, len(TEXT))
    assert anchor.recognised
    assert [document.text[line.start : line.end] for line in document.lines] == list(LINES)
    assert all(0.8 < line.confidence <= 1 for line in document.lines)
    assert document.meta == {}


@needs_models
@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages(small, angle):
    turned = small().image.rotate(angle, expand=True)
    assert only(encode([turned])).text == TEXT


@needs_models
def test_a_photograph_is_turned_by_its_exif_data(small):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = small().image.rotate(90, expand=True).convert("RGB")
    assert only(encode([turned], "JPEG", exif=exif.tobytes(), quality=90), "照片.jpg").text == TEXT


@needs_models
def test_a_skewed_noisy_form():
    form = Sheet((1400, 1000))
    form.y = 60
    form.title(TITLE)
    form.table(ROWS, (0.08, 0.4, 0.15, 0.37))
    document = only(encode([scanned(form.image, noise=12, angle=-1.5)]))
    # The label of the third row is set upright, the text beside it wrapped.
    assert document.text == form.text


@needs_models
def test_two_columns():
    page = Sheet((1500, 1000))
    page.y = 60
    page.columns(PARAGRAPHS[:1], PARAGRAPHS[3:])
    found = only(encode([scanned(page.image, noise=8)])).text.split("\n")
    assert [line.strip() for line in found] == page.lines
    assert sum(line.startswith("\u3000\u3000") for line in found) == 2


@needs_models
def test_pages_of_a_tiff(small):
    first, second = small("一、工作"), small("二、作风")
    document = only(encode([first.image, second.image], "TIFF", compression="tiff_lzw"), "多页.tif")
    assert document.text == "一、工作\n二、作风"
    assert [(a.number, document.text[a.start : a.end]) for a in document.anchors] == [(1, "一、工作"), (2, "二、作风")]
    assert document.media_type == "image/tiff"
    error = only(encode([first.image] * 3, "TIFF"), "多页.tif", Limits(max_scanned_pages=2))
    assert isinstance(error, TooLargeError)
    assert "3 pages" in str(error)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("BMP", "RGB"),
        ("GIF", "P"),
        ("WEBP", "RGB"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("TIFF", "CMYK"),
        ("TIFF", "F"),
    ],
)
def test_every_kind_of_pixels_becomes_black_on_white(kind, mode, small):
    pytest.importorskip("PIL", reason="needs the extra ocr")
    import numpy as np
    from PIL import Image

    page = small().image
    if mode in ("LA", "RGBA"):
        # Ink on nothing.
        picture = Image.new(mode, page.size, 0)
        picture.putalpha(page.point(lambda level: 255 - level))
    elif mode == "I;16":
        picture = Image.fromarray(np.asarray(page, np.uint16) * 100)
    else:
        picture = page.convert(mode)
    (pixels,) = images._pages(encode([picture], kind), Limits())
    assert pixels.shape == (620, 800, 3)
    assert pixels.dtype == np.uint8
    expected = np.asarray(page, np.float32)
    assert np.abs(pixels.mean(axis=2) - expected).mean() < 6


def test_a_large_page_is_scaled_down(small):
    pytest.importorskip("PIL", reason="needs the extra ocr")
    page = small().image.resize((4000, 3100))
    (pixels,) = images._pages(encode([page]), Limits())
    assert 0.9 * images.MOST_DOTS < pixels.shape[0] * pixels.shape[1] <= 1.01 * images.MOST_DOTS


@needs_models
@pytest.mark.parametrize("side", [10_000, 50_000, 60_000])
def test_too_many_pixels_are_refused_by_the_header(side, recwarn):
    error = only(header(side, side))
    assert isinstance(error, TooLargeError)
    assert error.path == "扫描.png"
    assert "pixels" in str(error)


@needs_models
def test_broken_images(small):
    data = encode([small().image])
    for broken in (
        data[:60],
        data[: len(data) // 2],
        b"\x89PNG\r\n\x1a\n\0",
        header(100, 100),
        b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(20),
    ):
        error = only(broken)
        assert isinstance(error, CorruptFileError), broken[:20]
        assert error.hint


@needs_models
def test_a_picture_without_text():
    from PIL import Image

    error = only(encode([Image.new("L", (300, 300), 255)]), "风景.png")
    assert isinstance(error, UnsupportedFormatError)
    assert "no text" in error.message


@needs_models
def test_a_page_may_not_take_forever(small, monkeypatch):
    clock = iter(range(0, 10_000, 60))
    monkeypatch.setattr(engine.time, "monotonic", lambda: float(next(clock)))
    error = only(encode([small().image]), limits=Limits(max_page_seconds=30))
    assert isinstance(error, TimeLimitError)
    assert error.place == "page 1"
    assert "30 seconds" in str(error)


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    error = only(header(10, 10))
    assert isinstance(error, UnsupportedFormatError)
    assert "pip install yanpan[ocr]" in str(error)
    assert "OCR" in str(error)


def test_phone_photographs_say_what_to_do():
    error = only(b"\0\0\0\x18ftypheic" + bytes(40), "IMG_1.HEIC")
    assert isinstance(error, UnsupportedFormatError)
    assert ".jpg" in str(error)


def test_nothing_heavy_is_imported_for_a_text():
    check = (
        "import sys\nfrom nlp.reading import read_bytes\n"
        "(item,) = read_bytes('问：好'.encode(), name='a.txt')\nimport nlp.reading.pdf\n"
        "loaded = {'rapidocr', 'onnxruntime', 'cv2', 'PIL', 'numpy'} & set(sys.modules)\nassert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)


@needs_models
def test_pages_are_counted_for_recycling(small, monkeypatch):
    before = engine.pages_read()
    only(encode([small("敢于担当").image]))
    assert engine.pages_read() == before + 1
    monkeypatch.setitem(engine._state, "pages", engine.RECYCLE_PAGES)
    assert engine.should_recycle()


@needs_models
def test_upload_of_a_stream_of_noise():
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(1).integers(0, 256, (400, 400), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    item = only(buffer.getvalue())
    # Either nothing is found, or what is found is doubtful.
    assert isinstance(item, UnsupportedFormatError) or item.meta["low_confidence"]
