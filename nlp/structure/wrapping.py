"""Find the line breaks that only wrap a paragraph, so that they can be taken out.

Texts copied from web pages and text layers of PDF files break at a fixed width, in mid-word, sometimes with a blank
line between any two lines. Such a text shows it by many lines that end without closing punctuation at nearly the same
width. Only then are breaks removed: a list of short remarks, one a line, stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_CLOSING = "。！？；：!?;:”』」）)》…"
_STARTS_ITEM = re.compile(
    r"[ \t]*(?:[一二三四五六七八九十百]+[、.．]|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．](?!\d)|[①-⑳●○■◆•·]"
    r"|[【\[〔]|(?:问|答|谈)[:：])"
)
_KEY_VALUE = re.compile(r"[^，。；：:]{1,12}[:：]")
_MIN_WRAPPED_LINES = 4
_MIN_WIDTH = 28


def find_wraps(text: str) -> list[tuple[int, int, str]]:
    r"""Ranges of ``text`` (a line break and the blanks and empty lines around it) that only wrap a paragraph.

    Args:
        text: with ``\n`` as its only line break.

    Returns:
        Ascending ranges, each with what takes its place: nothing, or a blank between two Latin words. Empty when the
        text does not look wrapped.
    """
    lines = _lines(text)
    if len(lines) <= _MIN_WRAPPED_LINES:
        return []
    widths = [_width(text[start:end]) for start, end in lines]
    width = _wrap_width(text, lines, widths)
    if width is None:
        return []
    wraps: list[tuple[int, int, str]] = []
    for index in range(len(lines) - 1):
        end, (after, after_end) = lines[index][1], lines[index + 1]
        if widths[index] < 0.9 * width or widths[index] > 1.12 * width:
            continue
        following = text[after:after_end]
        closed = text[end - 1] in _CLOSING
        starts_new = bool(_STARTS_ITEM.match(following)) or _indented(text, after)
        if starts_new or (closed and _KEY_VALUE.match(following)):
            continue
        if closed and widths[index] < 0.94 * width:
            continue
        words = _latin_letter(text[end - 1]) and _latin_letter(following[0])
        wraps.append((end, after, " " if words else ""))
    return wraps


def _lines(text: str) -> list[tuple[int, int]]:
    """Ranges of the lines that hold anything, without blanks at their ends."""
    spans: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped[0])
            spans.append((start, start + len(stripped)))
        position += len(line) + 1
    return spans


def _wrap_width(text: str, lines: Sequence[tuple[int, int]], widths: Sequence[int]) -> int | None:
    """The width at which the text wraps, in columns, or None."""
    open_widths = sorted(w for (_, end), w in zip(lines, widths, strict=True) if text[end - 1] not in _CLOSING)
    if len(open_widths) < _MIN_WRAPPED_LINES:
        return None
    width = open_widths[int(len(open_widths) * 0.75)]
    if width < _MIN_WIDTH:
        return None
    near = sum(0.9 * width <= w <= 1.12 * width for w in open_widths)
    too_long = sum(w > 1.12 * width for w in widths)
    if near < _MIN_WRAPPED_LINES or near < 0.6 * len(open_widths) or too_long > 0.08 * len(lines):
        return None
    # Most full lines must break inside a sentence; paragraphs of equal length by chance end in punctuation.
    full = sum(0.9 * width <= w <= 1.12 * width for w in widths)
    return width if near >= 0.5 * full else None


def _width(line: str) -> int:
    """Columns of a line: two for a wide character, one for any other."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


def _indented(text: str, start: int) -> bool:
    return start >= 2 and text[start - 2 : start].isspace() and "\n" not in text[start - 2 : start]


def _latin_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
