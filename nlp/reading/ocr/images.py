"""Image files (PNG, JPEG, TIFF, BMP, GIF, WebP) → the text recognised on them.

A TIFF may have many pages. Of an animated GIF or WebP the first image is read. A photograph is turned as its EXIF data
say, then as its lines run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, ReadingError, TooLargeError, UnsupportedFormatError
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits
from nlp.reading.ocr import engine
from nlp.reading.ocr.page import PageText, recognise
from nlp.reading.ocr.pages import ReadPage, document
from nlp.reading.text import check_characters

if TYPE_CHECKING:
    from PIL import Image

    from nlp.reading.ocr.engine import Pixels

MOST_DOTS: Final = 9_000_000
"""Pixels to which a larger page is scaled down before its text is looked for: an A4 page at 300 dpi."""

_FORMATS: Final = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "GIF", "WEBP")
_AGAIN: Final = "get the file again, or open it in an image viewer and save it anew"
_SMALLER: Final = "scan it anew with fewer dots per inch, or cut it into pages"


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read an image file.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_pixels``, ``max_pages``, ``max_scanned_pages``, ``max_page_seconds`` and ``max_characters``
            apply. The size in pixels is read from the header, nothing larger is decoded.

    Returns:
        The pages joined by ``\n``, one anchor a page; ``lines`` with their confidence.

    Raises:
        UnsupportedFormatError: the extra ``ocr`` is not installed, no text was found, or Pillow cannot read it.
        CorruptFileError: the image is truncated or broken.
        TooLargeError: more pixels, pages or characters than allowed.
        TimeLimitError: a page took too long.
    """
    if not engine.available():
        raise engine.missing("the file is an image")
    pages: list[ReadPage] = []
    for number, pixels in enumerate(_pages(data, limits), 1):
        try:
            scan = recognise(pixels, what="the file is an image", seconds=limits.max_page_seconds)
        except ReadingError as error:
            error.at(place=f"page {number}")
            raise
        pages.append(ReadPage(scan.text, None, scan))
        check_characters("\n".join(page.text for page in pages), limits)
    without = [number for number, page in enumerate(pages, 1) if not page.text]
    if len(without) == len(pages):
        raise nothing_found("the image", [page.scan for page in pages if page.scan])
    meta = {"pages_without_text": without} if without else {}
    return document(pages, name, data, _media_type(data), meta)


def nothing_found(what: str, scans: list[PageText]) -> UnsupportedFormatError:
    """The error for a file on which no text was found."""
    unreadable = sum(scan.unreadable for scan in scans)
    seen = f", only {unreadable:,} lines that cannot be read" if unreadable else ""
    return UnsupportedFormatError(
        f"no text was recognised on {what}{seen}",
        hint="look at it: it may be blank, a photograph, handwriting, or too faint; then scan it anew or type its text",
    )


def _media_type(data: bytes) -> str:
    from PIL import Image

    with opened_image(data) as image:
        return Image.MIME.get(image.format or "", "image")


def _pages(data: bytes, limits: Limits) -> Iterator[Pixels]:
    """The pages of an image file, each decoded when it is asked for."""
    with opened_image(data) as image:
        check_pixels(*image.size, limits)
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        most = min(limits.max_pages, limits.max_scanned_pages)
        if count > most:
            raise TooLargeError(f"the image has {count:,} pages", expected=f"at most {most:,}", hint="split it")
        for number in range(count):
            if number:
                image.seek(number)
                check_pixels(*image.size, limits)
            yield pixels_of(image)


@contextmanager
def opened_image(data: bytes) -> Iterator[Image.Image]:
    """The image, with the errors of Pillow as those of reading."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            yield image
    except ReadingError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise TooLargeError(f"the image is too large: {exc}", hint=_SMALLER) from exc
    except UnidentifiedImageError as exc:
        raise CorruptFileError("the image is broken, or of a kind that Pillow cannot read", hint=_AGAIN) from exc
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError) as exc:
        # Pillow's decoders raise all of these for damaged data.
        raise CorruptFileError(f"the image is truncated or broken ({exc})", hint=_AGAIN) from exc


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Refuse an image with more pixels than allowed.

    Raises:
        TooLargeError: with both counts.
    """
    if width * height > limits.max_pixels:
        raise TooLargeError(
            f"the image has {width:,} x {height:,} pixels",
            expected=f"at most {limits.max_pixels:,} (max_pixels)",
            hint=_SMALLER,
        )


def pixels_of(image: Image.Image) -> Pixels:
    """The current page of an image as 8-bit blue, green and red on white, upright by its EXIF data, no larger than needed."""
    import numpy as np
    from PIL import Image, ImageOps

    wide, high = image.size
    scale = (MOST_DOTS / (wide * high)) ** 0.5
    # A JPEG can be decoded at half its size at once.
    image.draft("RGB", (round(wide * min(scale, 1)), round(high * min(scale, 1))))
    page = ImageOps.exif_transpose(image)
    if page.mode.startswith(("I", "F")):
        grey = np.asarray(page, np.float32)
        low, range_ = float(grey.min()), float(np.ptp(grey))
        page = Image.fromarray(((grey - low) * (255 / (range_ or 1))).astype(np.uint8))
    elif (page.mode != "P" and "A" in page.mode) or "transparency" in page.info:
        paint = page.convert("RGBA")
        page = Image.new("RGB", paint.size, "white")
        page.paste(paint, mask=paint.getchannel("A"))
    if page.width * page.height > MOST_DOTS:
        scale = (MOST_DOTS / (page.width * page.height)) ** 0.5
        size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
        page = (page.convert("L") if page.mode == "1" else page).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(page.convert("RGB"))[:, :, ::-1])
