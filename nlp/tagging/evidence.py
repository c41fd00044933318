"""From the words that matched to the evidence span: the shortest run that, read with its subject, shows the behaviour.

Usually that is the clause without its connective. In an enumeration (学习刻苦、作风扎实) each item that shows something
of its own is one span; in a negated list (没有推诿、拖延、刁难) each span runs from the negator to its item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.structure.parse import Structure
from nlp.tagging.context import Assertion

_OPENERS = re.compile(
    r"(?:[\s“’（(]|[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*|[①-⑳]|[一二三四五六七八九十]是|虽然|虽说|虽|尽管|但是|但|可是|不过|"
    r"只是|就是|而且|并且|同时|此外|另外|其次|首先|因为|由于|所以|因此|其中|特别是|尤其是|比如说|比如|例如|再就是|还有|"
    r"总的来说|总体上|说实话|平心而论|我觉得|我认为|我感觉|该同志(?!的)|然而|却)+"
)
_TRAILING = " “’）"
_OPENING = {"“": "“", "’": "’", "）": "（"}
_LONG_CLAUSE = 36


def evidence_span(assertion: Assertion, others: Sequence[Assertion], structure: Structure) -> tuple[int, int]:
    """The evidence span of one assertion.

    Args:
        assertion: the one.
        others: all assertions of the document that touch the same clauses.
        structure: the document.

    Returns:
        A range that holds the matched words, never crosses a line break and starts and ends on a visible character.
    """
    candidate = assertion.candidate
    first = structure.clause_at(candidate.start)
    last = structure.clause_at(candidate.end - 1)
    if first is None or last is None:
        return candidate.start, candidate.end
    start, end = structure.clauses[first].start, structure.clauses[last].end
    core_start, core_end = _with_polarity_cues(assertion, start, end)
    if first == last and _is_enumeration(candidate.start, candidate.end, others, structure, start, end):
        item_start, item_end = _item(structure.folded, candidate.start, candidate.end, start, end)
        start, end = min(item_start, core_start), max(item_end, core_end)
    return _trim(structure.folded, start, end, core_start, core_end)


def _with_polarity_cues(assertion: Assertion, start: int, end: int) -> tuple[int, int]:
    core_start, core_end = assertion.candidate.start, assertion.candidate.end
    for cue in assertion.cues:
        if cue.group.attribute == "polarity" and start <= cue.hit.start and cue.hit.end <= end:
            core_start, core_end = min(core_start, cue.hit.start), max(core_end, cue.hit.end)
    return core_start, core_end


def _is_enumeration(
    start: int, end: int, others: Sequence[Assertion], structure: Structure, clause_start: int, clause_end: int
) -> bool:
    folded = structure.folded
    if "、" not in folded[clause_start:clause_end]:
        return False
    if clause_end - clause_start > _LONG_CLAUSE:
        return True
    mine = _item(folded, start, end, clause_start, clause_end)
    return any(
        clause_start <= other.candidate.start < clause_end
        and _item(folded, other.candidate.start, other.candidate.end, clause_start, clause_end) != mine
        for other in others
    )


def _item(folded: str, start: int, end: int, clause_start: int, clause_end: int) -> tuple[int, int]:
    left = folded.rfind("、", clause_start, start)
    right = folded.find("、", end, clause_end)
    return (left + 1 if left >= 0 else clause_start), (right if right >= 0 else clause_end)


def _closes(folded: str, start: int, end: int) -> bool:
    """Whether the last character closes a quote or parenthesis that was opened inside the span."""
    last = folded[end - 1]
    opening = _OPENING.get(last)
    if opening is None:
        return False
    inside = folded[start : end - 1]
    if opening == last:  # folded quotes look alike at both ends
        return inside.count(last) % 2 == 1
    return inside.count(opening) > inside.count(last)


def _trim(folded: str, start: int, end: int, core_start: int, core_end: int) -> tuple[int, int]:
    opener = _OPENERS.match(folded, start, core_start)
    if opener:
        start = opener.end()
    while end > core_end and folded[end - 1] in _TRAILING and not _closes(folded, start, end):
        end -= 1
    while start < core_start and folded[start].isspace():
        start += 1
    return start, end
