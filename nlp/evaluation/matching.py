"""Which predicted tags are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

SHARE = 0.5
"""Least overlap of two matching spans, as a share of the shorter one."""


class Spanned(Protocol):
    """What matching looks at."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def end(self) -> int:
        """Character after the last."""

    @property
    def label(self) -> str:
        """Codebook id."""

    @property
    def polarity(self) -> str:
        """+ or -."""


class Matching(NamedTuple):
    """Pairs of indices (predicted, gold), and what is left over on either side."""

    pairs: list[tuple[int, int]]
    spurious: list[int]
    missed: list[int]


def overlap(one: Spanned, other: Spanned) -> float:
    """Shared characters as a share of the shorter span, 0..1."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(shared, 0) / max(min(one.end - one.start, other.end - other.start), 1)


def match(
    predicted: Sequence[Spanned], gold: Sequence[Spanned], *, labels: bool = True, polarity: bool = True
) -> Matching:
    """Match tags one to one, the largest overlaps first.

    Args:
        predicted: tags of the tagger.
        gold: tags of the reader.
        labels: whether the labels must agree (otherwise spans alone are compared).
        polarity: whether the polarities must agree.
    """
    reach = [
        (overlap(one, other), -abs(one.start - other.start), number, place)
        for number, one in enumerate(predicted)
        for place, other in enumerate(gold)
        if (not labels or one.label == other.label)
        and (not polarity or one.polarity == other.polarity)
        and overlap(one, other) >= SHARE
    ]
    free_predicted, free_gold = set(range(len(predicted))), set(range(len(gold)))
    pairs = []
    for _, _, number, place in sorted(reach, reverse=True):
        if number in free_predicted and place in free_gold:
            free_predicted.remove(number)
            free_gold.remove(place)
            pairs.append((number, place))
    return Matching(sorted(pairs), sorted(free_predicted), sorted(free_gold))
