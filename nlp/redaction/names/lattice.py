"""The likeliest way to read a line as words and names (Viterbi over jieba's words and possible names).

A name is taken only where it makes the line likelier than any reading without it: 王牌, 高度 and 马上 are words, and in
双方主任 nobody is called 方.
"""

from __future__ import annotations

import math
from typing import Final

from nlp.redaction.names.candidates import Candidate, candidates_at
from nlp.redaction.names.likelihood import LONGEST, likelihood
from nlp.redaction.names.lists import name_lists

_OTHER: Final = 2.0
"""Of a character that is no ideograph."""


def read_line(line: str, ease: float = 0.0) -> list[Candidate]:
    """The names of the best reading.

    Args:
        line: folded text without line breaks.
        ease: how much less a full name costs than usual.

    Returns:
        In order, without overlap.
    """
    tables, lists = likelihood(), name_lists()
    size = len(line)
    best = [math.inf] * (size + 1)
    best[0] = 0.0
    back: list[tuple[int, Candidate | None]] = [(0, None)] * (size + 1)
    for place in range(size):
        so_far = best[place]
        if math.isinf(so_far):
            continue
        first = line[place]
        if first < "\u3400":
            _take(best, back, place, place + 1, so_far + _OTHER, None)
        else:
            for length in range(1, min(LONGEST, size - place) + 1):
                cost = tables.word(line[place : place + length])
                if not math.isinf(cost):
                    _take(best, back, place, place + length, so_far + cost, None)
        for candidate in candidates_at(line, place, tables, lists):
            _take(
                best,
                back,
                place,
                candidate.reach,
                so_far + candidate.cost - (ease if candidate.shape == "full" else 0.0),
                candidate,
            )
    found: list[Candidate] = []
    place = size
    while place > 0:
        place, taken = back[place]
        if taken is not None:
            found.append(taken)
    return found[::-1]


def _take(
    best: list[float],
    back: list[tuple[int, Candidate | None]],
    start: int,
    end: int,
    cost: float,
    candidate: Candidate | None,
) -> None:
    if cost < best[end]:
        best[end] = cost
        back[end] = (start, candidate)
