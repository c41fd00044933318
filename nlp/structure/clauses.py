"""Clauses and sentences as ranges of the folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CLAUSE_STOPS = "，。；！？：\n\t"
"""The tab stands between the cells of a table row."""
SENTENCE_STOPS = "。！？\n\t"
_CLAUSE = re.compile(f"[^{CLAUSE_STOPS}]+")
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(f"[{SENTENCE_STOPS}]")
_EDGE = " "


@dataclass(frozen=True)
class ClauseSpan:
    """One clause.

    Attributes:
        start, end: range without the punctuation that ends it.
        sentence: running number of the sentence it belongs to.
        line: running number of its line (paragraph).
    """

    start: int
    end: int
    sentence: int
    line: int


def split_clauses(folded: str, breaks: Iterable[int] = ()) -> list[ClauseSpan]:
    """Split a folded text at clause punctuation, line breaks and the given places.

    Args:
        folded: folded text.
        breaks: further offsets at which a clause ends (where a speaker's mark ends and the speech starts).

    Returns:
        Clauses in order, not overlapping, each holding at least one letter, digit or ideograph. Closing quotes behind a
        full stop stand alone and are no clause.
    """
    clauses: list[ClauseSpan] = []
    sentence = line = position = 0
    for start, end in _pieces(folded, sorted(breaks)):
        gap = folded[position:start]
        if gap:
            line += gap.count("\n")
            if _SENTENCE_END.search(gap):
                sentence += 1
        position = end
        if _WORD.search(folded, start, end):
            clauses.append(ClauseSpan(*_without_blanks(folded, start, end), sentence, line))
    return clauses


def _without_blanks(folded: str, start: int, end: int) -> tuple[int, int]:
    piece = folded[start:end]
    return start + len(piece) - len(piece.lstrip(_EDGE)), end - len(piece) + len(piece.rstrip(_EDGE))


def _pieces(folded: str, breaks: Sequence[int]) -> Iterator[tuple[int, int]]:
    upcoming = 0
    for match in _CLAUSE.finditer(folded):
        start, end = match.span()
        while upcoming < len(breaks) and breaks[upcoming] <= start:
            upcoming += 1
        while upcoming < len(breaks) and breaks[upcoming] < end:
            yield start, breaks[upcoming]
            start = breaks[upcoming]
            upcoming += 1
        yield start, end
