"""Offsets of other programs: UTF-16 code units, as JavaScript counts them."""

from __future__ import annotations

from bisect import bisect_left


class Utf16Map:
    """Code points to UTF-16 code units of one text, and back.

    Characters beyond the Basic Multilingual Plane (emoji, ideographs of extension B and later) are one code point and
    two code units.

    Args:
        text: what the offsets refer to.

    Attributes:
        size: length of the text in code units.
    """

    def __init__(self, text: str) -> None:
        self._points = [place for place, character in enumerate(text) if character > "\uffff"]
        self._units = [place + number for number, place in enumerate(self._points)]
        self.size = len(text) + len(self._points)

    def from_code_points(self, offset: int) -> int:
        """The code unit at which the code point ``offset`` begins."""
        return offset + bisect_left(self._points, offset)

    def to_code_points(self, offset: int) -> int | None:
        """The code point that begins at code unit ``offset``; None inside a surrogate pair."""
        before = bisect_left(self._units, offset)
        if before and self._units[before - 1] == offset - 1:
            return None
        return offset - before
