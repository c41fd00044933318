"""Text as a cell of a workbook holds it: never a formula, never cut, every character kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LIMIT: Final = 32_767
"""Characters of one cell, in UTF-16 code units (Excel's limit)."""

_ROOM: Final = 4_000
# Control characters and the two non-characters that XML cannot hold, and \r, which XML readers turn into \n.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff]")
# Before a character that is escaped itself, too: its escape begins with the line that would end this one.
_ESCAPE_LIKE: Final = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}(?:_|{_ILLEGAL.pattern}))")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def escaped(text: str) -> str:
    """The text with characters XML cannot hold written as ``_xHHHH_``, the way of Office Open XML (ST_Xstring).

    Spreadsheet programs show and save the original characters; what looks like such an escape already is escaped itself.
    """
    return _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE_LIKE.sub("_x005F_", text))


def unescaped(text: str) -> str:
    """What ``escaped`` was given."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would compute the text when it is typed or pasted."""
    return text.startswith(_FORMULA)


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a text, each small enough for a cell even if all of it had to be escaped.

    A text that fits is one piece.
    """
    if len(escaped(text).encode("utf-16-le")) // 2 <= LIMIT:
        yield 0, len(text)
        return
    for start in range(0, len(text), _ROOM):
        yield start, min(len(text), start + _ROOM)
