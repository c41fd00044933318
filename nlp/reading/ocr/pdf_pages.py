"""Which pages of a PDF are scans, and their images. All functions enter PDFium: callers hold its lock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nlp.reading.limits import Limits
from nlp.reading.ocr.images import MOST_DOTS, check_pixels

if TYPE_CHECKING:
    import pypdfium2

    from nlp.reading.ocr.engine import Pixels

DPI: Final = 200
"""Dots per inch at which a page is drawn."""

_STAMP: Final = 40
"""Characters up to which the text over a scan is taken for a stamp of the scanner (its name, a page number)."""
_COVERED: Final = 0.5
_GARBLED: Final = 0.15
_DEPTH: Final = 5
_HAN: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
# What fonts without a table of characters give: private use, replacement, controls, noncharacters, and the accented
# Latin letters that two-byte Chinese text turns into.
_UNMAPPED: Final = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\ufff0-\uffff\U000f0000-\U0010ffff]")
_MOJIBAKE: Final = re.compile("[\xa1-\xff\u0152-\u0192]")


def is_garbled(text: str) -> bool:
    """Whether a text layer gives something other than the characters that are seen.

    Args:
        text: of one page.

    Returns:
        True where more than 15 % of its characters stand for nothing, or where it has accented Latin letters at every
        second place and no ideograph at all.
    """
    characters = "".join(text.split())
    if not characters:
        return False
    if len(_UNMAPPED.findall(characters)) > _GARBLED * len(characters):
        return True
    return len(_MOJIBAKE.findall(characters)) > 0.5 * len(characters) and not _HAN.search(characters)


def needs_recognition(page: pypdfium2.PdfPage, text: str) -> bool:
    """Whether the text of a page must be recognised from its image.

    Args:
        page: open.
        text: its text layer.

    Returns:
        True for a garbled layer; for a page without text that shows anything; for a scan with no more text than a
        scanner's stamp. A scan with a text layer of its own is taken as it is.
    """
    if is_garbled(text):
        return True
    characters = len("".join(text.split()))
    if characters > _STAMP:
        return False
    if characters:
        return _covered(page) >= _COVERED
    from pypdfium2 import raw

    shown = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
    return next(iter(page.get_objects(filter=shown, max_depth=_DEPTH)), None) is not None


def _covered(page: pypdfium2.PdfPage) -> float:
    """Share of the page under its largest image, 0 to 1."""
    from pypdfium2 import raw

    whole = page.get_width() * page.get_height()
    areas = [0.0]
    for image in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=_DEPTH):
        left, bottom, right, top = image.get_bounds()
        areas.append(abs(right - left) * abs(top - bottom))
    return min(1.0, max(areas) / whole) if whole else 0.0


def draw(page: pypdfium2.PdfPage, limits: Limits) -> Pixels:
    """Draw a page at 200 dpi, upright by its ``/Rotate`` entry, smaller where that would be too many dots.

    Args:
        page: open.
        limits: ``max_pixels`` applies to each image on the page, by its header.

    Raises:
        TooLargeError: an image has more pixels than allowed.
    """
    import numpy as np
    from pypdfium2 import raw

    for image in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=_DEPTH):
        width, height = image.get_px_size()
        check_pixels(width, height, limits)
    points = page.get_width() * page.get_height()
    scale = min(DPI / 72, (MOST_DOTS / max(1.0, points)) ** 0.5)
    bitmap = page.render(scale=scale)
    try:
        drawn = np.array(bitmap.to_numpy(), np.uint8)
    finally:
        bitmap.close()
    if drawn.ndim == 2 or drawn.shape[2] == 1:
        return np.repeat(drawn.reshape(*drawn.shape[:2], 1), 3, axis=2)
    return np.ascontiguousarray(drawn[:, :, :3])
