"""Spans as pieces that cross no line break."""

from __future__ import annotations

import re

# All that Python's line iteration takes for the end of a line; brat reads its files with it.
_BREAKS = re.compile("[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+")


def fragments(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The ranges of a span between its line breaks; empty when the span holds nothing else."""
    pieces = []
    at = start
    for found in _BREAKS.finditer(text, start, end):
        if found.start() > at:
            pieces.append((at, found.start()))
        at = found.end()
    if at < end:
        pieces.append((at, end))
    return tuple(pieces)


def quote_of(text: str, pieces: tuple[tuple[int, int], ...]) -> str:
    """The quote as an ``.ann`` spells it: the pieces, joined by single spaces."""
    return " ".join(text[start:end] for start, end in pieces)


def one_line(text: str) -> str:
    """Any text on one line, for notes: line breaks and tabs become spaces."""
    return _BREAKS.sub(" ", text).replace("\t", " ")


def only_breaks(text: str) -> bool:
    """Whether a text holds nothing but line breaks."""
    return not _BREAKS.sub("", text)
