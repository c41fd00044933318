"""The lexicon as a finder of candidates."""

from __future__ import annotations

from nlp.structure.clauses import CLAUSE_STOPS
from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.lexicon import Entry
from nlp.tagging.scanner import Scan

SCORE_LITERAL = 0.8
SCORE_PATTERN = 0.7
SCORE_HEAD = 0.6
"""Fixed ranks of trust, not probabilities: stock phrase, pattern, head with a valuation."""


def lexicon_candidates(scan: Scan, structure: Structure) -> list[Candidate]:
    """The lexicon matches of a scan as candidates, those that cross a line break or start outside a clause left out."""
    candidates: list[Candidate] = []
    for start, stop, entry in scan.matches:
        # A pattern may end with the comma that closes its clause; the comma is no evidence.
        end = start + len(structure.folded[start:stop].rstrip(CLAUSE_STOPS))
        if end <= start or structure.clause_at(start) is None or "\n" in structure.folded[start:end]:
            continue
        candidates.append(Candidate(start, end, entry.label, entry.polarity, "lexicon", _score(entry)))
    return candidates


def _score(entry: Entry) -> float:
    if entry.polarity is None:
        return SCORE_HEAD
    return SCORE_LITERAL if entry.pattern.is_literal else SCORE_PATTERN
