"""Which of the ranked cases become hits, in whatever index they were found."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.errors import CaseIndexError
from nlp.retrieval.diversity import POOL, POOL_SHARE


@dataclass(frozen=True)
class Show:
    """Which of the ranked cases become hits.

    Attributes:
        k: number of hits.
        explain: whether they carry matched pairs and tags.
        collapse: whether near-duplicates go behind the best of them.
        per_source: most hits of one source, None for no limit.
        diverse: weight of relevance against novelty, above 0 and at most 1; None to leave the ranking as it is.

    Raises:
        CaseIndexError: ``k`` or ``diverse`` is out of range.

    """

    k: int
    explain: bool = True
    collapse: bool = True
    per_source: int | None = None
    diverse: float | None = None

    def __post_init__(self) -> None:
        if self.k < 0:
            raise CaseIndexError(f"k is {self.k}", expected="0 or more")
        if self.diverse is not None and not 0 < self.diverse <= 1:
            raise CaseIndexError(f"diverse is {self.diverse}", expected="above 0 and at most 1")

    @property
    def pool(self) -> int:
        """Number of cases that the hits are chosen from."""
        return self.k if self.diverse is None else max(POOL, POOL_SHARE * self.k)
