"""Names that no single place of a text is sure of, but two are."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from nlp.redaction.names.lattice import read_line
from nlp.redaction.names.likelihood import likelihood

_EASE: Final = 4.0
_PLACES: Final = 2


def find_repeated(text: str) -> set[str]:
    """Full names that a lenient reading finds at two places or more, each time between other characters.

    Args:
        text: folded.

    Returns:
        Names that are no words. 余求实 in 余求实坚持原则 and 找余求实谈 is one; what is always part of one longer expression
        stands between the same characters and is none.
    """
    before: dict[str, set[str]] = defaultdict(set)
    behind: dict[str, set[str]] = defaultdict(set)
    for line in text.split("\n"):
        for found in read_line(line, _EASE):
            if found.shape == "full":
                name = line[found.start : found.end]
                before[name].add(line[found.start - 1 : found.start] if found.start else "")
                behind[name].add(line[found.end : found.end + 1])
    words = likelihood().words
    return {
        name for name in before if len(before[name]) >= _PLACES and len(behind[name]) >= _PLACES and name not in words
    }
