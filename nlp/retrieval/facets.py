"""Facets: the values that cases have, each with the number of cases a filter for it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval.access import Access
from nlp.retrieval.filters import Filters
from nlp.retrieval.heads import Head


class Facet(BaseModel):
    """One value and how many cases have it."""

    model_config = ConfigDict(frozen=True)

    value: str
    cases: int


class Facets(BaseModel):
    """Values to filter by, the most frequent first, ties by value.

    Counts are of the cases that pass all other conditions: those on the same field are set aside (a second value of a
    field widens the choice), except for ``labels``, of which a case must show all.
    """

    model_config = ConfigDict(frozen=True)

    cases: int = Field(description="cases that pass all conditions")
    doc_type: list[Facet]
    unit: list[Facet]
    outcome: list[Facet]
    year: list[Facet] = Field(description="newest first")
    labels: list[Facet] = Field(description="what cases show of their subject, as diligence+ or integrity-")


def facets_of(heads: Sequence[Head], filters: Filters, access: Access | None = None) -> Facets:
    """Count the values.

    Args:
        heads: of all cases.
        filters: in force.
        access: of the reader; cases of others are not counted.
    """
    seen = heads if access is None else [head for head in heads if access.permits(head)]

    def passing(*without: str) -> Sequence[Head]:
        mask = filters.model_copy(update=dict.fromkeys(without)).allowed(seen)
        return seen if mask is None else [head for head, passes in zip(seen, mask, strict=True) if passes]

    matching = passing()
    return Facets(
        cases=len(matching),
        doc_type=_counted(head.doc_type for head in passing("doc_type")),
        unit=_counted(head.unit for head in passing("unit")),
        outcome=_counted(head.outcome for head in passing("outcome")),
        year=sorted(
            _counted(head.date and head.date[:4] for head in passing("date_from", "date_to")),
            key=lambda facet: facet.value,
            reverse=True,
        ),
        labels=_counted(cell for head in matching for cell in _cells(head.tags)),
    )


def _counted(values: Iterable[str | None]) -> list[Facet]:
    counts = Counter(value for value in values if value)
    return [
        Facet(value=value, cases=count) for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def _cells(tags: Iterable[dict[str, Any]]) -> set[str]:
    """As ``tagmatch.shown`` does, on the records themselves: making tags of them would take most of the time."""
    return {
        tag["label"] + tag["polarity"] for tag in tags if tag["subject"] != "other" and tag["status"] != "normative"
    }
