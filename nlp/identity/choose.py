"""One answer for each field, and what contradicts it."""

from __future__ import annotations

from typing import Final

from nlp.identity.candidates import Candidate, Findings, Weight
from nlp.identity.model import FIELD_NAMES, Conflict, Evidence, FieldName, Identity

_PLACES: Final[frozenset[FieldName]] = frozenset(("unit", "position"))
# A talk and its signature have different dates, and a note has a recorder and an interviewer, without contradiction.
_ROLES: Final[frozenset[FieldName]] = frozenset(("date", "author", "occasion"))


def choose(found: Findings) -> Identity:
    """The identity that what was found makes.

    The place that says most decides; where places of that weight contradict each other, nothing is decided and all
    are conflicts. Unit and position count where they were said of the subject.
    """
    answers: dict[FieldName, Evidence] = {}
    conflicts: list[Conflict] = []
    for field in FIELD_NAMES:
        mine = [candidate for candidate in found.candidates if candidate.field == field]
        if field in _PLACES:
            mine = _of_subject(mine, answers.get("subject"))
        answer, others = _decide(field, mine)
        if answer is not None:
            answers[field] = answer
        conflicts += [Conflict(field, other) for other in others]
    names = {(person.start, person.end): person for person in found.people}
    return Identity(
        subject=answers.get("subject"),
        date=answers.get("date"),
        unit=answers.get("unit"),
        position=answers.get("position"),
        author=answers.get("author"),
        occasion=answers.get("occasion"),
        people=tuple(names[span] for span in sorted(names)),
        conflicts=tuple(conflicts),
    )


def _of_subject(candidates: list[Candidate], subject: Evidence | None) -> list[Candidate]:
    name = subject.value if subject else None
    return [candidate for candidate in candidates if candidate.of in (None, name)]


def _decide(field: FieldName, candidates: list[Candidate]) -> tuple[Evidence | None, list[Evidence]]:
    if not candidates:
        return None, []
    ordered = sorted(candidates, key=lambda candidate: (candidate.weight, candidate.evidence.start))
    best = [candidate.evidence for candidate in ordered if candidate.weight == ordered[0].weight]
    rest = [candidate.evidence for candidate in ordered[len(best) :] if candidate.weight < Weight.AROUND]
    rest = [] if field in _ROLES else rest
    answer = best[0]
    for other in best[1:]:
        if not _agree(field, answer, other):
            return None, _distinct([*best, *rest])
        answer = max(answer, other, key=lambda evidence: len(evidence.value))
    return answer, [other for other in _distinct(rest) if not _agree(field, answer, other)]


def _agree(field: FieldName, one: Evidence, other: Evidence) -> bool:
    a, b = one.value, other.value
    if field == "date":
        return a.startswith(b) or b.startswith(a)
    if field in _PLACES or field == "author":
        return a in b or b in a
    return a == b


def _distinct(found: list[Evidence]) -> list[Evidence]:
    kept: dict[str, Evidence] = {}
    for evidence in found:
        kept.setdefault(evidence.value, evidence)
    return list(kept.values())
