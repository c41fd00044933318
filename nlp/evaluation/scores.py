"""Counts with the ratios that follow from them. A ratio without a denominator is None, never 0 or 1."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 (0..1) of ``right`` matches among ``predicted`` and ``gold`` tags."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Right tags among the predicted ones."""
        return ratio(self.right, self.predicted)

    @property
    def recall(self) -> float | None:
        """Gold tags that were found."""
        return ratio(self.right, self.gold)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both, which is ``2 right / (predicted + gold)``; defined when there is any tag at all."""
        return ratio(2 * self.right, self.predicted + self.gold)

    def to_dict(self) -> dict[str, Any]:
        """Ratios first, then the counts."""
        ratios = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**ratios, "right": self.right, "predicted": self.predicted, "gold": self.gold}


@dataclass(frozen=True)
class Share:
    """``right`` out of ``total``."""

    right: int
    total: int

    @property
    def value(self) -> float | None:
        """0..1."""
        return ratio(self.right, self.total)

    def to_dict(self) -> dict[str, Any]:
        """The share, then the counts."""
        return {"value": self.value, "right": self.right, "total": self.total}


@dataclass(frozen=True)
class Macro:
    """Unweighted means over labels, 0..1; a label's undefined precision or recall counts as 0."""

    precision: float | None
    recall: float | None
    f1: float | None
    labels: int

    @classmethod
    def of(cls, scores: Collection[Score]) -> Macro:
        """The means; None without labels."""
        count = len(scores)
        if not count:
            return cls(None, None, None, 0)
        return cls(
            sum(score.precision or 0 for score in scores) / count,
            sum(score.recall or 0 for score in scores) / count,
            sum(score.f1 or 0 for score in scores) / count,
            count,
        )

    def to_dict(self) -> dict[str, Any]:
        """All four."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "labels": self.labels}


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, None when ``whole`` is 0."""
    return part / whole if whole else None
