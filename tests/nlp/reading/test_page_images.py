"""Pages as pictures: bounded, upright, and no harm from files that are broken."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from nlp.errors import CorruptFileError, ReadingError
from nlp.reading.page_images import PDF, WIDTH, draw_page, has_pages, main, picture_type
from nlp.resources import corpora_path

LETTER = corpora_path("samples", "07-信访核查报告-某水利局.pdf")


def picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def image_file(kind: str, *sizes: tuple[int, int], colour: str = "red", **more: object) -> bytes:
    kept = BytesIO()
    first, *rest = [Image.new("RGB", size, colour) for size in sizes]
    first.save(kept, kind, **({"save_all": True, "append_images": rest} if rest else {}), **more)
    return kept.getvalue()


def test_a_page_of_a_pdf_is_drawn_with_its_words() -> None:
    drawn = draw_page(LETTER.read_bytes(), PDF, 1)
    assert picture_type(drawn) == "image/png"
    page = picture(drawn).convert("L")
    assert page.width == WIDTH
    dark = sum(page.histogram()[:100]) / (page.width * page.height)
    assert 0.005 < dark < 0.4


def test_images_are_upright_and_no_larger_than_needed() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held on its side
    drawn = draw_page(image_file("JPEG", (3000, 2000), exif=turned), "image/jpeg", 1)
    assert picture_type(drawn) == "image/jpeg"
    assert picture(drawn).size == (WIDTH, 1650)
    small = picture(draw_page(image_file("PNG", (40, 30)), "image/png", 1))
    assert small.size == (40, 30)
    assert small.getpixel((5, 5))[0] > 200
    clear = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "PNG")
    assert min(picture(draw_page(clear.getvalue(), "image/png", 1)).getpixel((3, 3))) > 250


def test_each_page_of_a_tiff_is_its_own() -> None:
    scans = image_file("TIFF", (30, 40), (50, 20))
    assert [picture(draw_page(scans, "image/tiff", number)).size for number in (1, 2)] == [(30, 40), (50, 20)]
    with pytest.raises(ReadingError, match="no page 3"):
        draw_page(scans, "image/tiff", 3)


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_page_that_is_not_there(number: int) -> None:
    with pytest.raises(ReadingError, match="no page"):
        draw_page(LETTER.read_bytes(), PDF, number)


@pytest.mark.parametrize(("media_type", "content"), [(PDF, b"%PDF-1.4 nothing"), ("image/png", b"\x89PNG\r\n\x1a\n")])
def test_broken_files_are_named(media_type: str, content: bytes) -> None:
    with pytest.raises(CorruptFileError):
        draw_page(content, media_type, 1)


def test_a_process_of_its_own_answers_with_a_picture_or_an_error() -> None:
    command = [sys.executable, "-m", "nlp.reading.page_images"]
    root = Path(__file__).parents[3]
    done = subprocess.run([*command, PDF, "1"], input=LETTER.read_bytes(), capture_output=True, check=True, cwd=root)
    assert picture(done.stdout).width == WIDTH
    bad = subprocess.run([*command, PDF, "1"], input=b"%PDF", capture_output=True, check=False, cwd=root)
    assert (bad.returncode, bad.stdout) == (3, b"")
    assert json.loads(bad.stderr)["code"] == CorruptFileError.code


def test_what_has_pages() -> None:
    assert has_pages(PDF)
    assert has_pages("image/tiff")
    assert not has_pages("text/html")
    assert not has_pages(None)
    assert callable(main)
