"""Whether scores mean what they say: of tags scored 0.7, about seven in ten should be right.

Reliability bins of equal width and the expected calibration error (Guo, Pleiss, Sun and Weinberger 2017, On Calibration
of Modern Neural Networks, section 2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp.evaluation.comparing import Comparison
from nlp.evaluation.scores import ratio

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Tags scored in ``(low, high]``; the first bin holds 0 as well.

    Attributes:
        count: tags.
        score: their mean score, None in an empty bin.
        right: share of them that is right, None in an empty bin.
    """

    low: float
    high: float
    count: int
    score: float | None
    right: float | None


@dataclass(frozen=True)
class Calibration:
    """Reliability of scores.

    Attributes:
        bins: equal widths from 0 to 1.
        error: expected calibration error, 0..1: the mean distance of score and share right, weighted by the tags of
            each bin; None without tags.
        count: tags.
    """

    bins: tuple[Bin, ...]
    error: float | None
    count: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"error": self.error, "count": self.count, "bins": [asdict(item) for item in self.bins]}


def calibration(comparisons: Iterable[Comparison], *, bins: int = BINS) -> Calibration:
    """Calibration of the scores of all predicted tags; right ones are those of ``Comparison.right``."""
    scored: list[tuple[float, bool]] = []
    for item in comparisons:
        scored += [(found.score, True) for _, found in item.right]
        scored += [(found.score, False) for _, found in (*item.wrong_polarity, *item.wrong_label)]
        scored += [(found.score, False) for found in item.spurious]
    return reliability(scored, bins=bins)


def reliability(scored: Sequence[tuple[float, bool]], *, bins: int = BINS) -> Calibration:
    """Calibration of scores (0..1), each with whether the tag is right."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, right in scored:
        members[min(max(math.ceil(round(score * bins, 9)) - 1, 0), bins - 1)].append((score, right))
    rows = tuple(
        Bin(
            number / bins,
            (number + 1) / bins,
            len(held),
            ratio(sum(score for score, _ in held), len(held)),
            ratio(sum(right for _, right in held), len(held)),
        )
        for number, held in enumerate(members)
    )
    distance = sum(row.count * abs((row.score or 0) - (row.right or 0)) for row in rows)
    return Calibration(rows, ratio(distance, len(scored)), len(scored))
