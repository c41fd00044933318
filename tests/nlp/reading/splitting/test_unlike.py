"""Documents of unlike sorts in one file, and single documents that name others."""

from __future__ import annotations

import io

import docx
import pytest
from docx.enum.text import WD_BREAK

from nlp.reading import RawDocument, read_bytes
from nlp.reading.splitting import split_document
from nlp.reading.text import line_anchors

NOTE = (
    "谈话记录\n谈话时间：2024年5月1日　地点：A县三楼\n谈话人：钱某某　记录人：孙某\n谈话对象：赵某，A镇党委委员\n"
    "问：请谈谈李某同志。\n答：他下村多，办事公道，群众服他。\n以上记录属实。赵某（签名）\n"
)
INSPECTION = (
    "李某同志考察材料\n一、基本情况\n李某，男，汉族，1976年8月生，中共党员，现任A县B镇党委书记。\n"
    "二、主要表现\n遇事不躲。去年防汛，他在堤上守了七天，说话算数。\n三、不足\n性子急。\n"
)
SELF = (
    "2023年度述职述廉报告\nA县B镇党委书记　李某\n各位领导、同志们：\n我把一年来的情况报告如下。\n一、学习\n"
    "读了两遍，笔记三本，跟着年轻人学会了看报表。\n二、打算\n修好那条断头路。\n"
)
CHECK = (
    "关于反映王某某有关问题的核查情况\n一、反映的问题\n来信反映王某某收受礼金，在工程上打招呼，群众有意见。\n"
    "二、核查经过\n核查组谈话十二人，查账三年，未发现问题。\n"
)


def text_file(text: str) -> RawDocument:
    return RawDocument("卷.txt", text, "卷.txt", "0" * 64, "text/plain", tuple(line_anchors(text)), "utf-8")


def heads(raw: RawDocument) -> list[str]:
    return [part.text.split("\n")[0] for part in split_document(raw)]


@pytest.mark.parametrize(
    "texts",
    [
        (NOTE, INSPECTION, SELF),
        (SELF, NOTE),
        (INSPECTION, CHECK, NOTE),
        (NOTE, NOTE.replace("赵某", "周某").replace("5月1日", "5月2日"), SELF, INSPECTION),
        (INSPECTION, NOTE.partition("\n")[2], SELF),
    ],
    ids=["three sorts", "two sorts", "a check", "a series and others", "a note without its title"],
)
def test_a_bundle_of_unlike_documents_becomes_its_documents(texts: tuple[str, ...]) -> None:
    end = "考察组　2024年6月\n"
    texts = tuple(text + end if text == INSPECTION else text for text in texts)
    raw = text_file("\n".join(texts))
    parts = split_document(raw)
    assert [part.text for part in parts] == [text.strip() for text in texts]
    for part in parts:
        for anchor in part.anchors:
            assert part.text[anchor.start : anchor.end] == raw.text.split("\n")[anchor.number - 1]


def plain_report(title: str) -> str:
    return f"{title}\n" + "镇里十二个村，去年修路三十公里，群众出行方便多了，工作队还在村里住。\n" * 3


def word_file(breaks: str) -> RawDocument:
    """Three reports with nothing but their titles, parted by what the author of a docx can set."""
    file = docx.Document()
    for number, title in enumerate(("A镇工作情况调研报告", "关于王某某的核查报告", "B县农业局局长周某述职报告")):
        for place, line in enumerate(plain_report(title).strip().split("\n")):
            if place == 0 and number and breaks == "section":
                file.add_section()
            paragraph = file.add_heading("", 1) if place == 0 and breaks == "heading" else file.add_paragraph("")
            if place == 0 and breaks == "before":
                paragraph.paragraph_format.page_break_before = True
            if place == 0 and number and breaks == "page":
                paragraph.add_run().add_break(WD_BREAK.PAGE)
            paragraph.add_run(line)
        if breaks == "after":
            file.add_page_break()
    buffer = io.BytesIO()
    file.save(buffer)
    (raw,) = read_bytes(buffer.getvalue(), name="卷.docx")
    assert isinstance(raw, RawDocument)
    return raw


@pytest.mark.parametrize("breaks", ["section", "page", "before", "after", "heading"])
def test_breaks_and_headings_of_a_docx_part_what_has_only_titles(breaks: str) -> None:
    raw = word_file(breaks)
    assert heads(raw) == ["A镇工作情况调研报告", "关于王某某的核查报告", "B县农业局局长周某述职报告"]
    assert len(split_document(word_file("none"))) == 1
    for part in split_document(raw):
        assert all(0 <= offset < len(part.text) for offset in part.breaks)


def test_breaks_stand_before_the_first_character_of_a_page() -> None:
    raw = word_file("page")
    assert [raw.text[offset : offset + 6] for offset in raw.breaks] == ["关于王某某的", "B县农业局局"]
    assert "\f" not in raw.text


LONG = "谈话记录看过，他下村多，办事公道，群众服他，去年修了三条路，工作队还在村里住着。\n"
ONE = [
    pytest.param(INSPECTION + "四、依据\n《谈话记录》\n" + LONG * 2 + "《述职述廉报告》\n" + LONG * 2, id="quoted titles"),
    pytest.param(INSPECTION + "附件：\n述职述廉报告\n谈话记录\n民主测评表\n" + LONG * 2, id="a list of what is attached"),
    pytest.param("目录\n谈话记录\n李某同志考察材料\n述职述廉报告\n" + LONG * 3, id="contents"),
    pytest.param(
        "公务员年度考核登记表\n姓名：李某　单位：A县B局　职务：科员\n个人总结\n"
        + LONG * 2
        + "一、学习\n读书。\n二、工作\n下乡。\n主管领导评语\n肯干。\n签名：王某某\n自我鉴定\n一、优点\n"
        + LONG * 2,
        id="the parts of a form",
    ),
    pytest.param(
        INSPECTION + "以上情况，考察组看了下列材料：\n述职述廉报告\n" + LONG * 2, id="a title that is announced"
    ),
    pytest.param(
        "关于A镇班子的调研报告\n一、概况\n" + LONG * 2 + "二、班子\n" + LONG + "现实表现\n（一）书记\n" + LONG * 2,
        id="a heading named like a document",
    ),
]  # fmt: skip


@pytest.mark.parametrize("text", ONE)
def test_one_document_that_names_others_stays_one(text: str) -> None:
    raw = text_file(text)
    assert split_document(raw) == [raw]
