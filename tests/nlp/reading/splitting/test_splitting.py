"""What is split and, more often, what is not."""

from __future__ import annotations

import io
from hashlib import sha256

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.reading import Anchor, RawDocument, RecognisedLine, read_bytes
from nlp.reading.splitting import split_document
from nlp.reading.text import line_anchors

NUMERALS = "一二三四五六七八九"


def document(text: str, *, pages: tuple[str, ...] = (), **more: object) -> RawDocument:
    """A text file, or a PDF with the given pages."""
    if pages:
        text, anchors, at = "\n".join(pages), [], 0
        for number, page in enumerate(pages, 1):
            anchors.append(Anchor(at, at + len(page), "page", number))
            at += len(page) + 1
        return RawDocument("卷.pdf", text, "卷.pdf", "0" * 64, "application/pdf", tuple(anchors), **more)
    return RawDocument("卷.txt", text, "卷.txt", "0" * 64, "text/plain", tuple(line_anchors(text)), "utf-8", **more)


def note(number: int, interviewee: str, said: str = "他下村多，办事公道，群众服他。") -> str:
    """A talk note with title, header, turns and closing."""
    return (
        f"谈话记录（之{NUMERALS[number - 1]}）\n"
        f"谈话时间：2024年5月{number}日上午　地点：A县三楼\n"
        "谈话人：钱某某、孙某　记录人：孙某\n"
        f"谈话对象：{interviewee}，A镇党委委员，与考察对象李某（A镇镇长）共事三年\n\n"
        f"问：请谈谈李某同志。\n答：{said}\n问：还有吗？\n答：没有了。\n以上记录属实。\n{interviewee}（签名）\n"
    )


def inspection(name: str) -> str:
    """An inspection report with a line that introduces the person."""
    return (
        f"{name}同志考察材料\n\n{name}，男，汉族，1976年8月生，1998年7月参加工作，中共党员，现任A县B镇党委书记。\n"
        "该同志主要表现是：\n一、遇事不躲。去年防汛，他在堤上守了七天。\n二、说话算数。\n"
    )


NOTES = [note(1, "赵某"), note(2, "欧阳某某"), note(3, "𠮷某")]


def heads(raw: RawDocument) -> list[str]:
    return [part.text.split("\n")[0] for part in split_document(raw)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_bundle_of_talk_notes_becomes_its_notes() -> None:
    raw = document("\n".join(NOTES))
    parts = split_document(raw)
    assert [part.id for part in parts] == ["卷.txt#1", "卷.txt#2", "卷.txt#3"]
    assert [part.text for part in parts] == [text.strip() for text in NOTES]
    assert [part.meta["bundle"] for part in parts] == [{"part": n, "parts": 3} for n in (1, 2, 3)]
    assert [part.sha256 for part in parts] == [sha256(part.text.encode()).hexdigest() for part in parts]
    assert {part.path for part in parts} == {"卷.txt"}
    for part in parts:
        for anchor in part.anchors:
            assert part.text[anchor.start : anchor.end] == raw.text.split("\n")[anchor.number - 1]


def test_the_name_of_a_bundle_goes_with_its_first_note_and_a_list_of_contents_by_itself() -> None:
    assert heads(document("A县谈话记录汇编\n2024年5月\n\n" + "\n".join(NOTES))) == [
        "A县谈话记录汇编",
        "谈话记录（之二）",
        "谈话记录（之三）",
    ]
    contents = "目录\n谈话记录（之一）\n谈话记录（之二）\n谈话记录（之三）\n说明\n本卷谈话按计划进行。\n"
    assert heads(document(contents + "\n".join(NOTES))) == ["目录", *(f"谈话记录（之{n}）" for n in "一二三")]


def test_a_report_keeps_its_text_when_notes_are_bound_behind_it() -> None:
    report = "关于A镇工作情况的说明\n一、概况\n" + "全镇十二个村，去年修路三十公里。\n" * 20 + "二、建议\n继续观察。\n"
    parts = split_document(document(report + "\n".join(NOTES)))
    assert [part.text[:6] for part in parts] == ["关于A镇工作", "谈话记录（之", "谈话记录（之", "谈话记录（之"]


def test_notes_without_titles_are_told_by_their_headers() -> None:
    notes = [text.split("\n", 1)[1] for text in NOTES]
    assert heads(document("\n".join(notes))) == [text.split("\n")[0] for text in notes]


@pytest.mark.parametrize("ending", ["", "考察组：郝某、石某\n2024年6月3日\n"])
def test_reports_on_several_persons(ending: str) -> None:
    text = "\n".join(inspection(name) + ending for name in ("李某", "阿依古丽·买某", "王某某"))
    assert heads(document(text)) == ["李某同志考察材料", "阿依古丽·买某同志考察材料", "王某某同志考察材料"]


def test_titles_that_name_another_person_on_another_page() -> None:
    page = "{}同志现实表现材料\n一、能力\n{}做事不拖，去年修完三条路。\n"
    pages = tuple(page.format(name, name).strip() for name in ("李某", "王某某", "𠮷某"))
    assert len(split_document(document("", pages=pages))) == 3
    # Without the pages, a title is the only sign.
    assert len(split_document(document("\n".join(pages)))) == 1


def test_self_reports_one_after_the_other() -> None:
    report = "2023年度述职报告\nA县供销社主任　{}\n\n各位领导、同志们：\n我把一年来的情况报告如下。\n一、学习\n读了两遍。\n以上报告，请予评议。\n{}\n2024年1月15日\n"
    assert (
        heads(document("".join(report.format(name, name) for name in ("张某", "李某某")))) == ["2023年度述职报告"] * 2
    )


def test_traditional_characters_and_blanks_in_titles() -> None:
    text = "談　話　記　錄\n談話時間：2023年11月{}日\n談話人：鄭某\n被談話人：{}\n問：請談談他的工作。\n答：肯幹，不推，大家服他。\n以上記錄屬實。\n"
    assert len(split_document(document(text.format(6, "陳某") + text.format(7, "葉某某")))) == 2


def test_forms_in_tables_of_a_docx() -> None:
    file = docx.Document()
    for name in ("李某", "王某某"):
        file.add_paragraph("公务员年度考核登记表")
        table = file.add_table(rows=3, cols=4)
        rows = [
            ("姓名", name, "性别", "男"),
            ("单位", "A县教育局", "职务", "科员"),
            ("个人总结", "一年来下乡四十余次，没有推过一件事。", "", ""),
        ]
        for cells, row in zip(rows, table.rows, strict=True):
            for text, cell in zip(cells, row.cells, strict=True):
                cell.text = text
    buffer = io.BytesIO()
    file.save(buffer)
    (raw,) = read_bytes(buffer.getvalue(), name="表.docx")
    assert isinstance(raw, RawDocument)
    first, second = split_document(raw)
    assert [anchor.label for anchor in second.anchors] == [None, "table 2", "table 2", "table 2"]
    assert second.text.startswith("公务员年度考核登记表\n姓名\t王某某")
    assert first.text.endswith("没有推过一件事。")


def test_anchors_of_a_page_that_two_notes_share_and_lines_of_a_scan() -> None:
    first, second = (text.strip() for text in NOTES[:2])
    middle = first.index("问：还有")
    raw = document("", pages=(first[:middle].strip(), first[middle:] + "\n" + second))
    at = raw.text.index("谈话记录（之二）")
    raw = RawDocument(
        raw.id, raw.text, raw.path, raw.sha256, raw.media_type,
        tuple(Anchor(a.start, a.end, a.kind, a.number, None, a.number == 2) for a in raw.anchors),
        lines=(RecognisedLine(at - 4, at - 1, 0.7), RecognisedLine(at, at + 8, 0.9)),
    )  # fmt: skip
    one, two = split_document(raw)
    assert [(a.number, a.recognised) for a in one.anchors] == [(1, False), (2, True)]
    assert [(a.start, a.end, a.number) for a in two.anchors] == [(0, len(second), 2)]
    assert [(line.start, line.end, line.confidence) for line in two.lines] == [(0, 8, 0.9)]
    assert one.text[one.lines[0].start : one.lines[0].end] == raw.text[at - 4 : at - 1]


HEAD = "谈话记录\n谈话时间：2024年5月1日\n谈话人：钱某某\n谈话对象：赵某\n"
ONE = [
    pytest.param(document(NOTES[0]), id="one note"),
    pytest.param(document(""), id="empty"),
    pytest.param(document("谈话记录\n谈话记录\n谈话记录\n"), id="titles alone"),
    pytest.param(
        document("", pages=(HEAD + "问：一？\n答：好得很，没有二话。\n被谈话人签字：赵某", HEAD + "问：二？\n答：也好，他不推。\n被谈话人签字：赵某")),
        id="a form whose head and signature are printed on each page",
    ),
    pytest.param(
        document("", pages=(HEAD + "问：一？\n答：好。", "谈话记录（2）\n答：接着说，他不推事。\n签字：赵某", "谈话记录（3）\n答：完了。")),
        id="a running head with the number of the page",
    ),
    pytest.param(
        document("谈话安排\n" + "".join(f"谈话时间：5月{n}日\t谈话地点：三楼\t谈话对象：王某{n}\n\n" for n in range(1, 9))),
        id="a time table",
    ),
    pytest.param(document("谈话人：您好。\n谈话对象：您好。\n" * 6), id="speakers are no header"),
    pytest.param(
        document("李某同志考察材料\n一、表现\n他做了谈话记录。\n二、谈话记录\n有人说好。\n三、谈话记录\n有人说不好。\n考察组\n2024年5月1日\n"),
        id="sections named like documents",
    ),
    pytest.param(document("关于作风的调研报告\n一、基本情况\n姓名：略\n二、建议\n姓名：略\n" * 1), id="keys here and there"),
    pytest.param(document("\n".join(NOTES), meta={"sheet": "评语"}), id="a sheet"),
    pytest.param(RawDocument("r1", "\n".join(NOTES), "卷.jsonl", None, "application/jsonl", ()), id="a JSONL record"),
]  # fmt: skip


@pytest.mark.parametrize("raw", ONE)
def test_one_document_stays_one(raw: RawDocument) -> None:
    assert split_document(raw) == [raw]


def test_an_empty_form_among_others_is_a_part_too() -> None:
    empty = "谈话记录（之四）\n谈话时间：2024年5月4日\n谈话人：钱某某\n谈话对象：\n"
    assert heads(document("\n".join([*NOTES, empty])))[-1] == "谈话记录（之四）"


def test_what_stands_above_a_title_belongs_to_it() -> None:
    text = "\n".join(f"A县委组织部\n编号：{n}\n{text}" for n, text in enumerate(NOTES, 1))
    assert heads(document(text)) == ["A县委组织部"] * 3


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            [*NOTES, inspection("李某"), inspection("王某某"), "一、概况\n", "2024年5月1日\n", "以上记录属实。\n"]
        ),
        st.text("谈话记录时间：人对象李某，。？\n\t 　\r\ufeff\u200b😀𠮷", max_size=40),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(pieces)
def test_nothing_is_lost_and_anchors_lead_back(texts: list[str]) -> None:
    raw = document("".join(texts))
    parts = split_document(raw)
    assert squeezed("".join(part.text for part in parts)) == squeezed(raw.text)
    assert parts == split_document(raw)
    lines = {anchor.number: raw.text[anchor.start : anchor.end] for anchor in raw.anchors}
    for part in parts:
        covered = "".join(part.text[anchor.start : anchor.end] for anchor in part.anchors)
        assert squeezed(covered) == squeezed(part.text)
        for anchor in part.anchors:
            assert part.text[anchor.start : anchor.end] in lines[anchor.number]


@settings(deadline=None)
@given(st.text(max_size=300))
def test_text_without_signs_is_never_split(text: str) -> None:
    raw = document(text)
    assert split_document(raw) == [raw]
