"""Header fields of a line: ``谈话时间：…　地点：…``, and the cells of a form, ``姓名 李某 性别 男``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from nlp.reading.splitting.characters import HAN
from nlp.reading.splitting.keys import KeyKind, header_keys

_COLON: Final = re.compile("[ \t]*：[ \t]*")
_BRACKET: Final = re.compile("）[ \t]*(?:：[ \t]*)?")
_OTHER_KEY: Final = re.compile(rf"(?<=[ \t])[{HAN}]{{2,8}}：")
_GAP: Final = re.compile("[ \t]+")
_TRIMMED: Final = " \t，、；。｜（"
_BOUNDARY: Final = frozenset(" \t，；。｜（")


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A key and its value.

    Attributes:
        key: without blanks.
        kind: what the value says.
        at: where the key starts.
        start: where the value starts.
        end: one past its last character; ``start`` where there is none.
        value: the characters of the matching form.
    """

    key: str
    kind: KeyKind
    at: int
    start: int
    end: int
    value: str


def read_fields(text: str, at: int) -> tuple[HeaderField, ...]:
    """The fields of a line, in order.

    Keys are followed by a colon, or are whole cells of a table row; in a row without tabs at least two keys are wanted,
    the first at its start, since 职务 and 单位 are ordinary words too.

    Args:
        text: a line of a matching form, without the blanks around it.
        at: where it starts in its document.
    """
    if not any(mark in text for mark in "： \t）"):
        return ()
    places = list(_with_colons(text))
    if not places or places[0].at > 1:
        cells = list(_in_cells(text) if "\t" in text else _in_blanks(text))
        places = cells if len(cells) > len(places) else places
    return tuple(_field(text, at, place) for place in places)


@dataclass(frozen=True, slots=True)
class _Place:
    """A key and the range of its value, counted from the start of the line."""

    key: str
    at: int
    start: int
    end: int


def _with_colons(text: str) -> Iterator[_Place]:
    keys = header_keys()
    found: list[tuple[int, int, str]] = []
    for match in keys.pattern.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        colon = _COLON.match(text, match.end())
        if colon is None and before == "（":
            # 【谈话人】冯某: the brackets do what a colon does.
            colon = _BRACKET.match(text, match.end())
        if colon and (not before or before in _BOUNDARY):
            found.append((match.start(), colon.end(), keys.canonical(match[1])))
    for place in _until_next(text, found):
        stranger = _OTHER_KEY.search(text, place.start, place.end)
        yield replace(place, end=stranger.start()) if stranger else place


def _in_cells(text: str) -> Iterator[_Place]:
    """Fields of a table row: a cell that is a key, and the next one that holds anything and is none."""
    cells = [part for part in re.finditer("[^\t]+", text) if part[0].strip()]
    for cell, value in pairwise(cells):
        key = _whole_key(cell[0])
        if key is not None and _whole_key(value[0]) is None:
            yield _Place(key, cell.start() + len(cell[0]) - len(cell[0].lstrip()), value.start(), value.end())


def _in_blanks(text: str) -> Iterator[_Place]:
    """Fields of a table row as the text of a page has it: 姓名 李某 性别 男."""
    keys = header_keys()
    found: list[tuple[int, int, str]] = []
    for match in keys.pattern.finditer(text):
        gap = _GAP.match(text, match.end())
        begins = match.start() == 0 or text[match.start() - 1] in " \t"
        if gap and begins and (not found or match.start() > found[-1][1]):
            found.append((match.start(), gap.end(), keys.canonical(match[1])))
        elif not found:
            return
    if len(found) > 1 and found[0][0] == 0:
        yield from _until_next(text, found)


def _until_next(text: str, found: list[tuple[int, int, str]]) -> Iterator[_Place]:
    for index, (at, start, key) in enumerate(found):
        yield _Place(key, at, start, found[index + 1][0] if index + 1 < len(found) else len(text))


def _whole_key(cell: str) -> str | None:
    match = header_keys().pattern.fullmatch(cell.strip())
    return header_keys().canonical(match[1]) if match else None


def _field(text: str, at: int, place: _Place) -> HeaderField:
    value = text[place.start : place.end]
    start = place.start + len(value) - len(value.lstrip(_TRIMMED))
    end = max(start, place.end - len(value) + len(value.rstrip(_TRIMMED)))
    kind = header_keys().kinds[place.key]
    return HeaderField(place.key, kind, at + place.at, at + start, at + end, text[start:end])
