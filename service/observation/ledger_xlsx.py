"""The ledgers of an observation as an Excel workbook: 实绩清单, 负面表现清单, each line with its words, source and date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from nlp.profile import voice_name
from nlp.profile.voices import VOICES
from service.exports.tables.cells import escaped, looks_like_formula, pieces
from service.exports.vocabulary import POLARITY_ZH, SOURCE_ZH
from service.observation.shapes import LabelLines, Line, ObservationOut
from service.render import DOC_TYPE_ZH, KIND_ZH, STATUS_ZH

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_COLUMNS: Final = (
    ("标签", 14),
    ("极性", 7),
    ("证据原文", 60),
    ("性质", 8),
    ("状态", 10),
    ("来源", 10),
    ("发言人", 14),
    ("日期", 12),
    ("单位", 22),
    ("材料", 30),
    ("文书类型", 12),
    ("文件位置", 14),
    ("起", 8),
    ("止", 8),
    ("标注来源", 14),
    ("人工复核", 10),
    ("材料编号", 38),
    ("版本编号", 38),
)
_SUMMARY: Final = (
    ("清单", 22),
    ("标签", 14),
    ("极性", 7),
    ("证据条数", 10),
    ("事例条数", 10),
    ("独立来源数", 12),
    ("各来源条数", 40),
)
_GAPS: Final = (("标签", 14), ("无人谈及", 10), ("只有评价、没有事例", 20), ("未谈及的来源", 40))
_LEDGERS: Final = (
    ("实绩清单", "positive"),
    ("负面表现清单", "negative"),
    ("据反映(未核实)", "reported"),
    ("建议与期望", "advised"),
    ("待复核(机器标注)", "proposed"),
)
_FONT: Final = Font(name="宋体", size=11)
_HEAD: Final = Font(name="宋体", size=11, bold=True)
_FILL: Final = PatternFill("solid", fgColor="DDE5EE")
_WRAP: Final = Alignment(wrap_text=True, vertical="top")

Value = str | int | None


def ledger_xlsx(observation: ObservationOut) -> bytes:
    """The workbook: both ledgers first, hearsay, advice and what nobody reviewed on sheets of their own, then overviews.

    No cell is a formula, whatever the records say; no text is cut. There is no sum over labels.

    Args:
        observation: as the reader sees it; the workbook names a subject by its pseudonym.
    """
    book = Workbook(write_only=True)
    book.properties.creator = "yanpan"
    book.properties.title = f"观测清单 {observation.subject.name}"
    for title, name in _LEDGERS:
        part: Sequence[LabelLines] = getattr(observation, name)
        _sheet(book, title, _COLUMNS, (row for view in part for line in view.lines for row in _rows(view.zh, line)))
    _sheet(book, "条数与来源", _SUMMARY, _summary(observation))
    _sheet(book, "未谈及", _GAPS, _gaps(observation))
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _rows(zh: str, line: Line) -> Iterator[list[Value]]:
    """One row; more where the words do not fit into one cell."""
    for start, end in pieces(line.quote):
        yield [
            zh,
            POLARITY_ZH[line.polarity],
            line.quote[start:end],
            KIND_ZH.get(line.kind, line.kind),
            STATUS_ZH.get(line.status, line.status),
            voice_name(line.voice) if line.voice in VOICES else line.voice,
            line.speaker,
            line.date,
            line.unit,
            line.title,
            DOC_TYPE_ZH.get(line.doc_type, line.doc_type),
            line.page,
            line.start + start,
            line.start + end,
            SOURCE_ZH.get(line.tagged_by, line.tagged_by),
            "已复核" if line.reviewed else "未复核",
            line.record_id,
            line.version_id,
        ]


def _summary(observation: ObservationOut) -> Iterator[list[Value]]:
    for title, name in _LEDGERS:
        part: Sequence[LabelLines] = getattr(observation, name)
        for view in part:
            voices = "、".join(f"{voice_name(voice)}{view.voices[voice]}" for voice in VOICES if voice in view.voices)
            yield [title, view.zh, POLARITY_ZH[view.polarity], view.pieces, view.facts, view.sources, voices]


def _gaps(observation: ObservationOut) -> Iterator[list[Value]]:
    for gap in observation.gaps:
        silent = "、".join(voice_name(voice) for voice in VOICES if voice in gap.silent)
        yield [gap.zh, "是" if gap.nobody else None, "是" if gap.only_judgement else None, silent]


def _sheet(book: Workbook, title: str, columns: tuple[tuple[str, int], ...], rows: Iterator[list[Value]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, name, head=True) for name, _ in columns])
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"


def _cell(sheet: Any, value: Value, *, head: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=escaped(value) if isinstance(value, str) else value)
    cell.font = _HEAD if head else _FONT
    cell.alignment = _WRAP
    if head:
        cell.fill = _FILL
    if isinstance(value, str):
        # A text that begins with = + - @ stays a text, also after somebody edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = looks_like_formula(value)
    return cell
