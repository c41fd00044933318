"""How far two annotators of the same documents agree; one of the two may be the tagger.

Cohen's kappa (Cohen 1960, A Coefficient of Agreement for Nominal Scales) on clauses, because kappa on spans would drop
every pair with different boundaries: each clause either shows a label or does not. Spans are compared by F1, which is the
same whichever annotator is taken for the reference (Hripcsak and Rothschild 2005).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.evaluation.clauses import Range, clause_ranges, clauses_of
from nlp.evaluation.comparing import Comparison
from nlp.evaluation.gold import GoldTag
from nlp.evaluation.matching import match
from nlp.evaluation.scores import Score, ratio


@dataclass(frozen=True)
class Kappa:
    """Two yes-no judgements of the same things: both yes, only the first, only the second, neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def value(self) -> float | None:
        """Agreement beyond chance, -1..1; None when both annotators gave one and the same answer throughout."""
        total = self.both + self.first + self.second + self.neither
        yes_one, yes_other = self.both + self.first, self.both + self.second
        by_chance = yes_one * yes_other + (total - yes_one) * (total - yes_other)
        # Multiplied out by total² so that the comparison with 0 is exact.
        return ratio((self.both + self.neither) * total - by_chance, total * total - by_chance)

    def to_dict(self) -> dict[str, Any]:
        """Kappa, then the four counts."""
        counts = {"both": self.both, "first": self.first, "second": self.second, "neither": self.neither}
        return {"kappa": self.value, **counts}


@dataclass(frozen=True)
class Agreement:
    """Agreement of two annotators.

    Attributes:
        clauses: how many were judged.
        pooled: over all pairs of clause and label. Clauses without the label agree as well, so that it depends on the
            set of labels; compare figures of the same set only.
        by_label: one a label.
        spans: label to F1 of its spans (half of the shorter one shared), whatever the polarity.
    """

    clauses: int
    pooled: Kappa
    by_label: dict[str, Kappa]
    spans: dict[str, Score]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "clauses": self.clauses,
            "pooled": self.pooled.to_dict(),
            "by_label": {label: kappa.to_dict() for label, kappa in self.by_label.items()},
            "spans": {label: score.to_dict() for label, score in self.spans.items()},
        }


def agreement(comparisons: Iterable[Comparison], *, labels: Sequence[str] | None = None) -> Agreement:
    """Agreement of the annotator of the gold tags (the first) and that of the predicted tags (the second).

    Args:
        comparisons: one a document.
        labels: the labels that could be given; by default those either annotator gave.
    """
    comparisons = list(comparisons)
    if labels is None:
        labels = sorted({tag.label for item in comparisons for tag in (*item.gold, *item.predicted)})
    clauses = 0
    first, second, both = Counter[str](), Counter[str](), Counter[str]()
    for item in comparisons:
        ranges = clause_ranges(item.document)
        clauses += len(ranges)
        one, other = _cells(item.gold, ranges), _cells(item.predicted, ranges)
        both.update(label for _, label in one & other)
        first.update(label for _, label in one - other)
        second.update(label for _, label in other - one)
    by_label = {label: _kappa(both[label], first[label], second[label], clauses) for label in labels}
    pooled = _kappa(
        sum(kappa.both for kappa in by_label.values()),
        sum(kappa.first for kappa in by_label.values()),
        sum(kappa.second for kappa in by_label.values()),
        clauses * len(by_label),
    )
    return Agreement(clauses, pooled, by_label, {label: _spans(comparisons, label) for label in labels})


def _kappa(both: int, first: int, second: int, total: int) -> Kappa:
    return Kappa(both, first, second, total - both - first - second)


def _cells(tags: Iterable[GoldTag], clauses: Sequence[Range]) -> set[tuple[int, str]]:
    return {(number, tag.label) for tag in tags for number in clauses_of(tag.start, tag.end, clauses)}


def _spans(comparisons: Sequence[Comparison], label: str) -> Score:
    pairs = one = other = 0
    for item in comparisons:
        gold = [tag for tag in item.gold if tag.label == label]
        found = [tag for tag in item.predicted if tag.label == label]
        pairs += len(match(found, gold, polarity=False).pairs)
        one, other = one + len(gold), other + len(found)
    return Score(pairs, other, one)
