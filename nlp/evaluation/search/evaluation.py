"""An evaluation of search: every system on every query, in all and by kind of query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.evaluation.bootstrap import RESAMPLES
from nlp.evaluation.search.judgements import Judgements, SearchQuery
from nlp.evaluation.search.measures import Figures, Summary, measure, summarise
from nlp.evaluation.search.systems import Answers, System


@dataclass(frozen=True)
class SystemResult:
    """What one system reached.

    Attributes:
        system: which.
        figures: query id to its figures.
        answers: query id to the cases found.
        overall: means over all queries.
        by_kind: means over the queries of each kind.
    """

    system: System
    figures: dict[str, Figures]
    answers: Answers
    overall: Summary
    by_kind: dict[str, Summary]

    def to_dict(self) -> dict[str, Any]:
        """Means and intervals, and the figures of each query."""
        return {
            "system": self.system.name,
            "overall": _plain(self.overall),
            "by_kind": {kind: _plain(summary) for kind, summary in self.by_kind.items()},
            "queries": {query: dict(row) for query, row in self.figures.items()},
        }


def _plain(summary: Summary) -> dict[str, Any]:
    return {"queries": summary.queries} | {name: found.to_dict() for name, found in summary.figures.items()}


def evaluate_search(
    systems: Iterable[System],
    queries: Sequence[SearchQuery],
    judgements: Judgements,
    *,
    grade: int = 1,
    resamples: int = RESAMPLES,
    progress: Callable[[str], None] | None = None,
) -> list[SystemResult]:
    """Run every system on the judged queries.

    Args:
        systems: what to compare.
        queries: those without judgements are left out.
        judgements: what is relevant.
        grade: see ``measure``.
        resamples: draws of the bootstrap.
        progress: told the name of each system when it begins.

    Raises:
        InvalidRecordError: a judged query has no relevant case.
    """
    asked = [query for query in queries if query.id in judgements]
    wanted = {query.id: judgements[query.id] for query in asked}
    results = []
    for system in systems:
        if progress:
            progress(system.name)
        answers = system.answer(asked)
        figures = measure(wanted, answers, grade=grade)
        kinds = sorted({query.kind for query in asked})
        by_kind = {
            kind: summarise({query.id: figures[query.id] for query in asked if query.kind == kind}, resamples=resamples)
            for kind in kinds
        }
        results.append(SystemResult(system, figures, answers, summarise(figures, resamples=resamples), by_kind))
    return results
