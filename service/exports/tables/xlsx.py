"""Evidence tables as an Excel workbook: one row a tag, with its quote, place and source file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from nlp.codebook import Codebook
from nlp.errors import ReadingError, TooLargeError
from nlp.schema import Annotation, Tag
from service.exports.files import whole_file
from service.exports.tables.cells import escaped, looks_like_formula, pieces
from service.exports.vocabulary import ATTRIBUTES, SOURCE_ZH, label_names
from service.render import DOC_TYPE_ZH

Sheets = Literal["all", "document"]

COLUMNS: Final = (
    ("材料编号", 18),
    ("标签", 14),
    ("类别", 10),
    ("极性", 7),
    ("状态", 10),
    ("对象", 10),
    ("性质", 8),
    ("证据原文", 60),
    ("起", 8),
    ("止", 8),
    ("线索词", 24),
    ("分数", 8),
    ("标注来源", 16),
    ("来源文件", 40),
)
"""Headings of an evidence sheet with their widths in characters."""

_DOCUMENT_COLUMNS: Final = (
    ("材料编号", 18),
    ("文书类型", 14),
    ("字数", 8),
    ("证据条数", 10),
    ("来源文件", 60),
    ("工作表", 32),
)
_FAMILY_ZH: Final = {"trait": "行为特征", "performance_view": "政绩观"}
_ROWS: Final = 1_048_576
_MOST_SHEETS: Final = 500
_CUES: Final = 3_000
_FONT: Final = Font(name="宋体", size=11)
_HEAD: Final = Font(name="宋体", size=11, bold=True)
_FILL: Final = PatternFill("solid", fgColor="DDE5EE")
_WRAP: Final = Alignment(wrap_text=True, vertical="top")
_BAD_IN_NAME: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f\ufffe\uffff]")

Value = str | int | float | None


def write(
    annotations: Iterable[Annotation],
    out: Path,
    codebook: Codebook,
    failures: list[ReadingError],
    *,
    sheets: Sheets = "all",
) -> int:
    """Write a workbook: the sheet 材料 with one row a document, and the evidence.

    Args:
        annotations: read while writing.
        out: the ``.xlsx`` file.
        codebook: names the labels; a label it does not have is shown by its id.
        failures: documents for which there is no room.
        sheets: ``all`` for one evidence sheet (continued on another where Excel's limit of rows is reached), ``document``
            for one a document, 500 at most.

    Returns:
        The number of documents.
    """
    book = Workbook(write_only=True)
    overview = _Sheet(book, "材料", _DOCUMENT_COLUMNS)
    evidence: _Sheet | None = None
    names = _Names()
    labels = label_names(codebook)
    count = 0
    for annotation in annotations:
        rows = [row for tag in annotation.tags for row in _rows(annotation, tag, labels)]
        if sheets == "document":
            if count >= _MOST_SHEETS:
                failures.append(_no_room(annotation, out))
                continue
            if evidence is not None:
                evidence.close()
            evidence = _Sheet(book, names.of(annotation.id), COLUMNS)
        elif evidence is None or evidence.rows + len(rows) > _ROWS:
            if evidence is not None:
                evidence.close()
            evidence = _Sheet(book, names.of("证据"), COLUMNS)
        for row in rows:
            evidence.append(row)
        doc_type = DOC_TYPE_ZH[annotation.doc_type]
        source = annotation.source.path
        overview.append(
            [annotation.id, doc_type, len(annotation.text), len(annotation.tags), source, evidence.sheet.title]
        )
        count += 1
    for sheet in (overview, evidence or _Sheet(book, names.of("证据"), COLUMNS)):
        sheet.close()
    with whole_file(out) as part:
        book.save(part)
    return count


class _Sheet:
    """A sheet that is written row by row, with a frozen heading and filters."""

    def __init__(self, book: Workbook, title: str, columns: tuple[tuple[str, int], ...]) -> None:
        self.sheet = book.create_sheet(title)
        self.rows = 0
        self._width = len(columns)
        self._styles: dict[tuple[bool, bool], Any] = {}
        self.sheet.freeze_panes = "A2"
        for number, (_, width) in enumerate(columns, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.append([name for name, _ in columns], head=True)

    def append(self, values: list[Value], *, head: bool = False) -> None:
        """One more row."""
        self.rows += 1
        self.sheet.append([self._cell(value, head) for value in values])

    def close(self) -> None:
        """Put the filters over all rows."""
        self.sheet.auto_filter.ref = f"A1:{get_column_letter(self._width)}{self.rows}"

    def _cell(self, value: Value, head: bool) -> Any:
        cell = WriteOnlyCell(self.sheet, value=escaped(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            # openpyxl takes "=…" for a formula and "#N/A" for an error; a quote is neither.
            cell.data_type = "s"
        kind = head, isinstance(value, str) and looks_like_formula(value)
        if kind not in self._styles:
            self._styles[kind] = self._style(*kind)
        # Setting font and alignment on every cell looks both up each time and takes most of an export's time.
        cell._style = self._styles[kind]
        return cell

    def _style(self, head: bool, quoted: bool) -> Any:
        cell = WriteOnlyCell(self.sheet)
        cell.font = _HEAD if head else _FONT
        cell.alignment = _WRAP
        if head:
            cell.fill = _FILL
        # Keeps the cell text when somebody edits it.
        cell.quotePrefix = quoted
        return cell._style


class _Names:
    """Titles of sheets: at most 31 code units, none of Excel's forbidden characters, each once."""

    def __init__(self) -> None:
        self._taken = {"材料", "history"}

    def of(self, wanted: str) -> str:
        """A title like ``wanted``."""
        plain = _BAD_IN_NAME.sub("_", wanted).strip() or "_"
        title, number = _cut(plain, 31), 1
        while title.casefold() in self._taken:
            number += 1
            title = f"{_cut(plain, 31 - len(str(number)) - 1)}~{number}"
        self._taken.add(title.casefold())
        return title


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text


def _rows(annotation: Annotation, tag: Tag, labels: dict[str, str]) -> Iterator[list[Value]]:
    cues = "、".join(f"{cue.quote}({cue.effect})" for cue in tag.cues)
    if len(cues) > _CUES:
        cues = f"{cues[:_CUES]}…(共 {len(tag.cues)} 个)"
    label = labels.get(tag.label, tag.label)
    attributes: list[Value] = [names[getattr(tag, attribute)] for attribute, names in ATTRIBUTES.items()]
    for start, end in pieces(tag.quote):
        yield [
            annotation.id,
            label if start == 0 else f"{label}(续)",
            tag.group or _FAMILY_ZH[tag.family],
            *attributes,
            tag.quote[start:end],
            tag.start + start,
            tag.start + end,
            cues,
            tag.score,
            SOURCE_ZH[tag.source],
            annotation.source.path,
        ]


def _no_room(annotation: Annotation, out: Path) -> TooLargeError:
    return TooLargeError(
        "there is no room for another sheet",
        path=str(out),
        place=f"id {annotation.id!r}",
        expected=f"at most {_MOST_SHEETS} documents with a sheet each",
        hint="put all evidence on one sheet (--sheets all)",
    )
