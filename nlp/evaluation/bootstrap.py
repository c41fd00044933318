"""How far the figures of a measurement can be trusted: percentile bootstrap over documents.

Documents are drawn with replacement, as many as there are, and the figure is computed on each draw; the interval holds
the middle 95 % of the results (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13). Tags of one
document depend on each other, documents do not, so documents are drawn and not tags. With few documents the interval is
too narrow; it says nothing about other authors or archives than those measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import InvalidRecordError
from nlp.evaluation.comparing import Comparison
from nlp.evaluation.metrics import ATTRIBUTES

RESAMPLES = 1_000
LEVEL = 0.95
SEED = 20_240
FIGURES = ("f1", "precision", "recall", *ATTRIBUTES)
"""Micro F1, precision and recall, and the accuracy of each attribute on right tags."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure (0..1) with the bounds of its interval; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, Any]:
        """All three."""
        return asdict(self)


@dataclass(frozen=True)
class Difference(Interval):
    """A figure of the second prediction less that of the first, -1..1.

    Attributes:
        not_better: share of the draws in which the second prediction was not better than the first, 0..1.
    """

    not_better: float | None


def confidence(
    comparisons: Sequence[Comparison], *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> dict[str, Interval]:
    """An interval for each of ``FIGURES``; equal arguments give equal intervals.

    Args:
        comparisons: one a document.
        resamples: draws.
        seed: of the generator.
        level: share of the draws inside the interval, 0..1.
    """
    tallies = _tallies(comparisons)
    values, drawn = _figures(tallies.sum(axis=0)), _figures(_drawn(tallies, resamples, seed))
    return {
        name: Interval(_number(values[column]), *_bounds(drawn[:, column], level))
        for column, name in enumerate(FIGURES)
    }


def paired_difference(
    first: Sequence[Comparison],
    second: Sequence[Comparison],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> dict[str, Difference]:
    """How much better the second of two predictions of the same documents is, both measured on the same draws.

    Raises:
        InvalidRecordError: the two are not about the same documents in the same order.
    """
    if [item.document.id for item in first] != [item.document.id for item in second]:
        raise InvalidRecordError(
            "the two predictions are not about the same documents in the same order",
            expected="the same gold documents",
            hint="join both with the same gold file",
        )
    one, other = _tallies(first), _tallies(second)
    values = _figures(other.sum(axis=0)) - _figures(one.sum(axis=0))
    drawn = _figures(_drawn(other, resamples, seed)) - _figures(_drawn(one, resamples, seed))
    return {name: _difference(values[column], drawn[:, column], level) for column, name in enumerate(FIGURES)}


def _difference(value: float, drawn: Floats, level: float) -> Difference:
    defined = drawn[~np.isnan(drawn)]
    not_better = float(np.mean(defined <= 0)) if defined.size else None
    return Difference(_number(value), *_bounds(drawn, level), not_better)


def _tallies(comparisons: Sequence[Comparison]) -> Floats:
    """Documents x (right, predicted, gold, right with the same status, subject, kind)."""
    rows = [
        [len(item.right), len(item.predicted), len(item.gold)]
        + [sum(getattr(gold, name) == getattr(found, name) for gold, found in item.right) for name in ATTRIBUTES]
        for item in comparisons
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3 + len(ATTRIBUTES))


def _drawn(tallies: Floats, resamples: int, seed: int) -> Floats:
    """Sums of the tallies of ``resamples`` draws: resamples x columns. Equal sizes and seeds give equal draws."""
    count = len(tallies)
    if not count:
        return np.zeros((resamples, tallies.shape[1]))
    generator = np.random.default_rng(seed)
    return np.stack([tallies[generator.integers(count, size=count)].sum(axis=0) for _ in range(resamples)])


def _figures(sums: Floats) -> Floats:
    """The figures of sums (… x columns) as … x ``FIGURES``; NaN where one is undefined."""
    right, predicted, gold = sums[..., 0], sums[..., 1], sums[..., 2]
    parts = np.stack([2 * right, right, right, *np.moveaxis(sums[..., 3:], -1, 0)], axis=-1)
    wholes = np.stack([predicted + gold, predicted, gold, *[right] * len(ATTRIBUTES)], axis=-1)
    result = np.full(parts.shape, np.nan)
    np.divide(parts, wholes, out=result, where=wholes > 0)
    return result


def _bounds(drawn: Floats, level: float) -> tuple[float | None, float | None]:
    defined = drawn[~np.isnan(drawn)]
    if not defined.size:
        return None, None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
