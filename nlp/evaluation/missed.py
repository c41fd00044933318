"""What the tagger missed, estimated from a random sample of what it left untagged.

Reading the whole archive again would be the only exact answer. Instead a reviewer reads clauses drawn at random from
those without a tag, drawn stratum by stratum (document type, say) so that rare kinds are looked at too, and the share that
should have had one gives an interval for all. The interval is Wilson's score interval (Wilson 1927; recommended by Brown,
Cai and DasGupta 2001), weighted over strata as a stratified estimate (Cochran 1977, 5A).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

import numpy as np

Item = TypeVar("Item", bound=Hashable)
Z95 = 1.959964


@dataclass(frozen=True)
class Stratum:
    """One kind of text.

    Args:
        untagged: clauses without a tag in the archive.
        read: of them, read by a reviewer.
        missed: of those read, the ones that should have had a tag.

    Raises:
        ValueError: more missed than read, or more read than there are.
    """

    untagged: int
    read: int
    missed: int

    def __post_init__(self) -> None:
        if not 0 <= self.missed <= self.read <= self.untagged:
            raise ValueError(f"{self.missed} missed of {self.read} read of {self.untagged} clauses cannot be")


@dataclass(frozen=True)
class MissEstimate:
    """An estimate with its 95 % interval.

    Attributes:
        rate, low, high: share of untagged clauses that should have had a tag, 0..1.
        clauses, clauses_low, clauses_high: that many clauses of the archive.
        recall, recall_low, recall_high: share of the clauses with something to tag that were tagged; None without any.
    """

    rate: float
    low: float
    high: float
    clauses: float
    clauses_low: float
    clauses_high: float
    recall: float | None
    recall_low: float | None
    recall_high: float | None


def draw_sample(strata: Mapping[str, Sequence[Item]], size: int, seed: int) -> dict[str, list[Item]]:
    """Clauses to read: as many of each stratum as its share, but at least one where there is any.

    The draw depends on the seed and the items alone, so that it can be repeated and audited.
    """
    total = sum(len(items) for items in strata.values())
    random = np.random.default_rng(seed)
    drawn: dict[str, list[Item]] = defaultdict(list)
    for name in sorted(strata):
        items = strata[name]
        wanted = min(len(items), max(1, round(size * len(items) / total))) if items else 0
        drawn[name] = [items[int(place)] for place in sorted(random.choice(len(items), wanted, replace=False))]
    return dict(drawn)


def estimate_missed(strata: Sequence[Stratum], tagged: int, precision: float = 1.0) -> MissEstimate:
    """What was missed in the whole archive.

    Args:
        strata: read ones; a stratum nobody read of takes part with an interval from 0 to 1.
        tagged: clauses with a tag.
        precision: share of them that reviewers accepted, 0..1.

    Raises:
        ValueError: there is no clause, or the precision is no share.
    """
    total = sum(stratum.untagged for stratum in strata)
    if not total or not 0 <= precision <= 1:
        raise ValueError("at least one untagged clause and a precision of 0 to 1 are wanted")
    rate, low, high = 0.0, 0.0, 0.0
    below, above = 0.0, 0.0
    for stratum in strata:
        share = stratum.untagged / total
        middle, least, most = wilson(stratum.missed, stratum.read)
        rate += share * middle
        # Half-widths of independent strata add as squares.
        below += (share * (middle - least)) ** 2
        above += (share * (most - middle)) ** 2
    low, high = max(0.0, rate - sqrt(below)), min(1.0, rate + sqrt(above))
    right = tagged * precision

    def recall(missed: float) -> float | None:
        return right / (right + missed) if right + missed else None

    return MissEstimate(
        rate, low, high, rate * total, low * total, high * total, recall(rate * total), recall(high * total),
        recall(low * total),
    )  # fmt: skip


def wilson(hits: int, count: int, z: float = Z95) -> tuple[float, float, float]:
    """Share and its score interval; 0.5 of 0 to 1 where nothing was read."""
    if count == 0:
        return 0.5, 0.0, 1.0
    share = hits / count
    scale = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / scale
    half = z / scale * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
