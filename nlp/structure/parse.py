"""From a source text to everything the tagger needs to know about its form."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from nlp.schema import DocType, Role
from nlp.structure.clauses import ClauseSpan, split_clauses
from nlp.structure.doctype import count_persons, detect_doc_type, title_lines
from nlp.structure.folding import fold
from nlp.structure.mutes import muted_ranges
from nlp.structure.rules import SectionEffect, structure_rules
from nlp.structure.sections import SectionSpan, find_sections
from nlp.structure.turns import TalkHeader, TurnSpan, find_turns, read_header

FirstPerson = Literal["target", "other"]
SectionStatus = Literal["normative", "advised", "reported"]


@dataclass(frozen=True)
class Setting:
    """What the place of a clause says about it before any word of it is read.

    Attributes:
        muted: nothing is tagged here (interviewer, header, CV, votes, title).
        status: what the section makes of statements (plans: normative; hopes: advised; allegations: reported),
            None if nothing.
        role: the role of who speaks, None outside turns.
    """

    muted: bool = False
    status: SectionStatus | None = None
    role: Role | None = None


@dataclass(frozen=True)
class Structure:
    """The form of one document. All ranges are code points of ``text``.

    Attributes:
        text: normalised text; ``folded`` is its parallel of the same length for matching.
        settings: one for each clause.
        first_person: whom 我 means: the person evaluated (self-reports) or somebody else (interviewees).
        about_team: whether the text is about a team rather than one person, so that an unnamed subject is the team.
    """

    text: str
    folded: str
    doc_type: DocType | None
    sections: tuple[SectionSpan, ...]
    turns: tuple[TurnSpan, ...]
    clauses: tuple[ClauseSpan, ...]
    settings: tuple[Setting, ...] = field(repr=False)
    first_person: FirstPerson
    about_team: bool

    def clause_at(self, offset: int) -> int | None:
        """Index of the clause that holds ``offset``, or None between clauses."""
        index = bisect_right(self.clauses, offset, key=lambda clause: clause.start) - 1
        return index if index >= 0 and offset < self.clauses[index].end else None


def parse_structure(text: str, *, doc_type: DocType | None = None) -> Structure:
    """Parse a normalised text.

    Args:
        text: output of ``normalise``.
        doc_type: given when the caller knows it (an archive field); detected otherwise.
    """
    folded = fold(text)
    doc_type = doc_type or detect_doc_type(folded)
    header = read_header(folded)
    turns = find_turns(folded, header, is_talk_note=doc_type == "talk_note")
    if doc_type is None and any(turn.role == "interviewer" for turn in turns):
        doc_type = "talk_note"
    sections = find_sections(folded)
    clauses = split_clauses(folded, [turn.body for turn in turns])
    muted = muted_ranges(folded, header, doc_type)
    return Structure(
        text=text,
        folded=folded,
        doc_type=doc_type,
        sections=tuple(sections),
        turns=tuple(turns),
        clauses=tuple(clauses),
        settings=tuple(_settings(clauses, sections, turns, muted, doc_type)),
        first_person=_first_person(folded, doc_type, header, turns),
        about_team=_is_about_team(folded, doc_type),
    )


def _settings(
    clauses: Sequence[ClauseSpan],
    sections: Sequence[SectionSpan],
    turns: Sequence[TurnSpan],
    muted: Sequence[tuple[int, int]],
    doc_type: DocType | None,
) -> list[Setting]:
    shared: dict[tuple[bool, SectionStatus | None, Role | None], Setting] = {}
    result: list[Setting] = []
    effects = [(section, _section_effect(section, doc_type)) for section in sections]
    telling = [(section, effect) for section, effect in effects if effect]
    turn_index = mute_index = 0
    for clause in clauses:
        while turn_index < len(turns) and turns[turn_index].end <= clause.start:
            turn_index += 1
        turn = turns[turn_index] if turn_index < len(turns) and turns[turn_index].start <= clause.start else None
        while mute_index < len(muted) and muted[mute_index][1] <= clause.start:
            mute_index += 1
        is_muted = mute_index < len(muted) and muted[mute_index][0] <= clause.start
        role = turn.role if turn else None
        if turn and (role == "interviewer" or clause.end <= turn.body):
            is_muted = True
        status: SectionStatus | None = None
        for section, effect in telling:
            if section.start <= clause.start < section.end:
                if effect == "mute":
                    is_muted = True
                elif effect:
                    status = effect
        key = (is_muted, status, role)
        result.append(shared.setdefault(key, Setting(*key)))
    return result


def _section_effect(section: SectionSpan, doc_type: DocType | None) -> SectionEffect | None:
    # An inline heading is a sentence of its own ("对下属要求不严。"); only short titles name a kind of section.
    if len(section.title) > 14:
        return None
    for rule in structure_rules().section_rules:
        applies = not rule.types or doc_type in rule.types
        if applies and _names(section.title, rule.words) and not _names(section.title, rule.unless):
            return rule.effect
    return None


def _names(title: str, words: Sequence[str]) -> bool:
    return any(word in title for word in words)


def _first_person(folded: str, doc_type: DocType | None, header: TalkHeader, turns: Sequence[TurnSpan]) -> FirstPerson:
    if doc_type == "self_report" or header.interviewee_is_target:
        return "target"
    if doc_type in ("annual", "inspection", None) and not turns:
        others = folded.count("该同志") + folded.count("他")
        return "target" if folded.count("我") + folded.count("本人") > others else "other"
    return "other"


_LONG = 600
_FEW_PERSONS = 1 / 1500


def _is_about_team(folded: str, doc_type: DocType | None) -> bool:
    """Whether nobody in particular is evaluated: a survey, or a long text that hardly mentions a person."""
    persons = count_persons(folded)
    title = title_lines(folded)
    if doc_type == "survey" or ("班子" in title and "同志" not in title):
        return folded.count("该同志") + folded.count("他") < 4
    return len(folded) > _LONG and persons < _FEW_PERSONS * len(folded)
