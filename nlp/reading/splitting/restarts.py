"""Section numbers that begin anew: 三、 above a title, 一、 below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nlp.reading.splitting.lines import Line
from nlp.reading.splitting.signs import title_of

_BACK: Final = 80
_AHEAD: Final = 8
_CHINESE: Final = "[一二三四五六七八九十]{1,3}"
_STYLES: Final = (
    re.compile(rf"(?P<number>{_CHINESE})、"),
    re.compile(rf"（(?P<number>{_CHINESE})）"),
    re.compile(r"(?P<number>[0-9]{1,2})[.．、](?![0-9])"),
)
_OUTER: Final = 0
_NEAR: Final = 6
_FIRST: Final = frozenset(("一", "1"))


def restarts_below(lines: Sequence[Line], title: int) -> bool:
    """Whether the numbers of sections begin anew below a title.

    Inner numbers begin anew below every heading, so that they count only where the text above has no outer ones.

    Args:
        lines: of the document.
        title: index of the title's line.
    """
    for line in lines[title + 1 : title + 1 + _AHEAD]:
        if title_of(line):
            return False
        found = _number(line)
        if found is not None:
            style, is_first = found
            return is_first and _goes_on_above(lines, title, style)
    return False


def _goes_on_above(lines: Sequence[Line], title: int, style: int) -> bool:
    """Whether the last number of a style above a title is none of a first section."""
    above = [found for line in lines[max(0, title - _BACK) : title] if (found := _number(line)) is not None]
    if style != _OUTER and any(other == _OUTER for other, _ in above):
        return False
    return any(not is_first for other, is_first in above[::-1][:_NEAR] if other == style)


def _number(line: Line) -> tuple[int, bool] | None:
    """Style of the number a line begins with, and whether it is the first of its kind."""
    for style, pattern in enumerate(_STYLES):
        match = pattern.match(line.text)
        if match:
            return style, match["number"] in _FIRST
    return None
