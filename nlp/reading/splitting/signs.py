"""Signs that a document begins at a line: its title, its header block, a life in one line, and an end just before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nlp.reading.splitting.characters import HAN
from nlp.reading.splitting.fields import HeaderField
from nlp.reading.splitting.keys import KeyKind
from nlp.reading.splitting.lines import Line
from nlp.reading.splitting.words import bundle_words

_TITLE_LENGTH: Final = 40
_REACH: Final = 4
_BLOCK_LINES: Final = 12
_GAP: Final = 1
_NOT_TITLE: Final = re.compile("[。？！；，：\t]|^[附—]")
_NUMBER: Final = "[0-9]{1,3}|[一二三四五六七八九十百]{1,4}"
_LEADING: Final = re.compile(rf"(?:（(?:{_NUMBER})）|第?(?:{_NUMBER})(?:份|[.、．]))")
_TRAILING: Final = re.compile(rf"(?:之(?:{_NUMBER})|第?(?:{_NUMBER})(?:号|份|次)?)$")
_BRACKETED: Final = re.compile("（[^（）]{1,20}）$")
_SPEECH: Final = re.compile("[。？！]")
_LIFE: Final = re.compile(rf"(?:[一二]、)?(?:基本情况[。：])?[{HAN}·某]{{2,12}}(?:同志)?，(?:男|女)(?:，|（)")
_GREETING: Final = re.compile("(?:尊敬的)?(?:各位|同志们|全体)[^。？！]{0,30}：")
_BYLINE: Final = re.compile(rf"[{HAN}A-Z、]{{2,30}}[ ]+[{HAN}·]{{2,8}}|[{HAN}A-Z、]{{1,30}}某{{1,2}}")
_NAMED: Final = re.compile(rf"（[^（）]{{0,30}}[ ·][{HAN}·]{{2,8}}）$")
_SIGNED: Final = re.compile("签[字名]|手印|盖章")
_TEAM: Final = re.compile(r"(?:考察|核查|调研|巡察|走访)组(?:[ ]*[^，。：]{0,16}[年月日号])?$")
_DATED: Final = re.compile(
    "(?:[0-9]{4}|[〇○零一二三四五六七八九]{4})[ ]*年[^。，]{1,12}[日月号]$|[0-9]{4}[./-][0-9]{1,2}[./-][0-9]{1,2}$"
)
_OPENING_KINDS: Final[frozenset[KeyKind]] = frozenset(("held", "interviewee", "subject", "name"))
_OPENING_KEYS: Final = frozenset(("编号", "密级", "地点", "谈话地点", "访谈地点", "询问地点", "座谈地点"))
_SIGNING_KINDS: Final[frozenset[KeyKind]] = frozenset(("inquirer", "writer", "reporter", "written"))
_SPEAKERS: Final[frozenset[KeyKind]] = frozenset(("interviewee", "inquirer"))


@dataclass(frozen=True, slots=True)
class Title:
    """A title line.

    Attributes:
        kind: the word it ends in: 谈话记录, 考察材料.
        text: the line without blanks.
        core: the same without the numbers and brackets around it.
        is_numbered: whether it begins with a number, as the headings of sections do.
    """

    kind: str
    text: str
    core: str
    is_numbered: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Header fields that stand together.

    Attributes:
        first: index of the first line.
        last: index of the last line.
        values: key to value, of the first field of each key.
    """

    first: int
    last: int
    values: dict[str, str]


def is_title_like(line: Line) -> bool:
    """Whether a line above a header block is its title, though of no known kind: 2023年度个人总结及主管领导评鉴意见."""
    if len(line.text) > _TITLE_LENGTH or _is_end(line) or line.fields or _NOT_TITLE.search(line.text):
        return False
    return any(word in line.text for word in bundle_words().title_words)


@lru_cache(maxsize=1)
def _kind() -> re.Pattern[str]:
    return re.compile(rf"(?:{bundle_words().kinds_pattern})$")


def title_of(line: Line) -> Title | None:
    """What a line is the title of; numbers and brackets around it (谈话记录（之三）, 2．谈话记录) are left out."""
    if len(line.text) > 2 * _TITLE_LENGTH:
        return None
    text = "".join(line.text.split())
    leading = _LEADING.match(text)
    bare = text[leading.end() :] if leading else text
    previous = ""
    while bare != previous:
        previous = bare
        bare = _TRAILING.sub("", _BRACKETED.sub("", bare))
    bare = bare.strip("《》“”（）")
    if len(bare) > _TITLE_LENGTH or _NOT_TITLE.search(bare):
        return None
    found = _kind().search(bare)
    return Title(found[0], text, bare, leading is not None) if found else None


def header_block(lines: Sequence[Line], first: int) -> Block | None:
    """The header block that begins at a line: two keys at least, and not those of two speakers alone."""
    values: dict[str, str] = {}
    kinds: set[KeyKind] = set()
    last = index = first
    while index < len(lines) and index - first < _BLOCK_LINES and index - last <= _GAP + 1:
        fields = _said_once(lines[index].fields)
        if fields is None or any(field.key in values for field in fields):
            # Speech, or the next row of a list.
            break
        if index > first and title_of(lines[index]):
            break
        if fields:
            last = index
        elif index == first:
            return None
        for field in fields:
            values.setdefault(field.key, field.value)
            kinds.add(field.kind)
        index += 1
    if len(values) < 2 or kinds <= _SPEAKERS:
        return None
    return Block(first, last, values)


def opens_header(block: Block, lines: Sequence[Line]) -> bool:
    """Whether a block without a title is one of a head, and not of a signature: it begins with a time, a place or a person."""
    first = lines[block.first].fields[0]
    if first.kind == "inquirer":
        # 考察组：谢谢。 is speech or a signature; 谈话人：刘某 heads a note.
        return first.key.endswith("人")
    return first.kind in _OPENING_KINDS or first.key in _OPENING_KEYS


def _said_once(fields: tuple[HeaderField, ...]) -> tuple[HeaderField, ...] | None:
    """The fields of a line, None where one of them is speech (谈话人：他怎么样？)."""
    for field in fields:
        if _SPEECH.search(field.value[:-1]) or field.value.endswith(("？", "！")):
            return None
    return fields


def block_below(lines: Sequence[Line], title: int) -> Block | None:
    """The header block that follows a title within a few lines, with no other title between."""
    for index in range(title + 1, min(title + 1 + _REACH, len(lines))):
        if title_of(lines[index]):
            return None
        block = header_block(lines, index)
        if block:
            return block
        if len(lines[index].text) > _TITLE_LENGTH and lines[index].text.endswith("。"):
            # Text: what follows it is the header of another document.
            return None
    return None


def introduced_below(lines: Sequence[Line], title: int) -> bool:
    """Whether a title is followed by a line that introduces a person.

    That is a life in short (李某，男，……); for a report on oneself also a byline, in its title too, or the greeting of a speech.
    """
    found = title_of(lines[title])
    is_own = found is not None and any(word in found.kind for word in ("述", "总结", "小结", "检查", "检讨"))
    if is_own and _NAMED.search(lines[title].text):
        return True
    for line in lines[title + 1 : title + 1 + _REACH]:
        if title_of(line):
            return False
        if _LIFE.match(line.text) or (is_own and (_GREETING.fullmatch(line.text) or _BYLINE.fullmatch(line.text))):
            return True
    return False


def ends_before(lines: Sequence[Line], index: int) -> bool:
    """Whether one of the two lines before a line ends a document: a closing formula, a signature, a date alone."""
    return any(_is_end(line) for line in lines[max(0, index - 2) : index])


def _is_end(line: Line) -> bool:
    text = line.text
    if any(text.lstrip("（").startswith(word) for word in bundle_words().closings):
        return True
    if len(text) > _TITLE_LENGTH or "？" in text:
        return False
    if _SIGNED.search(text) or _TEAM.match(text) or _DATED.search(text.rstrip("。）")):
        return True
    fields = line.fields
    return bool(fields) and all(field.kind in _SIGNING_KINDS for field in fields)
