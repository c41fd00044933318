"""Where a document may say what it is: its title, the head above the body, the rows of a form, the signature."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from nlp.identity.people import read_people
from nlp.identity.rules import title_words
from nlp.reading.splitting.fields import HeaderField
from nlp.reading.splitting.keys import PERSONS
from nlp.reading.splitting.lines import Line, text_lines

HEAD_LINES: Final = 30
TAIL_LINES: Final = 8
_TITLE_LENGTH: Final = 60
_TITLE_LINES: Final = 4
_SIGNATURE_LENGTH: Final = 45
_PROSE_LENGTH: Final = 60
_BODY: Final = re.compile(
    "[一二三四五六七八九十]{1,3}[、.．]|（[一二三四五六七八九十]{1,3}）|[1-9][0-9]?[.、．]|（?[问答]）?[：:]|（[问答]）"
    "|—{2}|[◎■★☆▲△●◆◇※□]"
)
_SENTENCE: Final = re.compile("[。？！]")
_GREETING: Final = re.compile("(?:各位|尊敬的|同志们).*[：:]?$|.*[：:]$")


@dataclass(frozen=True, slots=True)
class Zones:
    """Parts of a document.

    Attributes:
        titles: short lines at the top, without fields.
        fields: of the head, of table rows anywhere, and of the signature, in order of the text.
        opening: the first lines of head and body together, whatever they are.
        tail: short lines at the end.
        in_tail: offsets of the lines of ``tail``.
    """

    titles: tuple[Line, ...]
    fields: tuple[HeaderField, ...]
    opening: tuple[Line, ...]
    tail: tuple[Line, ...]
    in_tail: frozenset[int]

    @property
    def title(self) -> str:
        """The title lines without blanks, joined."""
        return "".join("".join(line.text.split()) for line in self.titles)

    def has_title_word(self, words: tuple[str, ...]) -> bool:
        """Whether the title holds one of the words."""
        return any(word in self.title for word in words)


def find_zones(text: str) -> Zones:
    """The zones of a matching form."""
    lines = list(text_lines(text))
    head = _head(lines)
    tail = _tail(lines)
    titles = tuple(takewhile(_may_be_title, lines[: min(head, _TITLE_LINES)]))
    fields: list[HeaderField] = []
    for index, line in enumerate(lines):
        if index < head or index >= tail or "\t" in line.text:
            following = lines[index + 1] if index + 1 < head else None
            fields += [_completed(field, following) for field in line.fields if not is_turn(field)]
    opening = tuple(lines[: head + 6])
    tail_lines = tuple(lines[max(tail, len(titles)) :])
    return Zones(titles, tuple(fields), opening, tail_lines, frozenset(line.start for line in tail_lines))


def _may_be_title(line: Line) -> bool:
    """Whether a line of the head can be a title: short, no sentence, no greeting; a field in it stands behind a title."""
    fields = line.fields
    if (fields and fields[0].at - line.start <= 1) or len(line.text) > _TITLE_LENGTH:
        return False
    return not (_SENTENCE.search(line.text) or _GREETING.match(line.text))


def is_turn(field: HeaderField) -> bool:
    """Whether a field is somebody's speech: 谈话人：他怎么样？"""
    if field.kind not in PERSONS:
        return False
    said = _SENTENCE.search(field.value)
    if said is None:
        return len(field.value) > 2 * _PROSE_LENGTH
    # 谈话对象：尤某。… names somebody; 谈话人：今天主要了解情况。… does not.
    return said[0] != "。" or not read_people(field.value, 0, said.start())


def _head(lines: list[Line]) -> int:
    """How many lines stand above the body."""
    for index, line in enumerate(lines[:HEAD_LINES]):
        if _BODY.match(line.text):
            return index
        fields = line.fields
        if any(is_turn(field) for field in fields):
            return index
        if not fields and (len(line.text) > _PROSE_LENGTH or (index and _SENTENCE.search(line.text[:-1]))):
            return index
    return min(len(lines), HEAD_LINES)


def _tail(lines: list[Line]) -> int:
    """The first line of the signature."""
    first = len(lines)
    while first > max(0, len(lines) - TAIL_LINES) and _may_sign(lines[first - 1]):
        first -= 1
    return first


def _may_sign(line: Line) -> bool:
    if len(line.text) > _SIGNATURE_LENGTH and not line.fields:
        return False
    return not _BODY.match(line.text)


def _completed(field: HeaderField, following: Line | None) -> HeaderField:
    """A key that ends its line has its value on the next one, where that line is short and holds no key."""
    if field.value or following is None or field.kind == "other":
        return field
    if following.fields or len(following.text) > _SIGNATURE_LENGTH or _SENTENCE.search(following.text):
        return field
    return HeaderField(field.key, field.kind, field.at, following.start, following.end, following.text)


def is_own_report(zones: Zones) -> bool:
    """Whether the writer reports on himself or herself."""
    return zones.has_title_word(title_words().own_reports)
