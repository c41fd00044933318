"""What went wrong, tag by tag, with the words around it: the list a reader of errors works through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from nlp.evaluation.clauses import Range, clause_ranges, surroundings
from nlp.evaluation.comparing import Comparison
from nlp.evaluation.gold import GoldTag

MissKind = Literal["wrong_polarity", "wrong_label", "spurious", "missed"]
KINDS: tuple[MissKind, ...] = get_args(MissKind)
"""Worst first: a wrong polarity turns what the text says into its opposite."""


@dataclass(frozen=True)
class Miss:
    """One error.

    Attributes:
        kind: missed (gold tag without counterpart), spurious (predicted tag without one), wrong_polarity or wrong_label
            (both on the same span).
        document, doc_type: where it happened.
        start, end, quote: span of the gold tag, of the predicted tag for spurious ones; code points of the gold text.
        clause: the text of the clauses the span touches, which begins at ``clause_start``.
        gold, predicted: the tags as JSON, None where there is none.
    """

    kind: MissKind
    document: str
    doc_type: str | None
    start: int
    end: int
    quote: str
    clause: str
    clause_start: int
    gold: dict[str, Any] | None
    predicted: dict[str, Any] | None

    @property
    def before(self) -> str:
        """What stands in the clauses before the quote."""
        return self.clause[: self.start - self.clause_start]

    @property
    def after(self) -> str:
        """What stands in the clauses behind the quote."""
        return self.clause[self.end - self.clause_start :]

    def to_dict(self) -> dict[str, Any]:
        """Fields in this order."""
        return asdict(self)


def list_misses(comparisons: Iterable[Comparison]) -> list[Miss]:
    """All errors, document by document, in the order of the text."""
    rows: list[Miss] = []
    for item in comparisons:
        clauses = clause_ranges(item.document)
        pairs: list[tuple[MissKind, GoldTag | None, GoldTag | None]] = [
            *(("wrong_polarity", gold, found) for gold, found in item.wrong_polarity),
            *(("wrong_label", gold, found) for gold, found in item.wrong_label),
            *(("missed", gold, None) for gold in item.missed),
            *(("spurious", None, found) for found in item.spurious),
        ]
        found_here = [_miss(item, clauses, *pair) for pair in pairs]
        rows += sorted(found_here, key=lambda row: (row.start, row.end, row.kind))
    return rows


def worst(misses: Sequence[Miss], *, each: int = 15) -> list[Miss]:
    """Up to ``each`` errors of every kind, in the order of ``KINDS``, the most confidently predicted first."""
    chosen: list[Miss] = []
    for kind in KINDS:
        of_kind = [miss for miss in misses if miss.kind == kind]
        chosen += sorted(of_kind, key=lambda miss: -miss.predicted["score"] if miss.predicted else 0.0)[:each]
    return chosen


def miss_lines(misses: Iterable[Miss]) -> Iterator[str]:
    """The errors as lines of a JSONL file."""
    return (json.dumps(miss.to_dict(), ensure_ascii=False) for miss in misses)


def _miss(
    item: Comparison, clauses: Sequence[Range], kind: MissKind, gold: GoldTag | None, predicted: GoldTag | None
) -> Miss:
    tag = gold or predicted
    assert tag is not None
    start, end = surroundings(tag.start, tag.end, clauses)
    return Miss(
        kind=kind,
        document=item.document.id,
        doc_type=item.document.doc_type,
        start=tag.start,
        end=tag.end,
        quote=tag.quote,
        clause=item.document.text[start:end],
        clause_start=start,
        gold=gold.model_dump() if gold else None,
        predicted=predicted.model_dump() if predicted else None,
    )
