"""What an xlsx file says about its sheets before they are built: their size, and which cells show a percentage.

A sheet is built as a full rectangle of cells, so two cells in opposite corners would take all memory there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from nlp.errors import CorruptFileError, TooLargeError
from nlp.reading.container import AGAIN, Container
from nlp.reading.limits import Limits
from nlp.reading.office_xml import RELATION_ID, check_no_doctype, parsed_part, targets

# A cell that holds a value, a formula or a text; empty cells that are only formatted hold none.
_CELL: Final = re.compile(rb"<(?:\w++:)?+c\b([^>]*+)(?<!/)>\s*+<(?:\w++:)?+[vif]")
# The same, and the start of a row: needed for files whose cells do not say where they stand.
_MARK: Final = re.compile(rb"<(?:\w++:)?+(?:row\b([^>]*+)>|c\b([^>]*+)(?<!/)>\s*+<(?:\w++:)?+[vif])")
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,7})[\"']")
_STYLE: Final = re.compile(rb"\bs\s*=\s*[\"'](\d{1,6})[\"']")
_BUILT_IN: Final = {9: 0, 10: 2}
_PERCENT: Final = re.compile(r"(?:0|#)(?:\.(0+))?\s*%")


@dataclass(frozen=True, slots=True)
class SheetScan:
    """Attributes: ``rows`` and ``columns`` up to the last cell with content; ``percents``: decimals by row and column."""

    rows: int
    columns: int
    cells: int
    percents: dict[tuple[int, int], int] = field(default_factory=dict)


def scan(container: Container, limits: Limits) -> dict[str, SheetScan]:
    """Look over the sheets of an xlsx file.

    Args:
        container: the file.
        limits: ``max_cells`` applies.

    Returns:
        What is said of each sheet, by its name.

    Raises:
        TooLargeError: a sheet or the workbook has too many cells.
        CorruptFileError: a part is no valid XML, or holds a document type, which Office files may not.
    """
    strings = container.part("xl/sharedStrings.xml")
    check_no_doctype(strings or b"", "xl/sharedStrings.xml")
    percents = _percent_styles(container)
    scans: dict[str, SheetScan] = {}
    total = 0
    for name, part in _sheets(container):
        xml = container.part(part) or b""
        check_no_doctype(xml, part)
        found = _scan_sheet(xml, percents)
        total += found.cells
        if max(found.rows * found.columns, total) > limits.max_cells:
            raise TooLargeError(
                f"the sheet reaches to row {found.rows:,} and column {found.columns:,}, the workbook holds more than"
                f" {total:,} cells so far",
                place=name,
                expected=f"at most {limits.max_cells:,} cells (max_cells)",
                hint="delete stray cells far from the table, or split the workbook",
            )
        scans[name] = found
    return scans


def _scan_sheet(xml: bytes, percents: dict[int, int]) -> SheetScan:
    last_row = last_column = cells = 0
    shown: dict[tuple[int, int], int] = {}
    for row, column, attributes in _cells(xml):
        cells += 1
        last_row, last_column = max(last_row, row), max(last_column, column)
        style = _STYLE.search(attributes) if percents else None
        if style and int(style[1]) in percents:
            shown[row - 1, column - 1] = percents[int(style[1])]
    return SheetScan(last_row, last_column, cells, shown)


def _cells(xml: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Row and column, from 1, and attributes of the cells with content."""
    for mark in _CELL.finditer(xml):
        place = _PLACE.search(mark[1])
        if place is None or not place[1]:
            break
        yield int(place[2]), _number(place[1]), mark[1]
    else:
        return
    row = column = 0
    for mark in _MARK.finditer(xml):
        place = _PLACE.search(mark[2] if mark[1] is None else mark[1])
        if mark[1] is not None:
            row, column = int(place[2]) if place else row + 1, 0
        else:
            row, column = (int(place[2]), _number(place[1])) if place and place[1] else (row, column + 1)
            yield row, column, mark[2]


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheets(container: Container) -> Iterator[tuple[str, str]]:
    """Name and part of every sheet."""
    workbook = next((name for name in container.names() if name.endswith("workbook.xml")), "xl/workbook.xml")
    root = parsed_part(container, workbook)
    if root is None:
        raise CorruptFileError("the xlsx has no workbook part", hint=AGAIN)
    parts = targets(container, workbook)
    for sheet in root.iter("{*}sheet"):
        part = parts.get(sheet.get(RELATION_ID, ""))
        if part:
            yield sheet.get("name", ""), part


def _percent_styles(container: Container) -> dict[int, int]:
    """Decimals of the cell formats that show a percentage, by the number of the format."""
    root = parsed_part(container, "xl/styles.xml")
    if root is None:
        return {}
    own = {item.get("numFmtId"): item.get("formatCode", "") for item in root.iter("{*}numFmt")}
    styles: dict[int, int] = {}
    for formats in root.iter("{*}cellXfs"):
        for at, item in enumerate(formats.iterfind("{*}xf")):
            ident = item.get("numFmtId", "0")
            code = _PERCENT.search(own.get(ident, ""))
            if code is not None:
                styles[at] = len(code[1] or "")
            elif ident.isdigit() and int(ident) in _BUILT_IN:
                styles[at] = _BUILT_IN[int(ident)]
    return styles
