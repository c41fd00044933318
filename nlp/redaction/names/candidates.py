"""What could be a name at a place of a line, with its cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from nlp.reading.splitting.characters import HAN
from nlp.redaction.names.likelihood import PERSON, Likelihood
from nlp.redaction.names.lists import NameLists

Shape = Literal["full", "masked", "surname", "nickname", "given"]
"""full: 张三丰. masked: 张某. surname: 张 in 张局长. nickname: 老张. given: 三丰 in 三丰同志."""

_MASK_ONLY: Final = re.compile("[某×x*＊○〇]")
_IDEOGRAPH: Final = re.compile(f"[{HAN}]")
_FUNCTION: Final = frozenset("的了着过和与及对由是在把被向让请从为跟同找说称任给叫使将就也都又还以因据经")
_NO_LAST: Final = frozenset("局委部办科处室所站组队院校厂会党政镇乡村县市区团司股的里上下们")
"""Last characters of units and places, whose people are called 同志 too."""

_TITLED: Final = 6.5
"""How much a title beside a full name lowers its cost."""

_COMRADE: Final = 2.5
"""More for 同志, when no word has the characters of the name."""

_COMRADE_FIRST: Final = 4.0
"""More again where the name begins a clause: of 方案成同志 nothing but a name is made of 方案 and 成."""

_SPEAKING: Final = 2.0
_BEFORE: Final = 4.0
_ALONE: Final = 3.5
"""For a name that fills a cell, a line or a place of an enumeration."""

_IN_OFFICE: Final = 4.0
"""For one that begins a line and has its office behind the comma: 余某，A县财政局股长。"""

_SURNAME_TITLE: Final = 8.0
_SURNAME_SHORT: Final = 8.5
_DOUBT: Final = 8.0
_NICKNAME: Final = 6.0
_MASKED: Final = 2.5
_BETWEEN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible name.

    Attributes:
        start: of the name in the line.
        end: of the name.
        reach: up to where its cost accounts for the line; a title behind a surname is included.
        cost: of the name and what it reaches over.
        shape: what kind of mention it is.
    """

    start: int
    end: int
    reach: int
    cost: float
    shape: Shape


def candidates_at(line: str, place: int, tables: Likelihood, lists: NameLists) -> Iterator[Candidate]:
    """Possible names that begin at a place of a folded line."""
    first = line[place]
    if first in "老小" and place + 1 < len(line):
        yield from _nicknames(line, place, tables, lists)
    surnames = [
        size for size in (2, 1) if line[place : place + size] in (lists.compound if size == 2 else lists.single)
    ]
    for size in surnames:
        surname = line[place : place + size]
        behind = place + size
        cost = tables.surname_cost(surname)
        if surname not in lists.doubtful or _MASK_ONLY.match(line, behind):
            yield from _masked(line, place, behind, cost, lists)
        doubt = _DOUBT if surname in lists.doubtful else 0.0
        title = lists.title.match(line, behind)
        if title and not (doubt and title[0].startswith("副")):
            # 李同志 is said less than 李四同志.
            doubt += _DOUBT / 2 if title[0] == "同志" else 0.0
            yield Candidate(place, behind, title.end(), _SURNAME_TITLE + cost + doubt, "surname")
        short = lists.short_title.match(line, behind)
        if short:
            yield Candidate(place, behind, short.end(), _SURNAME_SHORT + cost + doubt, "surname")
        for length in (1, 2):
            given = line[behind : behind + length]
            end = behind + length
            if len(given) < length or not all(map(_IDEOGRAPH.match, given)):
                break
            name = surname + given
            if name in lists.compound or (given[-1] == "老" and lists.title.match(line, end)):
                continue
            if name in lists.not_names or "某" in given or given[0] == "副":
                continue
            if name[:2] in lists.not_names and not _is_called(line, place, end):
                continue
            certain, hint = _bonus(line, place, end, tables, lists)
            bonus = certain + hint
            cost_full = tables.full_name(surname, given)
            if certain and name not in tables.words and line.startswith("同志", end):
                bonus += _COMRADE + (_COMRADE_FIRST if _is_edge(line, place - 1) else 0.0)
            if name in tables.names and (certain or name not in tables.words):
                cost_full = min(cost_full, tables.names[name])
            yield Candidate(place, end, end, cost_full - bonus, "full")
    if not surnames and _IDEOGRAPH.match(first):
        yield from _strange(line, place, tables, lists)


def _nicknames(line: str, place: int, tables: Likelihood, lists: NameLists) -> Iterator[Candidate]:
    for size in (2, 1):
        surname = line[place + 1 : place + 1 + size]
        if surname in (lists.compound if size == 2 else lists.single):
            end = place + 1 + size
            masked = 1 if line[end : end + 1] == "某" else 0
            if line[place:end] not in lists.not_nicknames:
                yield Candidate(place, end + masked, end + masked, _NICKNAME + tables.surname_cost(surname), "nickname")


def _masked(line: str, place: int, behind: int, cost: float, lists: NameLists) -> Iterator[Candidate]:
    mask = lists.mask.match(line, behind)
    if mask:
        end = mask.end()
        if mask[0][0] == "某" and lists.is_no_mask(line[place:behind], line, end):
            return
        yield Candidate(place, end, end, PERSON + cost + _MASKED, "masked")
        return
    # 马𬸚某, 王小某: a character between surname and mask.
    between = lists.mask.match(line, behind + 1)
    masked = between is not None and between[0].startswith("某") and _IDEOGRAPH.match(line[behind])
    if between and masked and not lists.after_mask.match(line, between.end()):
        yield Candidate(place, between.end(), between.end(), PERSON + cost + _BETWEEN + _MASKED, "masked")


def _strange(line: str, place: int, tables: Likelihood, lists: NameLists) -> Iterator[Candidate]:
    """𠮷某 and 扎西某: names whose first characters are on no list of surnames."""
    for size in (1, 2, 3):
        mask = lists.mask.match(line, place + size)
        if not mask or not mask[0].startswith("某") or lists.after_mask.match(line, mask.end()):
            continue
        head = line[place : place + size]
        if not all(map(_IDEOGRAPH.match, head)) or "某" in head:
            return
        rare = size == 1 and tables.word(head) > 13
        foreign = size > 1 and (head in tables.given or head not in tables.words) and head[0] not in _FUNCTION
        if rare or foreign:
            strange = min(sum(min(tables.word(character), 8.0) for character in head), tables.given.get(head, 99.0))
            yield Candidate(place, mask.end(), mask.end(), PERSON + strange + _MASKED, "masked")
        return


def _bonus(line: str, start: int, end: int, tables: Likelihood, lists: NameLists) -> tuple[float, float]:
    """What the neighbours say for a full name: what only stands beside names, and what also stands beside other words."""
    certain = hint = 0.0
    if lists.title.match(line, end):
        certain = _TITLED
    elif lists.speaking_after.match(line, end) and line[end - 1 : end + 1] not in tables.words:
        hint = _SPEAKING
    if lists.titled_before.search(line, max(0, start - 8), start):
        certain += _BEFORE
    if (certain >= _BEFORE or _is_edge(line, start - 1)) and _is_edge(line, end):
        hint += _ALONE
        if start == 0 and line.startswith("，", end) and lists.in_office.match(line, end):
            certain += _IN_OFFICE
    return certain, hint


def _is_called(line: str, start: int, end: int) -> bool:
    """Whether a clause begins with a name and 同志: 黄金荣同志 is a person, 党政办同志 and 卫健的同志 are none."""
    return line[end - 1] not in _NO_LAST and _is_edge(line, start - 1) and line.startswith("同志", end)


def _is_edge(line: str, place: int) -> bool:
    """Whether the line ends there, or no ideograph stands there."""
    return not 0 <= place < len(line) or not _IDEOGRAPH.match(line[place])
