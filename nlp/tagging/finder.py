"""The lexicon as a finder of candidates."""

from __future__ import annotations

from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.scanner import Scan

SCORE_LITERAL = 0.8
SCORE_PATTERN = 0.7
SCORE_HEAD = 0.6
"""Fixed ranks of trust, not probabilities: stock phrase, pattern, head with a valuation."""


def lexicon_candidates(scan: Scan, structure: Structure) -> list[Candidate]:
    """The lexicon matches of a scan as candidates, those that cross a line break or start outside a clause left out."""
    candidates: list[Candidate] = []
    for start, end, entry in scan.matches:
        if structure.clause_at(start) is None or "\n" in structure.folded[start:end]:
            continue
        if entry.polarity is None:
            score = SCORE_HEAD
        else:
            score = SCORE_LITERAL if entry.pattern.regex is None else SCORE_PATTERN
        polarity = "+" if entry.polarity == "+" else "-" if entry.polarity == "-" else None
        candidates.append(Candidate(start, end, entry.label, polarity, "lexicon", score))
    return candidates
