"""Documents of another sort in a bundle: a report on an inspection behind talk notes, then a report on oneself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nlp.reading.splitting.lines import Line
from nlp.reading.splitting.signs import Title, is_title_like, title_of
from nlp.reading.splitting.start import Start
from nlp.reading.splitting.words import bundle_words

_TOP_LINES: Final = 3
_LEAST_BODY: Final = 40
_FULL: Final = 4
"""Characters a title has besides its kind when it says more than what a section may be called."""

_ANNOUNCED: Final = re.compile("[：、，]$|^(?:附|目录|目次)|(?:如下|包括)[：。]?$")
_QUOTED: Final = re.compile("^[《“「『]|[》”」』]$")


def with_unlike(lines: Sequence[Line], candidates: Sequence[Start], chosen: Sequence[Start]) -> list[Start]:
    """The starts of a bundle, with those that are like none of the others.

    Args:
        lines: of the text.
        candidates: every line at which a document may begin.
        chosen: starts of one sort, or none.

    Returns:
        ``chosen`` and more, in order. More need a title that stands for itself, of another kind than the last one, with text below, and one more
        sign, or two where title or text before are no more than a word: a header block or a person introduced below; an end just before; a
        page or a heading of the file that begins there; section numbers that begin anew; another 同志 in the title.
    """
    taken = {start.line for start in chosen}
    found: list[Start] = []
    last: Start | None = None
    for index, start in enumerate(candidates):
        end = candidates[index + 1].line if index + 1 < len(candidates) else len(lines)
        if start.line in taken or (last is None and _is_top(lines, start)) or _is_other(start, last, lines, end):
            found.append(start)
            last = start
    return found


def _is_top(lines: Sequence[Line], start: Start) -> bool:
    """Whether the text begins with a document that says what it is."""
    if start.title is None:
        return start.line == 0 and start.block is not None
    return start.line < _TOP_LINES and not start.title.is_numbered and not _QUOTED.search(lines[start.line].text)


def _is_other(start: Start, last: Start | None, lines: Sequence[Line], end: int) -> bool:
    title = start.title
    if title is None:
        # Keys alone are enough behind an end, or where the file itself begins anew.
        is_new = start.block is not None and last is not None and not start.repeats(last)
        return is_new and (start.ended or start.marked)
    if title.is_numbered or not _stands_alone(lines, start.line):
        return False
    if sum(len(line.text) for line in lines[start.line + 1 : end]) < _LEAST_BODY:
        return False
    before = last.title if last is not None else None
    if before is not None and (before.kind == title.kind or before.core == title.core):
        # A running head, or a series that has rules of its own.
        return False
    head = start.block is not None or start.introduced
    signs = head + start.ended + start.marked + start.restarted + (before is not None and _names_other(title, before))
    if title.kind in bundle_words().sections and not _is_full(title):
        # 个人总结 is a part of a form too.
        return head and signs > 1
    if last is None:
        return signs > 1 or (head and _is_full(title))
    return signs > 1 or (signs > 0 and (head or _is_full(title)))


def _stands_alone(lines: Sequence[Line], line: int) -> bool:
    """Whether a title is none of a list: no quotes, nothing that announces it above, no other title beside it."""
    if _QUOTED.search(lines[line].text):
        return False
    if line and (_ANNOUNCED.search(lines[line - 1].text) or title_of(lines[line - 1])):
        return False
    return not (line + 1 < len(lines) and (title_of(lines[line + 1]) or is_title_like(lines[line + 1])))


def _is_full(title: Title) -> bool:
    return len(title.core) - len(title.kind) >= _FULL


def _names_other(title: Title, before: Title) -> bool:
    return "同志" in title.core and title.core != before.core
