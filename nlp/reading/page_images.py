"""Pages of a PDF or of an image file as pictures, to be looked at beside the text.

Drawing enters code that damaged files can bring down or keep busy, so a service draws in a process of its own:
``python -m nlp.reading.page_images MEDIA-TYPE NUMBER`` reads the file from standard input and writes the picture to standard
output; an error is one line of JSON on standard error.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO
from typing import Final

from nlp.errors import CorruptFileError, ReadingError, TooLargeError
from nlp.reading.limits import Limits

PDF: Final = "application/pdf"
_IMAGES: Final = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp")

WIDTH: Final = 1100
"""Pixels across a drawn page; an image that is narrower stays as it is."""
_TALLEST: Final = 3 * WIDTH
_BYTES: Final = 2 * 1024**3
_SECONDS: Final = 20
_PNG, _JPEG = b"\x89PNG", b"\xff\xd8"


def has_pages(media_type: str | None) -> bool:
    """Whether files of this type have pages that can be drawn."""
    return media_type == PDF or media_type in _IMAGES


def picture_type(picture: bytes) -> str:
    """The media type of a picture made here."""
    return "image/png" if picture.startswith(_PNG) else "image/jpeg"


def draw_page(data: bytes, media_type: str, number: int) -> bytes:
    """One page as PNG (of a PDF) or JPEG (of an image), at most ``WIDTH`` pixels across.

    Args:
        data: the file.
        media_type: its type; ``has_pages`` holds for it.
        number: of the page, from 1.

    Raises:
        ReadingError: there is no such page, or the file is broken, locked or has too many pixels.
    """
    return _of_pdf(data, number) if media_type == PDF else _of_image(data, number)


def _of_pdf(data: bytes, number: int) -> bytes:
    from nlp.reading.ocr.pdf_pages import draw
    from nlp.reading.pdf import opened

    with opened(data) as document:
        _check_number(number, len(document))
        page = document[number - 1]
        try:
            pixels = draw(page, Limits())
        finally:
            page.close()
    from PIL import Image

    # PDFium draws blue, green, red.
    picture = Image.fromarray(pixels[:, :, ::-1])
    picture.thumbnail((WIDTH, _TALLEST), Image.Resampling.LANCZOS)
    kept = BytesIO()
    picture.quantize(64).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _of_image(data: bytes, number: int) -> bytes:
    from PIL import Image, ImageOps

    from nlp.reading.ocr.images import check_pixels, opened_image

    with opened_image(data) as image:
        check_pixels(*image.size, Limits())
        frames = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
        _check_number(number, frames)
        if number > 1:
            image.seek(number - 1)
            check_pixels(*image.size, Limits())
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        upright.thumbnail((WIDTH, _TALLEST), Image.Resampling.LANCZOS)
        white = Image.new("RGB", upright.size, "white")
        white.paste(upright, mask=upright.getchannel("A"))
    kept = BytesIO()
    white.save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _check_number(number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        raise ReadingError(f"there is no page {number}", expected=f"1 to {pages}")


def main(words: list[str]) -> int:
    """Answer one request; see the module's docstring. Returns the exit status: 0, or 3 for a file that cannot be drawn."""
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
    data = sys.stdin.buffer.read()
    try:
        picture = draw_page(data, words[0], int(words[1]))
    except ReadingError as error:
        told = {"code": error.code, "message": error.message, "expected": error.expected, "hint": error.hint}
        sys.stderr.write(json.dumps(told, ensure_ascii=False))
        return 3
    except MemoryError:
        sys.stderr.write(json.dumps({"code": TooLargeError.code, "message": "the page needs too much memory"}))
        return 3
    except Exception as error:  # whatever a library makes of a damaged file
        told = {"code": CorruptFileError.code, "message": f"the page cannot be drawn ({type(error).__name__})"}
        sys.stderr.write(json.dumps(told, ensure_ascii=False))
        return 3
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
