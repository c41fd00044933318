"""Recognised pieces of a page → rows of text in reading order: columns, ruled tables, indents.

Rows are the lines of the page, as a text layer would have them: ``nlp.structure.wrapping`` joins wrapped lines to
paragraphs, here only the lines inside one table cell are joined, whose width only the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from nlp.reading.ocr.columns import split_columns
from nlp.reading.ocr.rules import Box, rows_of

INDENT: Final = "\u3000\u3000"
"""What stands before the first line of a paragraph that is indented on the page."""

_CELL: Final = "\t"
_GAP: Final = "  "
_WIDE: Final = re.compile("[\u1100-\uffdc\U00020000-\U0003ffff]")
_ITEM: Final = re.compile(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．](?!\d)|[①-⑳]")
_CLOSING: Final = "。！？；：!?;:”』」）)》…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on one line.

    Attributes:
        box: where it stands on the straight page.
        text: not empty, mended.
        confidence: 0 to 1.
    """

    box: Box
    text: str
    confidence: float


Row = list[tuple[str, Piece | None]]
"""A line of the page: each piece with what parts it from the one before (for the first: its indent); an empty cell has
no piece."""


def arrange(pieces: Sequence[Piece], tables: Sequence[Sequence[Box]], size: float) -> list[Row]:
    """Put the pieces of a page in reading order.

    Args:
        pieces: in any order.
        tables: cells of each ruled table.
        size: height of a line of text in pixels.
    """
    em = _em(pieces, size)
    loose: list[Piece] = []
    held: dict[int, list[list[Piece]]] = {number: [[] for _ in cells] for number, cells in enumerate(tables)}
    for piece in pieces:
        around = [
            (cell.width * cell.height, number, index)
            for number, cells in enumerate(tables)
            for index, cell in enumerate(cells)
            if cell.holds(piece.box.middle)
        ]
        if around:
            # A table may stand in a cell of another one: the smaller cell has it.
            _, number, index = min(around)
            held[number][index].append(piece)
        else:
            loose.append(piece)
    wholes = {
        number: Box(
            min(cell.left for cell in cells),
            min(cell.top for cell in cells),
            max(cell.right for cell in cells),
            max(cell.bottom for cell in cells),
        )
        for number, cells in enumerate(tables)
        if any(held[number])
    }
    boxes = [piece.box for piece in loose] + list(wholes.values())
    numbers = list(wholes)
    rows: list[Row] = []
    for block in split_columns(boxes, em):
        waiting: list[Piece] = []
        for index in sorted(block, key=lambda index: boxes[index].middle[1]):
            if index < len(loose):
                waiting.append(loose[index])
                continue
            rows += _lines(waiting, em)
            waiting = []
            number = numbers[index - len(loose)]
            rows += _table(tables[number], held[number], em)
        rows += _lines(waiting, em)
    return rows


def _em(pieces: Sequence[Piece], size: float) -> float:
    """Width of an ideograph: the median over the longer lines, else what the height of a line suggests."""
    widths = [piece.box.width / _columns(piece.text) for piece in pieces if _columns(piece.text) >= 6]
    return median(widths) if widths else 0.8 * size


def _columns(text: str) -> float:
    return sum(1.0 if _WIDE.match(char) else 0.55 for char in text)


def _lines(pieces: Sequence[Piece], em: float) -> list[Row]:
    """Pieces of one column as lines from top to bottom."""
    lines = _grouped(pieces)
    if not lines:
        return []
    # A page number or a stamp further left is not the edge of the paragraphs.
    widths = [line[-1].box.right - line[0].box.left for line in lines]
    left = min(line[0].box.left for line, width in zip(lines, widths, strict=True) if 2 * width >= max(widths))
    starts = [{piece.box.left for piece in line[1:]} for line in lines]
    rows: list[Row] = []
    for number, line in enumerate(lines):
        near = set().union(*starts[max(0, number - 1) : number], *starts[number + 1 : number + 2])
        indented = len(lines) > 1 and 1.4 * em <= line[0].box.left - left <= 2.8 * em
        row: Row = [(INDENT if indented else "", line[0])]
        for before, piece in pairwise(line):
            # Pieces that begin where a piece of the next line begins are cells of a table without rules.
            cell = any(abs(piece.box.left - start) <= 0.6 * em for start in near)
            gap = piece.box.left - before.box.right
            row.append((_CELL if cell and gap > 0.5 * em else _GAP if gap > 0.8 * em else "", piece))
        rows.append(row)
    return rows


def _grouped(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces whose middles lie within half a line of one another stand on one line."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.box.middle[1]):
        if lines:
            last = lines[-1][-1].box
            if abs(piece.box.middle[1] - last.middle[1]) < 0.5 * min(piece.box.height, last.height):
                lines[-1].append(piece)
                continue
        lines.append([piece])
    return [sorted(line, key=lambda piece: piece.box.left) for line in lines]


def _table(cells: Sequence[Box], held: Sequence[Sequence[Piece]], em: float) -> list[Row]:
    """The rows of a ruled table; a cell that spans several rows belongs to its first one."""
    content = dict(zip(cells, held, strict=True))
    rows: list[Row] = []
    for line in rows_of(list(cells), 0.5 * em):
        if not any(content[cell] for cell in line):
            continue
        row: Row = []
        for number, cell in enumerate(line):
            before = _CELL if number else ""
            row += _cell(content[cell], em, before) or [(before, None)]
        rows.append(row)
    return rows


def _cell(pieces: Sequence[Piece], em: float, before: str) -> Row:
    """What stands in a cell; a line that fills its cell goes on in the next one."""
    row: Row = []
    lines = _grouped(pieces)
    if not lines:
        return row
    left = min(line[0].box.left for line in lines)
    right = max(line[-1].box.right for line in lines)
    upright = len(lines) > 1 and all(len(line) == 1 and len(line[0].text) == 1 for line in lines)
    full = True
    for number, line in enumerate(lines):
        indented = line[0].box.left - left >= 1.4 * em
        for place, piece in enumerate(line):
            if number == place == 0:
                join = before
            elif place:
                join = _GAP if piece.box.left - line[place - 1].box.right > 0.8 * em else ""
            elif upright or (full and not indented and not _ITEM.match(piece.text)):
                join = ""
            else:
                join = "\n"
            row.append((join, piece))
        last = line[-1]
        full = right - last.box.right <= (1.1 if last.text[-1] in _CLOSING else 1.6) * em
    return row
