"""One sheet as text: what its cells show, row by row."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells, all counted from 0."""

_EXACT: Final = 1e15


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a sheet that hold anything.

    Attributes:
        name: of the sheet.
        hidden: whether the program that wrote it hides the sheet.
        rows: 1-based number of the row, and its cells from column A on, without empty ones at the end.
        merged: ranges of merged cells, whose text stands in the first one; empty for formats that do not tell.
    """

    name: str
    hidden: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    merged: tuple[Range, ...] = ()


def make_grid(
    name: str,
    *,
    hidden: bool,
    cells: Sequence[Sequence[object]],
    first: tuple[int, int],
    merged: Sequence[Range] = (),
    percents: Mapping[tuple[int, int], int] | None = None,
) -> Grid:
    """A grid of the values of a sheet.

    Args:
        name: of the sheet.
        hidden: whether it is hidden.
        cells: values of its used area.
        first: row and column of the first value, from 0.
        merged: ranges of merged cells.
        percents: decimals of the cells shown as a percentage, by row and column from 0.
    """
    rows: list[tuple[int, tuple[str, ...]]] = []
    for at, values in enumerate(cells, first[0]):
        texts = [""] * first[1]
        for column, value in enumerate(values, first[1]):
            texts.append(shown(value, None if percents is None else percents.get((at, column))))
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            rows.append((at + 1, tuple(texts)))
    return Grid(name, hidden, tuple(rows), tuple(merged))


def shown(value: object, percent: int | None = None) -> str:
    """The text of a cell.

    Args:
        value: string, number, truth value, date or time.
        percent: decimals, where the cell is formatted as a percentage.

    Returns:
        Whole numbers without a fraction, dates as ``2023-01-05``, times as ``09:30``.
    """
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if percent is not None:
            return f"{value * 100:.{percent}f}%"
        if value == int(value) if abs(value) < _EXACT else False:
            return str(int(value))
        return f"{value:.15g}" if abs(value) < _EXACT else f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        has_time = (value.hour, value.minute, value.second) != (0, 0, 0)
        return value.strftime("%Y-%m-%d %H:%M") if has_time else value.strftime("%Y-%m-%d")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return "" if value is None else str(value)


def column_letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
