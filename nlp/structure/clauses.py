"""Clauses and sentences as ranges of the folded text."""

from __future__ import annotations

import re
from dataclasses import dataclass

CLAUSE_STOPS = "，。；！？：\n"
SENTENCE_STOPS = "。！？\n"
_CLAUSE = re.compile(f"[^{CLAUSE_STOPS}]+")
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(f"[{SENTENCE_STOPS}]")
_EDGE = " \t"


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


def split_clauses(folded: str) -> list[ClauseSpan]:
    """Split a folded text at clause punctuation and line breaks.

    Returns:
        Clauses in order, not overlapping, each holding at least one letter, digit or ideograph. Closing quotes behind a
        full stop stand alone and are no clause.
    """
    clauses: list[ClauseSpan] = []
    sentence = line = position = 0
    for match in _CLAUSE.finditer(folded):
        start, end = match.span()
        gap = folded[position:start]
        if gap:
            line += gap.count("\n")
            if _SENTENCE_END.search(gap):
                sentence += 1
        position = end
        if not _WORD.search(match.group()):
            continue
        while folded[start] in _EDGE:
            start += 1
        while folded[end - 1] in _EDGE:
            end -= 1
        clauses.append(ClauseSpan(start, end, sentence, line))
    return clauses
