import datetime
import io
from hashlib import sha256

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.errors import CorruptFileError, ReadingError, TooLargeError
from nlp.reading import Limits, RawDocument, read_bytes
from nlp.reading.tables.grid import Grid, column_letters, shown
from nlp.reading.tables.header import find_table
from tests.archives.bad_inputs import cell, ods, xlsx, zipped
from tests.archives.ole import xls


def book(*sheets, merge=(), formats=None, hidden=()):
    """A workbook: (name, rows) for each sheet; ``merge`` and ``formats`` are of the first one."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    first = workbook.worksheets[0]
    for place, code in (formats or {}).items():
        first[place].number_format = code
    for place in merge:
        first.merge_cells(place)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def read(data, name="册.xlsx", **limits):
    items = list(read_bytes(data, name=name, limits=Limits(**limits)))
    for item in items:
        if isinstance(item, RawDocument):
            end = 0
            for anchor in item.anchors:
                assert item.text[end : anchor.start] in ("", "\n")
                end = anchor.end
            assert end == len(item.text)
    return items


def places(document):
    return {document.text[a.start : a.end]: (a.kind, a.number, a.label) for a in document.anchors}


APPRAISAL = (
    "民主测评",
    [
        ["A镇2023年度民主测评汇总表"],
        ["姓名", "职务", "测评结果", None, None, "优秀率", "优点", "不足之处"],
        [None, None, "优秀", "称职", "不称职"],
        ["李某", "镇长", 31, 19, 0, 0.62, "敢于担当，作风硬", "理论学习不系统"],
        ["王某", "副镇长", 44, 12, 1, 0.775, "从不推诿扯皮", None],
        ["合计", None, 75, 31, 1],
        ["填表人：某某　2023年12月"],
    ],
)
MERGED = ("A1:H1", "C2:E2", "A2:A3", "B2:B3", "F2:F3", "G2:G3", "H2:H3", "A7:H7")


def test_remarks_are_one_poll_document_a_person_and_votes_are_counts():
    data = book(APPRAISAL, merge=MERGED, formats={"F4": "0.0%", "F5": "0%"})
    first, second, rest = read(data)
    assert [item.id for item in (first, second, rest)] == [
        "册.xlsx#民主测评/李某",
        "册.xlsx#民主测评/王某",
        "册.xlsx#民主测评",
    ]
    assert first.text.split("\n") == [
        "李某测评意见",
        "姓名\t李某\t职务\t镇长",
        "一、优点",
        "1. 敢于担当，作风硬",
        "二、不足之处",
        "1. 理论学习不系统",
        "三、测评结果",
        "李某 镇长：测评结果优秀31票，测评结果称职19票，测评结果不称职0票，优秀率62.0%。",
    ]
    assert places(first)["1. 敢于担当，作风硬"] == ("row", 4, "民主测评!G4")
    assert places(first)["一、优点"] == ("row", 3, "民主测评!G3")
    assert first.meta["subject"] == {"name": "李某", "header": "姓名", "row": 4}
    assert first.meta["title"] == ["A镇2023年度民主测评汇总表"]
    assert first.meta["notes"] == [[7, "填表人：某某　2023年12月"]]
    assert second.meta["counts"][0]["counts"]["优秀率"] == "78%"
    assert rest.meta["counts"] == [
        {"row": 6, "of": "合计", "counts": {"测评结果优秀": "75", "测评结果称职": "31", "测评结果不称职": "1"}}
    ]
    assert first.path == "册.xlsx"
    assert first.sha256 == sha256(first.text.encode()).hexdigest()
    assert first.meta["file_sha256"] == sha256(data).hexdigest()


def test_remarks_about_nobody_in_particular_are_one_document():
    rows = [
        ["序号", "部门", "对班子的意见建议"],
        [1, "办公室", "会多，文多"],
        [2, "财政所", "希望多下村\n少填表"],
        [3, None, "无"],
    ]
    (item,) = read(book(("意见汇总", rows)))
    assert item.id == "册.xlsx#意见汇总"
    assert item.text == "意见汇总\n1. 会多，文多\n2. 希望多下村\n少填表\n3. 无"
    assert places(item)["2. 希望多下村\n少填表"] == ("row", 3, "意见汇总!C3")
    assert item.meta["fields"]["2"] == {"序号": "1", "部门": "办公室"}


def test_remarks_of_one_person_on_several_rows_stand_together():
    rows = [["被测评人", "评语"], ["李某", "作风扎实"], ["王某", "敢于碰硬"], [None, "善于团结"], ["李某", "有时急躁"]]
    items = read(book(("评语", rows), merge=("A3:A4",)))
    assert [item.text.split("\n")[2:] for item in items] == [
        ["1. 作风扎实", "2. 有时急躁"],
        ["1. 敢于碰硬", "2. 善于团结"],
    ]
    # Without a merged cell nobody says whose the third remark is.
    items = read(book(("评语", rows)))
    assert [item.id for item in items] == ["册.xlsx#评语/李某", "册.xlsx#评语/王某", "册.xlsx#评语"]


def test_a_single_column_of_remarks():
    (item,) = read(book(("留言", [["意见"], ["班子团结"], ["会多"]])))
    assert item.text == "测评意见\n1. 班子团结\n2. 会多"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("考核等次", ["优秀", "称职"]),
        ("组织意见", ["同意", "同意"]),
        ("评价人", ["李某某同志", "王某某同志"]),
        ("备注", ["无", None]),
        ("建议", [3, 4]),
    ],
)
def test_what_only_looks_like_a_remark_column(header, cells):
    (item,) = read(book(("名册", [["姓名", "单位", header], *(["李某", "A镇", value] for value in cells)])))
    assert item.id == "册.xlsx#名册"
    assert item.text.startswith("姓名：李某\t单位：A镇")


def test_a_vote_table_is_data_and_a_muted_section():
    rows = [
        ["序号", "姓名", "好", "较好", "一般", "差", "得票率"],
        [1, "李某", 12, 3, 0, 0, 0.8],
        [2, "王某", "9票", 5, 1, 0, "60%"],
    ]
    (item,) = read(book(("测评得票", rows), formats={"G2": "0%"}))
    assert item.text.split("\n") == [
        "测评得票",
        "一、测评结果",
        "李某：好12票，较好3票，一般0票，差0票，得票率80%。",
        "王某：好9票，较好5票，一般1票，差0票，得票率60%。",
    ]
    assert [entry["row"] for entry in item.meta["counts"]] == [2, 3]


def test_nothing_in_counts_and_fields_is_tagged():
    from nlp.pipeline import load

    votes = ("得票", [["姓名", "优秀", "称职", "敢于担当", "得票率"], ["李某", 12, 3, 7, 0.9], ["王某", 1, 2, 3, 0.1]])
    roll = ("名册", [["姓名", "考核等次"], ["李某", "优秀"], ["王某", "不称职"]])
    pipeline = load(finder="lexicon")
    items = read(book(APPRAISAL, votes, roll, merge=MERGED))
    found = {item.id: [tag.quote for tag in pipeline.annotate(item.text).tags] for item in items}
    assert found["册.xlsx#得票"] == found["册.xlsx#名册"] == found["册.xlsx#民主测评"] == []
    assert found["册.xlsx#民主测评/王某"] == ["从不推诿扯皮"]
    assert pipeline.annotate(items[0].text).doc_type == "poll"


def test_other_sheets_are_rows_of_header_and_value():
    rows = [
        ["某区干部名册"],
        ["姓名", "出生年月", "主要情况"],
        ["李某", datetime.date(1980, 5, 1), "先在A镇工作。后到B镇，任副镇长。"],
    ]
    (item,) = read(book(("名册", rows)))
    assert item.text == "某区干部名册\n姓名：李某\t出生年月：1980-05-01\n主要情况：先在A镇工作。后到B镇，任副镇长。"
    assert [(a.number, a.label) for a in item.anchors] == [(1, "名册!1"), (3, "名册!3"), (3, "名册!C3")]


def test_a_form_has_no_header():
    rows = [["姓名", "李某", "性别", "男"], ["单位", "A镇", "职务", "镇长"], ["评语", "该同志敢于担当，作风扎实。"]]
    (item,) = read(book(("登记表", rows)))
    assert item.text == "姓名\t李某\t性别\t男\n单位\tA镇\t职务\t镇长\n评语\n该同志敢于担当，作风扎实。"


def test_hidden_empty_and_many_sheets():
    items = read(book(("甲", [["一"]]), ("空", []), ("隐", [[], [None, "秘"]]), hidden=("隐",)))
    assert [(item.id, item.meta.get("hidden")) for item in items] == [("册.xlsx#甲", None), ("册.xlsx#隐", True)]
    assert items[1].anchors[0].label == "隐!2"
    (item,) = read(book(("空", [])))
    assert (item.id, item.text) == ("册.xlsx", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (31.0, "31"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (datetime.date(2023, 1, 5), "2023-01-05"),
        (datetime.datetime(2023, 1, 5), "2023-01-05"),
        (datetime.datetime(2023, 1, 5, 9, 30), "2023-01-05 09:30"),
        (datetime.time(9, 30), "09:30"),
        (" 甲\r\n乙\t丙 ", "甲\n乙 丙"),
        (None, ""),
    ],
)
def test_what_a_cell_shows(value, text):
    assert shown(value) == text


def test_column_letters():
    assert [column_letters(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_headers_of_two_levels_without_merged_ranges():
    rows = (
        (1, ("姓名", "测评结果", "", "备注")),
        (2, ("", "优秀", "称职")),
        (3, ("李某", "3", "4", "")),
    )
    table = find_table(Grid("表", False, rows))
    assert [(column.header, column.kind) for column in table.columns] == [
        ("姓名", "subject"),
        ("测评结果优秀", "count"),
        ("测评结果称职", "count"),
        ("备注", "field"),
    ]
    assert [number for number, _ in table.body] == [3]


@pytest.mark.parametrize("biff", [5, 8])
def test_workbooks_of_excel_5_and_97(biff):
    (item,) = read(xls([["姓名", "评语", "优秀"], ["李某", "敢于担当，作风硬", 31.0]], biff=biff), "旧.xls")
    assert item.id == "旧.xls#评语/李某"
    assert "1. 敢于担当，作风硬" in item.text
    assert item.meta["counts"][0]["counts"] == {"优秀": "31"}
    assert item.media_type == "application/vnd.ms-excel"


@pytest.mark.parametrize("codepage", [936, 1252])
def test_old_workbooks_in_gbk_even_if_they_say_western(codepage):
    rows = [["姓名", "评语"], ["李某", "敢于担当，作风扎实，从不推诿扯皮"], ["王某", "善于团结同志"]]
    data = xls(rows, biff=5).replace(b"\x42\0\2\0\xa8\x03", b"\x42\0\2\0" + codepage.to_bytes(2, "little"))
    first, second = read(data, "旧.xls")
    assert first.text.endswith("1. 敢于担当，作风扎实，从不推诿扯皮")
    assert second.id == "旧.xls#评语/王某"


@pytest.mark.parametrize("kind", [0, 1])
def test_encrypted_binary_workbooks(kind):
    data = xls([["姓名", "评语"]], locked=True).replace(b"\x2f\0\6\0\0\0", b"\x2f\0\6\0" + bytes((kind, 0)))
    (error,) = read(data, "密.xls")
    assert error.code == "encrypted_file"


def test_open_document_sheets():
    def row(*texts):
        cells = (f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in texts)
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    (item,) = read(ods(row("姓名", "评语") + row("李某𠮷", "敢于担当😀，作风硬")), "表.ods")
    assert item.id == "表.ods#评语/李某𠮷"
    assert "1. 敢于担当😀，作风硬" in item.text


def test_cells_without_references_are_counted():
    rows = "".join(f"<row><c t='inlineStr'><is><t>{n}</t></is></c><c><v>{n}</v></c></row>" for n in range(50))
    assert isinstance(read(xlsx(rows))[0], RawDocument)
    (error,) = read(xlsx(rows), max_cells=99)
    assert isinstance(error, TooLargeError)
    assert "max_cells" in str(error)
    assert error.place == "评语"


def test_a_broken_sheet_leaves_the_others():
    good = book(("好", [["甲"]]), ("坏", [["乙"]]))
    from zipfile import ZipFile

    source = ZipFile(io.BytesIO(good))
    data = zipped(
        (name, source.read(name) if not name.endswith("sheet2.xml") else "<worksheet><sheetData><row><c")
        for name in source.namelist()
    )
    first, second = read(data)
    assert isinstance(first, RawDocument)
    assert first.text == "甲"
    assert isinstance(second, CorruptFileError)
    assert (second.path, second.place) == ("册.xlsx", "坏")


def test_too_many_characters_in_a_sheet():
    (error,) = read(xlsx(f'<row r="1">{cell("A1", "甲" * 50)}</row>'), max_characters=40)
    assert isinstance(error, TooLargeError)
    assert error.place == "评语"


TEXTS = st.one_of(
    st.none(),
    st.integers(0, 99),
    st.sampled_from(
        ["姓名", "李某", "优秀", "评语", "意见", "敢于担当，作风硬", "备注", "序号", "合计", "𠮷某", "😀\n甲"]
    ),
)


def bare(text):
    return "".join(text.split())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.lists(TEXTS, max_size=5), min_size=1, max_size=7))
def test_no_cell_is_lost_whatever_the_table_looks_like(rows):
    items = read(book(("表", rows)))
    assert not any(isinstance(item, ReadingError) for item in items)
    for item in items:
        item.meta.pop("file_sha256", None)
    told = bare("".join(item.text + repr(dict(item.meta)).replace("\\n", "") for item in items))
    for row in rows:
        for value in row:
            assert value is None or bare(str(value)) in told
