"""Evidence tables: read with another library, every quote whole, nothing computed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from nlp.errors import ReadingError
from nlp.schema import Annotation
from service.exports.tables import xlsx
from service.exports.tables.cells import LIMIT, escaped, unescaped
from tests.service.exports.samples import BOOK, annotation_of, annotations, tag_of

HEAD = [name for name, _ in xlsx.COLUMNS]


def rows_of(path: Path, sheet: str = "证据") -> list[dict[str, Any]]:
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    assert list(next(rows)) == HEAD
    return [dict(zip(HEAD, row, strict=True)) for row in rows]


@example("_x0000\x1f")
@example("_x0041_x0042_\r")
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text("_x0A9f=\r\x00", max_size=30))
def test_escapes_can_be_undone_and_are_legal_xml(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert ET.fromstring(f"<t>{escaped(text).translate({38: 'a', 60: 'b', 62: 'c'})}</t>") is not None


@given(annotations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_every_quote_is_there(tmp_path: Path, annotation: Annotation) -> None:
    assert xlsx.write([annotation], tmp_path / "a.xlsx", BOOK, []) == 1
    rows = rows_of(tmp_path / "a.xlsx")
    assert [unescaped(row["证据原文"]) for row in rows] == [tag.quote for tag in annotation.tags]
    assert [(row["起"], row["止"]) for row in rows] == [(tag.start, tag.end) for tag in annotation.tags]
    assert [row["标签"] for row in rows] == [BOOK.label(tag.label).zh for tag in annotation.tags]


def test_a_row_says_everything(tmp_path: Path) -> None:
    text = "李某不推诿"
    cue = {"start": 2, "end": 3, "quote": "不", "effect": "polarity=flip"}
    tags = [
        tag_of(text, 2, 5, cues=[cue]),
        tag_of(text, 0, 5, "people_first", polarity="-", status="reported", subject="other", kind="fact"),
    ]
    xlsx.write([annotation_of(text, tags)], tmp_path / "a.xlsx", BOOK, [])
    first, second = rows_of(tmp_path / "a.xlsx")
    assert list(first.values()) == [
        "谈话-01", "担当作为", BOOK.label("responsibility").group, "正面", "直接表现", "本人", "评价", "不推诿", 2, 5,
        "不(polarity=flip)", 0.75, "词典和分类模型", "某县/谈话.docx",
    ]  # fmt: skip
    assert [second[name] for name in ("极性", "状态", "对象", "性质")] == ["负面", "据反映", "他人", "事例"]
    overview = list(openpyxl.load_workbook(tmp_path / "a.xlsx")["材料"].iter_rows(values_only=True))
    assert overview[1] == ("谈话-01", "谈话记录", 5, 2, "某县/谈话.docx", "证据")


@pytest.mark.parametrize(
    "quote", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(0)", "#N/A", "1e5", "007"]
)
def test_no_quote_is_a_formula_a_number_or_an_error(tmp_path: Path, quote: str) -> None:
    source = {"path": quote}
    xlsx.write([annotation_of(quote, [tag_of(quote, 0, len(quote))], source=source)], tmp_path / "a.xlsx", BOOK, [])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["证据"]
    for column in ("证据原文", "来源文件"):
        cell = sheet.cell(2, HEAD.index(column) + 1)
        assert cell.data_type == "s"
        assert unescaped(cell.value) == quote
        assert cell.quotePrefix == (quote[0] in "=+-@\t\r")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())


def test_control_characters_survive_in_programs_that_know_the_escape(tmp_path: Path) -> None:
    quote = "甲\x0b乙\r\n丙_x000B_丁\x00\uffff"
    xlsx.write([annotation_of(quote, [tag_of(quote, 0, len(quote))])], tmp_path / "a.xlsx", BOOK, [])
    (row,) = rows_of(tmp_path / "a.xlsx")
    assert row["证据原文"] == "甲_x000B_乙_x000D_\n丙_x005F_x000B_丁_x0000__xFFFF_"
    assert unescaped(row["证据原文"]) == quote
    found = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_name("证据").to_python()
    # This reader knows the escape, but not for the non-character at the end.
    assert found[1][HEAD.index("证据原文")].replace("_xFFFF_", "\uffff") == quote


def test_a_quote_longer_than_a_cell_goes_on_in_the_next_row(tmp_path: Path) -> None:
    text = "甲乙😀" * 20_000
    xlsx.write([annotation_of(text, [tag_of(text, 1, len(text))])], tmp_path / "a.xlsx", BOOK, [])
    rows = rows_of(tmp_path / "a.xlsx")
    assert len(rows) > 1
    assert "".join(row["证据原文"] for row in rows) == text[1:]
    assert all(row["证据原文"] == text[row["起"] : row["止"]] for row in rows)
    assert all(len(row["证据原文"].encode("utf-16-le")) // 2 <= LIMIT for row in rows)
    assert {row["标签"] for row in rows} == {"担当作为", "担当作为(续)"}


def test_looks(tmp_path: Path) -> None:
    xlsx.write([annotation_of("李某", [tag_of("李某", 0, 2)] * 3)], tmp_path / "a.xlsx", BOOK, [])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["材料", "证据"]
    sheet = book["证据"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:N4"
    assert sheet.column_dimensions["H"].width == 60
    assert sheet["H2"].font.name == "宋体"
    assert sheet["H2"].alignment.wrap_text
    assert sheet["A1"].font.bold


def test_a_sheet_for_each_document(tmp_path: Path) -> None:
    ids = ["谈话:1", "谈话/1", "材料", "𠮷" * 40, "'x'", "History"]
    items = [annotation_of("李某", [tag_of("李某", 0, 2)], id=name) for name in ids]
    assert xlsx.write(items, tmp_path / "a.xlsx", BOOK, [], sheets="document") == len(ids)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    overview = list(book["材料"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in overview] == ids
    titles = [row[-1] for row in overview]
    assert titles == book.sheetnames[1:] == ["谈话_1", "谈话_1~2", "材料~2", "𠮷" * 15, "_x_", "History~2"]
    for name, title in zip(ids, titles, strict=True):
        assert rows_of(tmp_path / "a.xlsx", title)[0]["材料编号"] == name


def test_more_documents_than_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_MOST_SHEETS", 1)
    failures: list[ReadingError] = []
    items = [annotation_of("李某", id=name) for name in "ab"]
    assert xlsx.write(items, tmp_path / "a.xlsx", BOOK, failures, sheets="document") == 1
    assert [error.place for error in failures] == ["id 'b'"]


def test_more_rows_than_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS", 4)
    items = [annotation_of("李某", [tag_of("李某", 0, 2)] * 2, id=str(number)) for number in range(3)]
    xlsx.write(items, tmp_path / "a.xlsx", BOOK, [])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["材料", "证据", "证据~2", "证据~3"]
    assert [row["材料编号"] for row in rows_of(tmp_path / "a.xlsx", "证据~2")] == ["1", "1"]


def test_no_documents(tmp_path: Path) -> None:
    assert xlsx.write([], tmp_path / "a.xlsx", BOOK, []) == 0
    assert rows_of(tmp_path / "a.xlsx") == []
