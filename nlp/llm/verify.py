"""Quotes against the text: what the model says counts only where the document says it too."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

from nlp.llm.answer import Claim
from nlp.llm.prompt import is_open, until
from nlp.structure.clauses import CLAUSE_STOPS
from nlp.structure.folding import fold
from nlp.structure.normalise import normalise
from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.context import Assertion

LONGEST_QUOTE = 200
"""Characters. Evidence is the shortest run that shows the behaviour; a page copied back is none."""
SHORTEST_QUOTE = 2
"""A single character stands anywhere and proves nothing."""

_BLANK = re.compile(r"[ \t]+")
_MARK = re.compile("⟦\\d+×?⟧")
_EDGE = CLAUSE_STOPS + " "


class _Haystack:
    """The folded text of some ranges without blanks, with the way back to offsets. Ranges are kept apart by breaks."""

    def __init__(self, structure: Structure, ranges: Sequence[range]) -> None:
        characters: list[str] = []
        self.offsets: list[int] = []
        for clauses in ranges:
            start, end = structure.clauses[clauses[0]].start, until(structure, clauses[-1])
            for offset in range(start, end):
                if structure.folded[offset] not in " \t":
                    characters.append(structure.folded[offset])
                    self.offsets.append(offset)
            characters.append("\n")
            self.offsets.append(end)
        self.text = "".join(characters)

    def places(self, needle: str) -> list[tuple[int, int]]:
        """Where the needle stands, as ranges of the document, ascending; overlapping ones too."""
        last = len(needle) - 1
        return [
            (self.offsets[match.start()], self.offsets[match.start() + last] + 1)
            for match in re.finditer(f"(?={re.escape(needle)})", self.text)
        ]


def verify(
    structure: Structure, claims: Sequence[Claim], ranges: Sequence[range], score: float, dropped: Counter[str]
) -> list[Assertion]:
    """The claims whose quotes stand in the text.

    A quote is looked for from the start of the previous one on, then anywhere, in clauses that may be tagged. The same
    place may be quoted for several labels but counts once for each: a quote given twice for one label is its next
    occurrence. Only width, traditional
    characters and blanks may differ from the text (``nlp.structure.folding``).

    Args:
        structure: the document.
        claims: in the order given.
        ranges: clause numbers that were shown to the model, ascending, each without gaps.
        score: 0..1, given to every candidate.
        dropped: counts what was left out, by reason.

    Returns:
        Assertions in the order of the claims, their source ``classifier``.
    """
    haystack = _Haystack(structure, [clauses for clauses in ranges if clauses])
    taken: dict[str, set[tuple[int, int]]] = defaultdict(set)
    cursor = 0
    kept: list[Assertion] = []
    for claim in claims:
        places, reason = _places(haystack, claim)
        if places:
            reason = "muted"
            places = [place for place in places if _may_be_tagged(structure, *place)]
        if places:
            reason = "repeated"
            places = [place for place in places if place not in taken[claim.label]]
        if not places:
            dropped[reason] += 1
            continue
        place = next((place for place in places if place[0] >= cursor), places[0])
        cursor = place[0]
        taken[claim.label].add(place)
        kept.append(
            Assertion(
                candidate=Candidate(*place, claim.label, claim.polarity, "classifier", score),
                polarity=claim.polarity,
                status=claim.status,
                subject=claim.subject,
                hedged=False,
                cues=(),
                kind=claim.kind,
            )
        )
    return kept


def _places(haystack: _Haystack, claim: Claim) -> tuple[list[tuple[int, int]], str]:
    """Where the quote of a claim stands; where it stands nowhere, why."""
    # The numbers in ⟦⟧ are ours, not the document's; a model that copies them still quotes the document.
    quote = _MARK.sub("", claim.quote).strip()
    if "\n" in quote or "\r" in quote:
        return [], "line_break"
    needle = _BLANK.sub("", fold(normalise(quote).text).strip(_EDGE))
    if len(needle) < SHORTEST_QUOTE:
        return [], "too_short"
    if len(needle) > LONGEST_QUOTE:
        return [], "too_long"
    return haystack.places(needle), "not_found"


def _may_be_tagged(structure: Structure, start: int, end: int) -> bool:
    """Whether the range touches a clause and every clause it touches is open."""
    clauses = structure.clauses
    index = first = bisect_right(clauses, start, key=lambda clause: clause.end)
    while index < len(clauses) and clauses[index].start < end:
        if not is_open(structure, index):
            return False
        index += 1
    return index > first
