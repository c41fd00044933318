"""Passages: the pieces of a case's text that are embedded and shown as evidence of a match."""

from __future__ import annotations

import re
from typing import NamedTuple

SHORT = 40
LONG = 160
_SENTENCES = 3
_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’」』）)\"]*|\n|$)")
_CLAUSE = re.compile(r"[^，,、：:]*(?:[，,、：:]+|$)")


class Passage(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


def split_passages(text: str) -> list[Passage]:
    """Split a text into passages of one to three sentences, about 40 to 160 code points each.

    Sentences end at 。！？； and line breaks. A passage takes sentences until it has 40 characters and then either
    three sentences or the end of its line; it never grows over 160. Pieces under 10 characters (headings, short turns)
    do not count as sentences. A sentence over 160 is cut at commas, and without commas at 160 characters.

    Returns:
        Passages in text order, without overlap and without outer white space. Every character of the text that is not
        white space lies in exactly one.

    """
    passages: list[Passage] = []
    start = end = count = 0
    for piece in _pieces(text):
        full = piece.end - piece.start >= SHORT // 4
        enough = end - start >= SHORT and (count >= _SENTENCES or "\n" in text[end : piece.start])
        if count and piece.end - start <= LONG and not enough:
            end, count = piece.end, count + full
        else:
            if count:
                passages.append(Passage(start, end))
            start, end, count = piece.start, piece.end, 1
    if count:
        passages.append(Passage(start, end))
    return passages


def _pieces(text: str) -> list[Passage]:
    """Sentences of at most ``LONG`` characters, trimmed, none empty."""
    pieces: list[Passage] = []
    for sentence in _SENTENCE.finditer(text):
        span = _trim(text, *sentence.span())
        if span.end - span.start > LONG:
            pieces.extend(_cut_long(text, span))
        elif span.end > span.start:
            pieces.append(span)
    return pieces


def _cut_long(text: str, span: Passage) -> list[Passage]:
    ends = [found.end() for found in _CLAUSE.finditer(text, *span) if found.end() > found.start()]
    pieces: list[Passage] = []
    start = span.start
    while start < span.end:
        fitting = [end for end in ends if start < end <= start + LONG]
        end = fitting[-1] if fitting else min(start + LONG, span.end)
        piece = _trim(text, start, end)
        if piece.end > piece.start:
            pieces.append(piece)
        start = end
    return pieces


def _trim(text: str, start: int, end: int) -> Passage:
    quote = text[start:end]
    left = len(quote) - len(quote.lstrip())
    return Passage(start + left, start + left + len(quote.strip()))
