"""The fused order: what each channel gives every candidate, and what like cases add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.fusion import Ranking
from nlp.retrieval.hits import ChannelScore, PartName
from nlp.retrieval.neighbours import Lift, Neighbours


@dataclass(frozen=True)
class Ranked:
    """One case in the fused order; ``resembles`` are rows of the cases found that lift it most."""

    row: int
    score: float
    channels: dict[PartName, ChannelScore]
    resembles: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fused:
    """Candidates scored by every channel.

    Attributes:
        candidates: rows.
        rankings: one a channel that the query can use.
        scores: for each ranking the scores of all candidates, NaN where a channel cannot score one.
        parts: (rankings, candidates) what each channel adds.
        company: of the candidates that like cases may lift, by place.
        added: what like cases add to these.
        resembles: places of the cases that lift one most.
    """

    candidates: NDArray[np.int64]
    rankings: Sequence[Ranking]
    scores: Sequence[NDArray[np.float64]]
    parts: NDArray[np.float64]
    company: dict[int, float] = field(default_factory=dict)
    added: dict[int, float] = field(default_factory=dict)
    resembles: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def total(self) -> NDArray[np.float64]:
        """Fused scores of the candidates."""
        total = self.parts.sum(axis=0)
        for at, more in self.added.items():
            total[at] += more
        rounded: NDArray[np.float64] = np.round(total, 6)
        return rounded

    @cached_property
    def _places(self) -> list[dict[int, int]]:
        return [{int(row): place for place, row in enumerate(ranking.rows, start=1)} for ranking in self.rankings]

    def lifted(self, near: NDArray[np.int64], lift: Lift, settings: Neighbours) -> Fused:
        """With what like cases add to the candidates at ``near``, best first; the channels' share shrinks for all."""
        top = float(self.total[near[0]])
        places = near.tolist()
        company = {at: float(lift.company[place]) for place, at in enumerate(places)}
        return replace(
            self,
            parts=(1 - settings.share) * self.parts,
            company=company,
            added={at: settings.share * top * value for at, value in company.items()},
            resembles={at: tuple(places[other] for other in lift.most(place)) for place, at in enumerate(places)},
        )

    def ranked(self, at: int) -> Ranked:
        """The candidate at a place."""
        row = int(self.candidates[at])
        channels: dict[PartName, ChannelScore] = {
            ranking.channel: ChannelScore(
                score=float(found[at]), rank=place.get(row), contribution=round(float(part[at]), 6)
            )
            for ranking, found, part, place in zip(self.rankings, self.scores, self.parts, self._places, strict=True)
            if not np.isnan(found[at])
        }
        if at in self.company:
            channels["neighbours"] = ChannelScore(
                score=self.company[at], rank=None, contribution=round(self.added[at], 6)
            )
        resembles = tuple(int(self.candidates[other]) for other in self.resembles.get(at, ()))
        return Ranked(row, float(self.total[at]), channels, resembles)
