"""Document types, sections, turns, muted places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.structure.normalise import normalise
from nlp.structure.parse import Structure, parse_structure


def parse(text: str) -> Structure:
    return parse_structure(normalise(text).text)


def readable(structure: Structure) -> list[str]:
    return [
        structure.text[clause.start : clause.end]
        for clause, setting in zip(structure.clauses, structure.settings, strict=True)
        if not setting.muted
    ]


@pytest.mark.parametrize(
    ("text", "doc_type"),
    [
        ("关于李某同志的考察材料\n李某，男，1975年生。\n该同志主要表现是：工作扎实。", "inspection"),
        ("2022年度考核登记表\n个人总结：一年来……", "annual"),
        ("述职述廉报告\n各位领导：现将本人一年来的情况报告如下。", "self_report"),
        ("谈话记录\n时间：2023年5月\n谈话人：王某\n问：他怎么样？\n答：好。", "talk_note"),
        ("关于反映张某问题的信访核查报告\n经核查，反映不属实。", "verification"),
        ("A镇领导班子运行情况专项调研报告\n一、基本情况", "survey"),
        ("民主测评意见汇总\n工作踏实\n有时急躁", "poll"),
        ("关于开展作风整治的实施方案\n各单位要加强领导。", "policy"),
        ("说干就干，绝不过夜", None),
        ("现将该同志考察情况报告如下。他处事公道。", None),
        ("会上讲全会强调要担当。他是老实人，从不推诿。\n他话不多。", None),
        ("全会强调，各级党委要加强领导。\n各单位要抓好落实。", "policy"),
        ("谈话时间：11月3日 谈话对象：吴某\n考察对象：龙某\n问：他怎么样？\n答：踏实。", "talk_note"),
    ],
)
def test_document_types(text: str, doc_type: str | None) -> None:
    assert parse(text).doc_type == doc_type


def test_sections_of_every_numbering_style() -> None:
    text = (
        "一、主要表现\n（一）政治素质过硬。该同志立场坚定。\n1.学习抓得紧。每周读书。\n（1）记笔记。有三本。\n①第一本\n"
        "(二)作风扎实\n二、不足之处\n第三部分：综合评价\n"
    )
    found = [(section.title, section.level) for section in parse(text).sections]
    assert found == [
        ("主要表现", 1),
        ("政治素质过硬", 2),
        ("学习抓得紧", 3),
        ("记笔记", 4),
        ("第一本", 5),
        ("作风扎实", 2),
        ("不足之处", 1),
        ("综合评价", 1),
    ]


def test_a_section_reaches_to_the_next_heading_of_its_level() -> None:
    text = "一、甲\n（一）乙\n内容。\n（二）丙\n内容。\n二、丁\n内容。"
    ranges = {section.title: text[section.start : section.end] for section in parse(text).sections}
    assert ranges["甲"] == "一、甲\n（一）乙\n内容。\n（二）丙\n内容。"
    assert ranges["乙"] == "（一）乙\n内容。"


LAYOUTS = {
    "问答": ("问：他担当怎么样？", "答：他从不推诿。"),
    "谈李": ("谈：他担当怎么样？", "李：他从不推诿。"),
    "方括号": ("【问】他担当怎么样？", "【答】他从不推诿。"),
    "方括号姓名": ("【考察组】他担当怎么样？", "【李某】他从不推诿。"),
    "全称": ("谈话人：他担当怎么样？", "被谈话人：他从不推诿。"),
    "职务": ("王某（考察组）：他担当怎么样？", "李某（副镇长）：他从不推诿。"),
    "半角冒号": ("问: 他担当怎么样?", "答: 他从不推诿。"),
    "字母": ("Q：他担当怎么样？", "A：他从不推诿。"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_turns_in_many_layouts(layout: str) -> None:
    question, answer = LAYOUTS[layout]
    header = "谈话记录\n时间：2023年5月6日\n谈话人：王某\n谈话对象：李某（A镇副镇长，与考察对象系同事）\n"
    structure = parse(header + "\n".join([question, answer, question, answer]) + "\n以上记录属实。\n")
    assert [turn.role for turn in structure.turns] == ["interviewer", "interviewee"] * 2
    assert readable(structure) == ["他从不推诿", "他从不推诿"]


def test_a_question_and_its_answer_may_share_a_line() -> None:
    structure = parse("谈话记录\n问：他怎么样？答：他肯干。问：缺点？答：有点急。")
    assert [turn.role for turn in structure.turns] == ["interviewer", "interviewee"] * 2
    assert readable(structure) == ["他肯干", "有点急"]


def test_a_paragraph_without_mark_belongs_to_the_turn_before_it() -> None:
    structure = parse("谈话记录\n问：他怎么样？\n答：他肯干。\n\n再补充一句，他话不多。\n问：还有吗？\n答：没有了。")
    assert structure.text[structure.turns[1].start : structure.turns[1].end].endswith("他话不多。")


def test_note_takers_prose_is_one_turn() -> None:
    structure = parse("谈话记录\n时间：2023年5月\n谈话对象：赵某\n赵某介绍，他办事利索。\n以上记录属实。")
    assert [turn.role for turn in structure.turns] == ["note_taker"]
    assert readable(structure) == ["赵某介绍", "他办事利索"]


@pytest.mark.parametrize(
    ("relation", "meaning"), [("与考察对象关系：本人", "target"), ("与考察对象关系：同事", "other")]
)
def test_whom_the_first_person_means(relation: str, meaning: str) -> None:
    structure = parse(f"谈话记录\n谈话对象：李某\n{relation}\n问：请谈谈。\n答：我这几年下村多。")
    assert structure.first_person == meaning


@pytest.mark.parametrize(
    "line",
    [
        "李某，男，汉族，1975年3月出生，现任A镇党委书记。",
        "2010.07—2013.05  A镇副镇长",
        "2016年3月至今 任B县住建局局长",
        "参加测评58人，得优秀票50票，占86%。",
        "考察人：张某 王某",
        "2024年3月5日",
        "姓名\t李某\t性别\t男",
        "谈 话 人：王某",
    ],
)
def test_form_lines_are_muted(line: str) -> None:
    assert readable(parse(f"考察材料\n{line}\n他肯干。")) == ["他肯干"]


def test_a_sentence_that_speaks_of_signing_is_no_signature() -> None:
    structure = parse(
        "谈话记录\n问：他怎么样？\n答：踏实。\n问：缺点？\n答：单子不合规他就不签字。\n李某（签字）\n2024年3月5日"
    )
    assert readable(structure) == ["踏实", "单子不合规他就不签字"]


def test_plans_and_duties_are_normative_and_hopes_are_advice() -> None:
    text = "述职报告\n一、履职情况\n我肯干。\n二、下一步打算\n加强学习。\n三、希望和建议\n多下基层。"
    structure = parse(text)
    status = {
        structure.text[clause.start : clause.end]: setting.status
        for clause, setting in zip(structure.clauses, structure.settings, strict=True)
    }
    assert (status["我肯干"], status["加强学习"], status["多下基层"]) == (None, "normative", "advised")


@given(st.text(st.sampled_from("一、（1）.。，：；问答谈李某\n 【】时间人a1①"), max_size=200))
def test_everything_found_lies_inside_the_text(text: str) -> None:
    structure = parse(text)
    size = len(structure.text)
    assert len(structure.folded) == size
    assert len(structure.settings) == len(structure.clauses)
    for item in (*structure.sections, *structure.turns, *structure.clauses):
        assert 0 <= item.start <= item.end <= size
    ends = 0
    for clause in structure.clauses:
        assert clause.start >= ends
        ends = clause.end
        assert "\n" not in structure.text[clause.start : clause.end]
    for section in structure.sections:
        start, end = section.title_span(structure.folded)
        assert structure.folded[start:end] == section.title
