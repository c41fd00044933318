"""Whom a search is for: what a reader may not see takes no part in it, neither as a hit nor in any statistic.

Access is not a filter. A filter narrows what is shown of the cases a reader may see; access decides which cases there are
for the reader at all. Every count, rarity and score is that of an index without the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval.filters import Values


class Guarded(Protocol):
    """What access is decided by."""

    @property
    def unit(self) -> str | None:
        """Unit that the case belongs to."""

    @property
    def confidentiality(self) -> int:
        """Level of the case."""


class Access(BaseModel):
    """The cases a reader may see: those of some units up to a level.

    Units are compared as they are written; whoever makes an ``Access`` lists the units below the reader's own as well. A
    case without a unit is seen only by readers of every unit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: Values = Field(default=None, description="names of units; null for every unit")
    clearance: int | None = Field(default=None, ge=0, description="highest level of a case; null for every level")

    @property
    def everything(self) -> bool:
        """Whether nothing is kept from the reader."""
        return self.units is None and self.clearance is None

    def permits(self, case: Guarded) -> bool:
        """Whether the reader may see a case."""
        within = self.units is None or case.unit in self.units
        return within and (self.clearance is None or case.confidentiality <= self.clearance)

    def mask(self, cases: Sequence[Guarded]) -> NDArray[np.bool_] | None:
        """Which of the cases the reader may see, None for all of them."""
        if self.everything:
            return None
        found = np.fromiter(map(self.permits, cases), dtype=bool, count=len(cases))
        return None if found.all() else found
