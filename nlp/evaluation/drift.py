"""Whether labels are met more or less often in one group of documents than in those before it.

What is compared is the share of documents that show a label with a polarity: of one document many tags hang together, so
tags are no independent observations. A change is tested with Fisher's exact test (two-sided); over all labels of a group
the false discovery rate is held by Benjamini and Hochberg's step-up procedure (1995).

A marked change says that somebody should look: the documents may differ (another office, another kind of text), the
writers, or the tagger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RATE = 0.05
"""Share of false alarms among the marked changes that is put up with."""
FEWEST = 5
"""Documents that either side needs for a change to be tested."""


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that came in together.

    Attributes:
        documents: how many.
        shown: label and polarity, as ``diligence+``, with the number of documents that show it.
    """

    documents: int
    shown: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A label in the last group against all groups before it.

    Attributes:
        cell: label and polarity.
        before: share of the earlier documents, 0 to 1; None where there are none.
        last: share of the last group's; None where it is empty.
        p: of Fisher's test; None where one side has fewer than ``FEWEST`` documents.
        marked: whether it is among the changes that the procedure keeps.
    """

    cell: str
    before: float | None
    last: float | None
    p: float | None
    marked: bool


def changes(groups: Sequence[Group]) -> list[Change]:
    """The last group against all before it, for every label that any of them shows, by name of the label.

    Args:
        groups: in the order of time.
    """
    if not groups:
        return []
    last = groups[-1]
    earlier = sum(group.documents for group in groups[:-1])
    cells = sorted({cell for group in groups for cell in group.shown})
    before = {cell: sum(group.shown.get(cell, 0) for group in groups[:-1]) for cell in cells}
    tested = min(earlier, last.documents) >= FEWEST
    values = {
        cell: _fisher(last.shown.get(cell, 0), last.documents, before[cell], earlier) if tested else None
        for cell in cells
    }
    marked = _kept({cell: value for cell, value in values.items() if value is not None})
    return [
        Change(
            cell,
            before[cell] / earlier if earlier else None,
            last.shown.get(cell, 0) / last.documents if last.documents else None,
            values[cell],
            cell in marked,
        )
        for cell in cells
    ]


def _fisher(hits: int, of: int, other_hits: int, other_of: int) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact([[hits, of - hits], [other_hits, other_of - other_hits]]).pvalue)


def _kept(values: Mapping[str, float]) -> set[str]:
    """Benjamini and Hochberg: the largest k with the k-th smallest p at most k/m of the rate, and all below it."""
    ranked = sorted(values.items(), key=lambda one: (one[1], one[0]))
    most = max((place for place, (_, p) in enumerate(ranked, 1) if p <= RATE * place / len(ranked)), default=0)
    return {cell for cell, _ in ranked[:most]}
