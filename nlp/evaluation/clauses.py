"""The clauses of a document as it was written, for agreement by clause and for showing a miss in its place."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.evaluation.gold import GoldDocument
from nlp.evaluation.matching import SHARE
from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure

Range = tuple[int, int]


def clause_ranges(document: GoldDocument) -> list[Range]:
    """The clauses ``nlp.structure`` finds, in order, as half-open ranges of code points of ``document.text``."""
    normalised = normalise(document.text)
    clauses = parse_structure(normalised.text, doc_type=document.doc_type).clauses
    return [normalised.source_map.to_source_span(clause.start, clause.end) for clause in clauses]


def clauses_of(start: int, end: int, clauses: Sequence[Range]) -> list[int]:
    """Numbers of the clauses a span stands on.

    A clause counts when span and clause share at least half of the shorter one, the rule tags are matched by; a span
    that reaches no clause so far stands on the one it shares most with.
    """
    shared = {
        number: min(end, clause[1]) - max(start, clause[0])
        for number, clause in enumerate(clauses)
        if clause[0] < end and start < clause[1]
    }
    held = [
        number
        for number, characters in shared.items()
        if characters >= SHARE * min(end - start, clauses[number][1] - clauses[number][0])
    ]
    return held or sorted(shared, key=lambda number: -shared[number])[:1]


def surroundings(start: int, end: int, clauses: Sequence[Range]) -> Range:
    """The span widened to the clauses it touches; the span itself where it touches none."""
    touched = [clause for clause in clauses if clause[0] < end and start < clause[1]]
    return min([start, *(clause[0] for clause in touched)]), max([end, *(clause[1] for clause in touched)])
