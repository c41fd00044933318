"""Two sequences of clauses side by side."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["replace", "delete", "insert", "equal"]
Step = tuple[Kind, int, int, int, int]
"""Kind, range in the one sequence, range in the other, as in ``difflib``."""

LONG = 4000
"""Clauses between the common beginning and the common end from which on frequent ones are no anchors any more: comparing
takes time with the square of how often a clause comes back."""


def align(one: Sequence[str], other: Sequence[str]) -> list[Step]:
    """How the one sequence becomes the other, in order; the ranges cover both."""
    shorter = min(len(one), len(other))
    begin = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    end = 0
    while end < shorter - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    middle, its = one[begin : len(one) - end], other[begin : len(other) - end]
    steps: list[Step] = [("equal", 0, begin, 0, begin)] if begin else []
    matcher = SequenceMatcher(None, middle, its, autojunk=max(len(middle), len(its)) > LONG)
    steps += [
        (kind, first + begin, last + begin, since + begin, until + begin)
        for kind, first, last, since, until in matcher.get_opcodes()
    ]
    if end:
        steps.append(("equal", len(one) - end, len(one), len(other) - end, len(other)))
    return steps
