"""What a page tells ``charts.js`` to draw; the same numbers stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Series:
    """Points under one name; None leaves a gap."""

    name: str
    x: Sequence[str]
    y: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        kind: lines over an order, or bars that are read from the left.
        series: drawn in different dashes and marks, so that colour is not the only difference.
        y: what is measured.
        least, most: ends of its axis; by the data where None.
        percent: whether values are shares.
    """

    kind: Literal["lines", "bars"]
    series: Sequence[Series]
    y: str
    least: float | None = None
    most: float | None = None
    percent: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the page's JSON."""
        return asdict(self)
