"""What an answer does to the local tags that were in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from nlp.llm.passages import clause_of
from nlp.structure.parse import Structure
from nlp.tagging.context import Assertion


def adjudicate(
    structure: Structure,
    doubtful: Sequence[Assertion],
    settled: Sequence[Assertion],
    found: Sequence[Assertion],
    dropped: Counter[str],
) -> list[Assertion]:
    """Confirm, re-label or drop.

    A doubtful tag is confirmed by a finding of the same label that shares characters with it, or else by one on its
    clause that confirms nothing else: it keeps its place and source, takes over the attributes and the better of the two
    scores. One that is not confirmed is dropped, and a finding of another label on its place or clause, if there is one
    left, stands in for it. The model is not asked for more, so other findings do not count.

    Args:
        structure: the document.
        doubtful: local tags the model was asked about.
        settled: the other local tags, which stay whatever the model says; their labels are not found a second time.
        found: verified findings of its answer.
        dropped: counts findings that nobody asked for (``unasked``).
    """
    confirmed: dict[int, Assertion] = {}
    used: set[int] = set()
    for sharing in (True, False):  # first what shares characters, then what shares a clause
        for place, item in enumerate(doubtful):
            if place in confirmed:
                continue
            match = _best(
                structure,
                item,
                [
                    (number, other)
                    for number, other in enumerate(found)
                    if other.candidate.label == item.candidate.label
                    and (_shared(item, other) > 0 if sharing else number not in used)
                ],
            )
            if match is not None:
                used.add(match)
                confirmed[place] = _confirmed(item, found[match])
    kept = list(confirmed.values())
    for place, item in enumerate(doubtful):
        if place in confirmed:
            continue
        free = [
            (number, other)
            for number, other in enumerate(found)
            if number not in used and not _is_stated(structure, other, (*settled, *kept))
        ]
        instead = _best(structure, item, free)
        if instead is not None:
            used.add(instead)
            kept.append(found[instead])
    dropped["unasked"] += len(found) - len(used)
    return kept


def _best(structure: Structure, item: Assertion, others: Sequence[tuple[int, Assertion]]) -> int | None:
    """The number of the one that shares most characters or at least the clause; the first among equals."""
    near = [
        (_shared(item, other), number)
        for number, other in others
        if _shared(item, other) > 0 or clause_of(structure, item) == clause_of(structure, other)
    ]
    return max(near, key=lambda pair: pair[0])[1] if near else None


def _shared(one: Assertion, other: Assertion) -> int:
    return min(one.candidate.end, other.candidate.end) - max(one.candidate.start, other.candidate.start)


def _is_stated(structure: Structure, item: Assertion, kept: Sequence[Assertion]) -> bool:
    """Whether the label of a finding is on its clause already."""
    return any(
        other.candidate.label == item.candidate.label and clause_of(structure, other) == clause_of(structure, item)
        for other in kept
    )


def _confirmed(item: Assertion, match: Assertion) -> Assertion:
    changed = {name for name in ("polarity", "status", "subject") if getattr(item, name) != getattr(match, name)}
    return replace(
        item,
        candidate=replace(item.candidate, score=max(item.candidate.score, match.candidate.score)),
        polarity=match.polarity,
        status=match.status,
        subject=match.subject,
        kind=match.kind,
        # A cue that led to another value would give a wrong reason for the new one.
        cues=tuple(cue for cue in item.cues if cue.group.attribute not in changed),
    )
