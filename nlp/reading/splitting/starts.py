"""Where the documents of a bundle begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from nlp.reading.splitting.keys import PERSONS, header_keys
from nlp.reading.splitting.lines import Line, text_lines
from nlp.reading.splitting.restarts import restarts_below
from nlp.reading.splitting.signs import (
    Block,
    block_below,
    ends_before,
    header_block,
    introduced_below,
    is_title_like,
    opens_header,
    title_of,
)
from nlp.reading.splitting.start import TELLING_KEYS, Start
from nlp.reading.splitting.unlike import with_unlike

_SORTS: Final = 8
_LEAST_BODY: Final = 12
_LONG_CELL: Final = 30
_ABOVE_TITLE: Final = frozenset(("编号", "密级"))


def find_starts(text: str, marked: Collection[int] = ()) -> list[int]:
    """Offsets at which documents begin.

    Args:
        text: a matching form.
        marked: offsets of lines that the file itself sets apart (first on a page, style of a heading).

    Returns:
        Nothing where there is one document. Two starts of one sort at least are wanted, and for each but the first two
        signs that do not follow from one another: a title and a header block; a title and a person introduced below it; a title
        or a header block after the end of what was before; a title that names another 同志, set apart by the file; a
        header block of three keys with another person or time.
    """
    lines = list(text_lines(text))
    candidates = list(_candidates(lines, marked))
    tried: list[Start] = []
    series: list[Start] = []
    for number, first in enumerate(candidates):
        # One series a sort is enough to know; with it the work stays linear in the length of the text.
        if first.may_be_first() and not any(first.is_like(other) for other in tried) and len(tried) < _SORTS:
            tried.append(first)
            chosen = _series(first, candidates[number + 1 :])
            if len(chosen) > 1 and _have_bodies(lines, chosen):
                series = chosen
                break
    starts = with_unlike(lines, candidates, series)
    return [lines[top].start for top in _tops(lines, starts)] if len(starts) > 1 else []


def _candidates(lines: Sequence[Line], marked: Collection[int]) -> Iterator[Start]:
    index = 0
    while index < len(lines):
        title = title_of(lines[index])
        block = block_below(lines, index) if title else header_block(lines, index)
        if title is None and (block is None or not opens_header(block, lines)):
            index += 1
            continue
        body = block.last + 1 if block else index + 1
        introduced = title is not None and introduced_below(lines, index)
        restarted = title is not None and restarts_below(lines, index)
        ended = ends_before(lines, index)
        yield Start(index, body, title, block, introduced, ended, lines[index].start in marked, restarted)
        index = body


def _series(first: Start, later: Iterable[Start]) -> list[Start]:
    """The starts that continue a bundle which begins with ``first``."""
    chosen = [first]
    for start in later:
        if start.is_like(first) and _is_told_apart(start, chosen[-1], first):
            chosen.append(start)
    return chosen


def _is_told_apart(start: Start, last: Start, first: Start) -> bool:
    """Whether two signs say that a document begins here."""
    if first.block is not None and start.block is None and not start.introduced:
        # What the first one has, the others have: a title alone may be the running head of a page.
        return False
    if start.repeats(last):
        return False
    if start.title is not None:
        if start.block or start.introduced:
            return True
        if start.title.is_numbered:
            return False
        named = "同志" in start.title.core and last.title is not None and start.title.core != last.title.core
        return start.ended or (start.marked and named)
    if start.block is None or first.block is None or first.title is not None:
        return False
    same = start.block.values.keys() & first.block.values.keys()
    return start.ended or (len(same) >= TELLING_KEYS and _others(start.block, last.block))


def _others(block: Block, before: Block | None) -> bool:
    """Whether a header names another person or time than the one before."""
    if before is None:
        return False
    kinds = header_keys().kinds
    telling = [key for key in block.values if kinds[key] in PERSONS or kinds[key] == "held"]
    return any(block.values[key] != before.values.get(key, block.values[key]) for key in telling)


def _have_bodies(lines: Sequence[Line], starts: Sequence[Start]) -> bool:
    """Whether most starts have text below them: rows of a time table are no documents, an empty form among others is."""
    ends = [start.line for start in starts[1:]] + [len(lines)]
    sizes = [_body_size(lines[start.line + 1 : end]) for start, end in zip(starts, ends, strict=True)]
    return 2 * sum(size >= _LEAST_BODY for size in sizes) > len(sizes)


def _body_size(lines: Iterable[Line]) -> int:
    size = 0
    for line in lines:
        fields = line.fields
        # A form holds its text in the cell beside a key.
        size += sum(len(field.value) for field in fields if len(field.value) > _LONG_CELL) if fields else len(line.text)
    return size


def _tops(lines: Sequence[Line], starts: Sequence[Start]) -> list[int]:
    """The first lines of the documents: a title of no known kind, a number or a letterhead may stand above a start."""
    limits = [0, *(start.body for start in starts[:-1])]
    tops = [_own_top(lines, start, limit) for start, limit in zip(starts, limits, strict=True)]
    # A letterhead stands above all of them.
    while all(top > limit for top, limit in zip(tops, limits, strict=True)):
        if len({lines[top - 1].text for top in tops}) > 1:
            break
        tops = [top - 1 for top in tops]
    return tops


def _own_top(lines: Sequence[Line], start: Start, limit: int) -> int:
    top = start.line
    if start.title is None and top > limit and is_title_like(lines[top - 1]):
        top -= 1
    while top > limit:
        fields = lines[top - 1].fields
        if not fields or not all(field.key in _ABOVE_TITLE for field in fields):
            break
        top -= 1
    return top
