"""The context engine: what the words around a candidate make of it.

In the line of ConText and clinlp: cues with direction, scope and terminators decide closed-value attributes; the
nearest cue wins, then priority. Polarity differs in one point: flips compose, so that a double negation (无不, 没有一项
任务不按期完成) cancels out by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.schema import Kind, Polarity, Status, Subject
from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.cues import CueGroup
from nlp.tagging.scanner import CueHit
from nlp.tagging.scope import distance, is_live

_REACH = 130
"""Characters looked at on either side of a candidate: more than the widest window in the cue files."""

_LONGEST_TITLE = 40
_OBJECT = re.compile("(?:但|而|并|坚决|及时|敢于)*(?:对|对于|对那些|把|将|向|让)(?!他|她|其|该同志)[^，]{0,12}")
_OBJECT_NOUN = re.compile(
    "[^的]{0,6}的(?:干部|同志|人|单位|部门|企业|股室|科室|地方|现象|行为|做法|指标|要求|项目|风气|苗头)"
)


@dataclass(frozen=True)
class FiredCue:
    """A cue that decided something about a candidate."""

    hit: CueHit
    group: CueGroup
    gap: int


@dataclass(frozen=True)
class Assertion:
    """A candidate with its attributes.

    Attributes:
        candidate: what was found.
        polarity: the behaviour shown, after all turns.
        status: how it is meant.
        subject: whose behaviour it is.
        hedged: whether the writer is unsure.
        cues: the cues that fired, nearest first within each attribute.
        kind: fact or judgement where a finder has decided it; None leaves it to the markers of facts.
    """

    candidate: Candidate
    polarity: Polarity
    status: Status
    subject: Subject
    hedged: bool
    cues: tuple[FiredCue, ...]
    kind: Kind | None = None


def assert_candidates(structure: Structure, candidates: Sequence[Candidate], cues: Sequence[CueHit]) -> list[Assertion]:
    """Decide the attributes of each candidate; those that show nothing are left out.

    Left out are candidates in muted places (questions, headers, votes), heads without a valuation, and refuted rumours.
    Normative ones stay, with that status: the caller drops them unless asked to keep them.
    """
    covered = _valued_spans(candidates)
    live = [hit for hit in cues if hit.group]
    starts = [hit.start for hit in live]
    owners = [_owners(hit, covered) for hit in live]
    assertions: list[Assertion] = []
    alive: dict[int, bool] = {}
    for candidate in candidates:
        index = structure.clause_at(candidate.start)
        if index is None or structure.settings[index].muted or _is_mention(structure, index, candidate):
            continue
        fired: dict[str, list[FiredCue]] = {"polarity": [], "status": [], "subject": [], "hedge": []}
        first = bisect_left(starts, candidate.start - _REACH)
        last = bisect_left(starts, candidate.end + _REACH)
        for place in range(first, last):
            hit = live[place]
            group = hit.group
            if group is None:
                continue
            if place not in alive:
                alive[place] = is_live(hit, group, structure)
            if not alive[place] or (owners[place] and not _may_turn(hit, owners[place], candidate)):
                continue
            gap = distance(hit, group, candidate, structure)
            if gap is not None:
                fired[hit.attribute].append(FiredCue(hit, group, gap))
        assertion = _assertion(candidate, fired, structure, index)
        if assertion:
            assertions.append(assertion)
    return assertions


def _is_mention(structure: Structure, index: int, candidate: Candidate) -> bool:
    """Whether the words name something and describe nobody in particular.

    True inside the title of a document (《关于整治…的规定》), and in the object that opens a clause (对脱离实际的指标,敢于说不).
    """
    folded, clause = structure.folded, structure.clauses[index]
    opening = folded.rfind("《", max(candidate.start - _LONGEST_TITLE, 0), candidate.start)
    if opening >= 0 and folded.find("》", opening, candidate.start) < 0:
        return True
    return bool(
        _OBJECT_NOUN.match(folded, candidate.end, clause.end)
        and _OBJECT.fullmatch(folded, clause.start, candidate.start)
    )


def _valued_spans(candidates: Sequence[Candidate]) -> list[tuple[int, int, Polarity]]:
    return sorted({(item.start, item.end, item.polarity) for item in candidates if item.polarity is not None})


def _owners(hit: CueHit, spans: list[tuple[int, int, Polarity]]) -> list[tuple[int, int, Polarity]]:
    """The evidence expressions that a polarity cue is part of."""
    if hit.attribute != "polarity" or not spans:
        return []
    index = bisect_left(spans, (hit.start, hit.end, ""))
    near = spans[max(index - 3, 0) : index + 2]
    return [span for span in near if span[0] <= hit.start and hit.end <= span[1]]


def _may_turn(hit: CueHit, owners: list[tuple[int, int, Polarity]], candidate: Candidate) -> bool:
    """Whether a cue that is part of another expression acts on ``candidate``.

    Beside that expression it turns nothing (不折不扣); a candidate that overlaps it shares the cue, unless it agrees with
    the expression already (没有发现违规问题 and the 违规 in it).
    """
    for start, end, sign in owners:
        if start < candidate.end and candidate.start < end:
            return candidate.polarity != sign
    return candidate.polarity is None and all((start, end) == (hit.start, hit.end) for start, end, _ in owners)


def _assertion(
    candidate: Candidate, fired: dict[str, list[FiredCue]], structure: Structure, index: int
) -> Assertion | None:
    status, status_cues = _status(fired["status"], structure, index)
    if status is None:
        return None
    polarity, polarity_cues = _polarity(candidate, fired["polarity"], status)
    if polarity is None:
        return None
    subject, subject_cues = _subject(fired["subject"], structure)
    if status == "advised" and subject == "target" and structure.first_person == "target":
        status = "normative"  # 今后我要更加大胆: one's own plan, not advice to somebody
    return Assertion(
        candidate=candidate,
        polarity="-" if status == "advised" else polarity,
        status=status,
        subject=subject,
        hedged=bool(fired["hedge"]),
        cues=(*polarity_cues, *status_cues, *subject_cues, *fired["hedge"][:1]),
    )


def _nearest(cues: list[FiredCue]) -> list[FiredCue]:
    return sorted(cues, key=lambda cue: (cue.gap, -cue.group.priority, cue.hit.start))


def _polarity(candidate: Candidate, cues: list[FiredCue], status: Status) -> tuple[Polarity | None, list[FiredCue]]:
    flips = [cue for cue in _nearest(cues) if cue.group.effect == "flip"]
    setters = [cue for cue in _nearest(cues) if cue.group.effect != "flip"]
    if candidate.polarity is None:
        return _head_polarity(flips, setters, status)
    sign = candidate.polarity
    flips = list(_independent(flips))
    if len(flips) % 2:
        sign = "-" if sign == "+" else "+"
    used = list(flips)
    for setter in setters:
        effect = setter.group.effect
        if any(setter.hit.start < flip.hit.end and flip.hit.start < setter.hit.end for flip in flips):
            continue  # 看不到 stands in two groups; on an expression with a sign it denies, and that is all
        if effect in ("bad", "show") and sign == "+":
            return "-", [*used, setter]
        if effect == "undo" and sign == "-":
            return "+", [*used, setter]
    return sign, used


def _head_polarity(
    flips: list[FiredCue], setters: list[FiredCue], status: Status
) -> tuple[Polarity | None, list[FiredCue]]:
    """A head takes the sign of its nearest valuation; a bare negation close by denies it."""
    valued = [cue for cue in setters if cue.group.effect in ("good", "bad")]
    if valued:
        nearest = valued[0]
        denied = [cue for cue in flips if cue.group.direction == "forward" and cue.gap <= 2]
        if nearest.group.effect == "good" and not denied:
            return "+", [nearest]
        return "-", [nearest, *denied]
    if flips and flips[0].gap <= 2:
        return "-", [flips[0]]
    return ("-", []) if status == "advised" else (None, [])


def _independent(flips: list[FiredCue]) -> Iterator[FiredCue]:
    """Cues that overlap in the text (没有一项, 没有) count once."""
    taken: list[tuple[int, int]] = []
    for cue in flips:
        if all(cue.hit.end <= start or cue.hit.start >= end for start, end in taken):
            taken.append((cue.hit.start, cue.hit.end))
            yield cue


def _status(cues: list[FiredCue], structure: Structure, index: int) -> tuple[Status | None, list[FiredCue]]:
    """The status and the cue that set it; None when the statement was refuted."""
    refuted = [cue for cue in cues if cue.group.effect == "refuted"]
    forward = _nearest([cue for cue in cues if cue.group.effect != "refuted"])
    best = _asked_for(forward) or (forward[0] if forward else None)
    if refuted and best is not None and best.group.effect == "reported":
        return None, []
    section = structure.settings[index].status
    if section == "normative":
        return "normative", []
    if best is None:
        return section or "observed", []
    if section == "advised" and best.group.effect == "normative":
        return "advised", [best]
    status: Status = best.group.effect  # type: ignore[assignment]  # refuted was taken out above
    return status, [best]


def _asked_for(cues: list[FiredCue]) -> FiredCue | None:
    """The advice a norm stands in: 希望今后进一步… asks somebody for something, whatever stands nearer."""
    if not cues or cues[0].group.effect != "normative" or cues[0].group.position != "head":
        return None
    return next((cue for cue in cues if cue.group.effect == "advised" and cue.hit.start < cues[0].hit.start), None)


def _subject(cues: list[FiredCue], structure: Structure) -> tuple[Subject, list[FiredCue]]:
    nearest = _nearest(cues)
    if not nearest:
        return ("team" if structure.about_team else "target"), []
    best = nearest[0]
    if best.group.effect == "first":
        return structure.first_person, [best]
    subject: Subject = best.group.effect  # type: ignore[assignment]  # first was handled above
    return subject, [best]
