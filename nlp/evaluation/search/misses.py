"""Relevant cases that a system did not place among its first ten, and where the others had them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.evaluation.search.evaluation import SystemResult
from nlp.evaluation.search.judgements import Judgements, SearchQuery

FIRST = 10


@dataclass(frozen=True)
class Miss:
    """A relevant case that was missed.

    Attributes:
        query: that it is relevant to.
        case: its id.
        grade: of its relevance.
        ranks: of the case by name of each system, from 1; None where a system did not find it at all.
        instead: the case the system placed first, None when it found nothing.
    """

    query: SearchQuery
    case: str
    grade: int
    ranks: dict[str, int | None]
    instead: str | None


def search_misses(
    results: Sequence[SystemResult], queries: Sequence[SearchQuery], judgements: Judgements, *, grade: int = 1
) -> list[Miss]:
    """What the first system missed, by falling grade, then by query as asked.

    Args:
        results: of all systems.
        queries: that were asked.
        judgements: what is relevant.
        grade: from which grade on a case counts as relevant.
    """
    if not results:
        return []
    misses = []
    for query in queries:
        answer = results[0].answers.get(query.id, [])
        for case, value in sorted(judgements.get(query.id, {}).items()):
            if value < grade or case in answer[:FIRST]:
                continue
            ranks = {result.system.name: _rank(result.answers.get(query.id, []), case) for result in results}
            misses.append(Miss(query, case, value, ranks, answer[0] if answer else None))
    return sorted(misses, key=lambda miss: -miss.grade)


def _rank(answer: Sequence[str], case: str) -> int | None:
    return answer.index(case) + 1 if case in answer else None
