"""Measures of a ranking against graded judgements.

nDCG with linear gains against the ideal of all judged cases, never of those found (Järvelin and Kekäläinen 2002);
recall, mean average precision and reciprocal rank over the cases at or above a grade. Computed by trec_eval's own code
(pytrec_eval, van Gysel and de Rijke 2018). A query without an answer counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytrec_eval

from nlp.errors import InvalidRecordError
from nlp.evaluation.bootstrap import LEVEL, RESAMPLES, SEED, Interval
from nlp.evaluation.search.judgements import Judgements

MEASURES = ("ndcg@10", "ndcg@20", "recall@10", "recall@100", "map", "mrr")
DEPTH = 100
"""Cases a system is asked for."""

_TREC = {
    "ndcg@10": "ndcg_cut_10",
    "ndcg@20": "ndcg_cut_20",
    "recall@10": "recall_10",
    "recall@100": "recall_100",
    "map": "map",
    "mrr": "recip_rank",
}
_ASKED = {"ndcg_cut.10,20", "recall.10,100", "map", "recip_rank"}

Figures = Mapping[str, float]
"""A value, 0..1, for each of ``MEASURES``."""


@dataclass(frozen=True)
class Summary:
    """Means over queries with their intervals."""

    queries: int
    figures: dict[str, Interval]


def measure(judgements: Judgements, answers: Mapping[str, Sequence[str]], *, grade: int = 1) -> dict[str, Figures]:
    """The figures of every judged query.

    Args:
        judgements: what is relevant.
        answers: query id to case ids, best first.
        grade: from which grade on a case counts as relevant for recall, average precision and reciprocal rank (nDCG
            uses the grades themselves).

    Raises:
        InvalidRecordError: a query has no relevant case at that grade, so that nothing can be measured.
    """
    barren = sorted(query for query, grades in judgements.items() if max(grades.values(), default=0) < grade)
    if barren:
        raise InvalidRecordError(
            f"{len(barren)} queries have no case of grade {grade} or more, the first is {barren[0]}",
            expected="at least one relevant case for every query",
        )
    evaluator = pytrec_eval.RelevanceEvaluator(judgements, _ASKED, relevance_level=grade)
    # Scores fall strictly with the rank, so that trec_eval's own breaking of ties never comes into play.
    run = {
        query: {case: float(-rank) for rank, case in enumerate(answers.get(query, ()))}
        for query in judgements
        if answers.get(query)
    }
    found = evaluator.evaluate(run)
    return {query: {name: found.get(query, {}).get(trec, 0.0) for name, trec in _TREC.items()} for query in judgements}


def summarise(
    figures: Mapping[str, Figures], *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> Summary:
    """Means over queries; intervals by percentile bootstrap over queries."""
    table = np.array([[row[name] for name in MEASURES] for row in figures.values()], dtype=np.float64)
    if not len(table):
        return Summary(0, {name: Interval(None, None, None) for name in MEASURES})
    generator = np.random.default_rng(seed)
    drawn = np.stack([table[generator.integers(len(table), size=len(table))].mean(axis=0) for _ in range(resamples)])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    means = table.mean(axis=0)
    return Summary(
        len(table),
        {
            name: Interval(float(means[column]), float(low[column]), float(high[column]))
            for column, name in enumerate(MEASURES)
        },
    )
