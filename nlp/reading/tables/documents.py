"""Grids → documents: remarks as poll documents, vote tables as counts that hold nothing to tag, the rest as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from nlp.reading.document import Anchor
from nlp.reading.numerals import numeral
from nlp.reading.tables.grid import Grid, column_letters
from nlp.reading.tables.header import TOTALS, Column, Row, Table, find_table, is_number

_LONG: Final = 30
_POLL_WORDS: Final = ("测评意见", "民主测评", "意见汇总", "意见摘录", "评议意见", "测评留言", "测评汇总", "测评表")
_SENTENCE: Final = "。！？；\n"


class Draft:
    """The text of a document while it is written, with its anchors.

    Args:
        sheet: name of the sheet.
        subject: whom the document is about, where a column says so.
    """

    def __init__(self, sheet: str, subject: str | None = None) -> None:
        self.sheet = sheet
        self.subject = subject
        self.meta: dict[str, Any] = {"sheet": sheet}
        self.anchors: list[Anchor] = []
        self._lines: list[str] = []
        self._size = 0

    def line(self, text: str, row: int, column: int | None = None) -> None:
        """Append a line read from a row, or from one of its cells."""
        place = f"{row}" if column is None else f"{column_letters(column)}{row}"
        self._lines.append(text)
        self.anchors.append(Anchor(self._size, self._size + len(text), "row", row, f"{self.sheet}!{place}"))
        self._size += len(text) + 1

    @property
    def text(self) -> str:
        """The lines joined."""
        return "\n".join(self._lines)


def drafts(grid: Grid) -> Iterator[Draft]:
    """The documents of a sheet: one a person where a column names persons beside remarks, else one.

    ``meta["counts"]`` holds the rows of vote columns, each with its row, what the row is called, and the counts by
    header; ``meta["title"]``, ``meta["notes"]`` and ``meta["fields"]`` what stands around the remarks; ``meta["headers"]`` the
    headers of all columns.
    """
    table = find_table(grid)
    if table.of_kind("remark"):
        made = _polls(grid, table)
    elif table.of_kind("count"):
        made = [_votes(grid, table)]
    else:
        made = [_plain_rows(grid, table)]
    headers = [column.header for column in table.columns if column.header]
    for draft in made:
        if headers:
            draft.meta["headers"] = headers
        if grid.hidden:
            draft.meta["hidden"] = True
        yield draft


def _polls(grid: Grid, table: Table) -> list[Draft]:
    subjects = table.of_kind("subject")
    groups: dict[str | None, list[Row]] = {}
    for row in table.body:
        name = row[1][subjects[0].index].replace(" ", "").replace("\u3000", "") if subjects else ""
        groups.setdefault(None if not name or TOTALS.fullmatch(name) else name, []).append(row)
    made = []
    for subject, rows in groups.items():
        draft = Draft(grid.name, subject)
        _head(draft, table, rows)
        headed = _remarks(draft, table, rows)
        _counts(draft, table, rows, headed + 1)
        made.append(draft)
    return made


def _head(draft: Draft, table: Table, rows: Sequence[Row]) -> None:
    """Title and form fields; the title tells the pipeline that a list of remarks follows."""
    header = table.columns[0].row
    titles = ["".join(cell for cell in cells if cell) for _, cells in table.titles]
    named = next((title for title in (*titles[:1], draft.sheet) if any(word in title for word in _POLL_WORDS)), None)
    if draft.subject is not None or named is None:
        draft.line(f"{draft.subject or ''}测评意见", rows[0][0] if draft.subject else header)
    else:
        draft.line(named, table.titles[0][0] if titles and named == titles[0] else header)
    if titles:
        draft.meta["title"] = titles
    if table.notes:
        draft.meta["notes"] = [[number, "".join(cells)] for number, cells in table.notes]
    if draft.subject is None:
        fields = {str(number): _by_header(table.of_kind("field"), cells) for number, cells in rows}
        draft.meta["fields"] = {number: values for number, values in fields.items() if values}
        return
    draft.meta["subject"] = {"name": draft.subject, "header": table.of_kind("subject")[0].header, "row": rows[0][0]}
    seen: set[tuple[str, str]] = set()
    for number, cells in rows:
        short: list[str] = []
        for column in (*table.of_kind("subject"), *table.of_kind("field")):
            value = cells[column.index]
            if not value or (column.header, value) in seen:
                continue
            seen.add((column.header, value))
            if _is_long(value):
                draft.line(f"{column.header}：{value}" if column.header else value, number, column.index)
            else:
                short += [column.header, value] if column.header else [value]
        if short:
            draft.line("\t".join(short), number)


def _remarks(draft: Draft, table: Table, rows: Sequence[Row]) -> int:
    """The remarks, numbered as polls number them; columns have headings where there are several, which are counted."""
    columns = sorted(table.of_kind("remark"), key=lambda column: not _is_general(column))
    filled = [column for column in columns if any(cells[column.index] for _, cells in rows)]
    headed = 0
    for column in filled:
        # A general column has no heading: 意见建议 as a title would make advice of praise and blame.
        if len(filled) > 1 and not _is_general(column):
            headed += 1
            draft.line(f"{numeral(headed, 'chineseCounting')}、{column.header}", column.row, column.index)
        number = 0
        for row, cells in rows:
            if cells[column.index]:
                number += 1
                draft.line(f"{number}. {cells[column.index]}", row, column.index)
    return headed


def _is_general(column: Column) -> bool:
    return "意见" in column.header and "建议" in column.header


def _counts(draft: Draft, table: Table, rows: Sequence[Row], number_of_section: int) -> None:
    """Vote counts, under a title whose section the pipeline does not tag, and as data."""
    columns = table.of_kind("count")
    counted = []
    for number, cells in rows:
        counts = _by_header(columns, cells)
        if counts:
            counted.append((number, _called(table, cells), counts))
    if not counted:
        return
    draft.meta["counts"] = [{"row": number, "of": called, "counts": counts} for number, called, counts in counted]
    draft.line(f"{numeral(number_of_section, 'chineseCounting')}、测评结果", table.columns[0].row)
    for number, called, counts in counted:
        told = "，".join(_told(header, value) for header, value in counts.items())
        draft.line(f"{called}：{told}。" if called else f"{told}。", number)


def _called(table: Table, cells: Sequence[str]) -> str:
    """What a row of votes is about: the texts that stand in it."""
    columns = (*table.of_kind("subject"), *table.of_kind("field"))
    return " ".join(
        cells[column.index].replace("\n", " ")
        for column in columns
        if cells[column.index] and not is_number(cells[column.index]) and not _is_long(cells[column.index])
    )


def _unsaid(table: Table, cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row of votes that are neither counts nor part of what the row is called."""
    columns = (*table.of_kind("subject"), *table.of_kind("field"))
    return _by_header([c for c in columns if is_number(cells[c.index]) or _is_long(cells[c.index])], cells)


def _by_header(columns: Sequence[Column], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row that hold anything; columns without a header, or with that of another, go by their letters."""
    named: dict[str, str] = {}
    for column in columns:
        if cells[column.index]:
            letters = column_letters(column.index)
            header = column.header or letters
            named[f"{header}({letters})" if header in named else header] = cells[column.index]
    return named


def _told(header: str, value: str) -> str:
    bare = value[-1].isdigit() and "." not in value
    takes_votes = not any(unit in header for unit in ("票", "人", "分", "率", "比", "次", "排"))
    return f"{header}{value}票" if bare and takes_votes else f"{header}{value}"


def _votes(grid: Grid, table: Table) -> Draft:
    draft = Draft(grid.name)
    titles = [(number, "".join(cell for cell in cells if cell)) for number, cells in table.titles]
    if not titles:
        draft.line(grid.name, table.columns[0].row)
    for number, title in titles:
        draft.line(title, number)
    _counts(draft, table, table.body, 1)
    entries = {entry["row"]: entry for entry in draft.meta.get("counts", ())}
    for number, cells in table.body:
        if number not in entries:
            _plain_row(draft, table, number, cells)
        elif unsaid := _unsaid(table, cells):
            entries[number]["fields"] = unsaid
    for number, cells in table.notes:
        draft.line("".join(cells), number)
    return draft


def _plain_rows(grid: Grid, table: Table) -> Draft:
    draft = Draft(grid.name)
    for number, cells in table.titles:
        draft.line("\t".join(cell.replace("\n", " ") for cell in cells if cell), number)
    for number, cells in sorted((*table.body, *table.notes)):
        _plain_row(draft, table, number, cells)
    return draft


def _plain_row(draft: Draft, table: Table, number: int, cells: Sequence[str]) -> None:
    """``header：value`` for each cell; long texts have lines of their own."""
    headers = {column.index: column.header for column in table.columns}
    short: list[str] = []
    for index, cell in enumerate(cells):
        if not cell:
            continue
        header = headers.get(index, "")
        text = f"{header}：{cell}" if header else cell
        if _is_long(cell):
            if short:
                draft.line("\t".join(short), number)
            short = []
            draft.line(text, number, index)
        else:
            short.append(text)
    if short:
        draft.line("\t".join(short), number)


def _is_long(text: str) -> bool:
    return len(text) > _LONG or any(mark in text for mark in _SENTENCE)
