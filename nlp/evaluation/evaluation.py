"""All figures of one measurement together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlp.evaluation.agreement import Agreement, agreement
from nlp.evaluation.bootstrap import RESAMPLES, SEED, Interval, confidence
from nlp.evaluation.calibration import Calibration, calibration
from nlp.evaluation.comparing import Comparison
from nlp.evaluation.metrics import Metrics, measure
from nlp.evaluation.misses import Miss, list_misses


@dataclass(frozen=True)
class Evaluation:
    """A measurement of predicted tags.

    Attributes:
        metrics: precision, recall, F1 and accuracies.
        intervals: 95 % bootstrap intervals of micro F1, precision, recall and the attributes.
        resamples: draws behind the intervals.
        calibration: of the scores.
        agreement: gold and prediction taken as two annotators.
        misses: every error.
    """

    metrics: Metrics
    intervals: dict[str, Interval]
    resamples: int
    calibration: Calibration
    agreement: Agreement
    misses: tuple[Miss, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the errors, which are a file of their own."""
        return {
            **self.metrics.to_dict(),
            "intervals": {name: interval.to_dict() for name, interval in self.intervals.items()},
            "resamples": self.resamples,
            "calibration": self.calibration.to_dict(),
            "agreement": self.agreement.to_dict(),
        }


def evaluate(
    comparisons: Sequence[Comparison],
    *,
    labels: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Evaluation:
    """Measure compared documents.

    Args:
        comparisons: one a document.
        labels: the label set, for the pooled kappa; by default the labels that occur.
        resamples, seed: of the bootstrap.
    """
    return Evaluation(
        metrics=measure(comparisons),
        intervals=confidence(comparisons, resamples=resamples, seed=seed),
        resamples=resamples,
        calibration=calibration(comparisons),
        agreement=agreement(comparisons, labels=labels),
        misses=tuple(list_misses(comparisons)),
    )
