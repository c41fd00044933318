"""What headers, titles, first lines and signatures say, and what is left unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.identity import FIELD_NAMES, Identity, identify
from nlp.identity.evaluate import samples
from nlp.reading import RawDocument


def values(text: str) -> dict[str, str]:
    identity = identify(text)
    check(text, identity)
    return {name: found.value for name in FIELD_NAMES if (found := identity.field(name))}


def check(text: str, identity: Identity) -> None:
    """Every answer rests on the characters it names."""
    answers = [identity.field(name) for name in FIELD_NAMES]
    for found in [*answers, *identity.people, *(conflict.evidence for conflict in identity.conflicts)]:
        if found is not None:
            assert text[found.start : found.end] == found.quote != ""
            assert found.rule


NOTE = (
    "谈话记录\n时间：2024年4月11日下午　地点：E镇三楼\n谈话人：县委组织部　钱某某、孙某\n记录人：孙某\n"
    "谈话对象：周某某，E镇党委委员，与考察对象吴某（E镇党委书记）共事三年\n\n问：他怎么样？\n答：下村多。\n"
)


def test_a_talk_note() -> None:
    assert values(NOTE) == {
        "subject": "吴某", "date": "2024-04-11", "unit": "E镇", "position": "党委书记", "author": "孙某",
    }  # fmt: skip
    people = [(person.value, person.rule) for person in identify(NOTE).people]
    assert people == [
        ("钱某某", "header:谈话人"),
        ("孙某", "header:谈话人"),
        ("孙某", "header:记录人"),
        ("周某某", "header:谈话对象"),
        ("吴某", "header:谈话对象"),
    ]


def test_a_document_as_it_was_read() -> None:
    raw = RawDocument("a", NOTE, "a", None, "text/plain", ())
    assert identify(raw) == identify(NOTE)


@pytest.mark.parametrize(
    ("value", "name", "post"),
    [
        ("欧阳某（A县交通运输局局长）", "欧阳某", ("A县交通运输局", "局长")),
        ("A县交通运输局局长欧阳某", "欧阳某", ("A县交通运输局", "局长")),
        ("新任市审计局副局长　岑某", "岑某", ("市审计局", "副局长")),
        ("何某，女，县水务局副局长兼移民办主任", "何某", ("县水务局", "副局长兼移民办主任")),
        ("𠮷𡧃某", "𠮷𡧃某", None),
        ("张　　三", "张三", None),
        ("阿依古丽·买某", "阿依古丽·买某", None),
        ("巴特尔", "巴特尔", None),
        ("李×", "李×", None),
        ("領導幹部  陳某某", "陳某某", None),
    ],
)
def test_names_and_posts_of_a_field(value: str, name: str, post: tuple[str, str] | None) -> None:
    found = values(f"考察材料\n考察对象：{value}\n时间：2024年\n")
    assert found["subject"] == name
    assert (found.get("unit"), found.get("position")) == (post or (None, None))


@pytest.mark.parametrize("value", ["", "领导班子", "无", "同上", "A县教育局", "干部群众代表"])
def test_what_is_no_name(value: str) -> None:
    assert "subject" not in values(f"考察材料\n考察对象：{value}\n地点：三楼\n一、表现\n好。\n")


def test_whom_a_talk_is_about() -> None:
    talk = "{}\n谈话对象：石某某（B县水务局副局长）\n{}时间：2024年3月8日\n问：说说吧。\n"
    assert "subject" not in values(talk.format("谈话记录", ""))
    assert values(talk.format("提醒谈话记录", ""))["subject"] == "石某某"
    assert values(talk.format("谈话记录", "与考察对象关系：本人\n"))["position"] == "副局长"
    other = values(talk.format("提醒谈话记录", "考察对象：李某\n"))
    assert other["subject"] == "李某"
    assert "position" not in other


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A镇党委书记李某同志考察材料", {"subject": "李某", "unit": "A镇", "position": "党委书记", "occasion": "考察"}),
        ("关于反映L市M镇党委书记韩某问题的核查报告", {"subject": "韩某", "unit": "L市M镇", "position": "党委书记", "occasion": "核查"}),
        ("某区交通运输局2023年度考核登记材料（王某某）", {"subject": "王某某", "unit": "某区交通运输局", "occasion": "2023年度考核"}),
        ("G县教育局领导班子专项调研综合报告", {"unit": "G县教育局", "occasion": "专项调研"}),
        ("縣水務局副局長陳某試用期滿考察材料", {"subject": "陳某", "unit": "縣水務局", "position": "副局長", "occasion": "試用期滿考察"}),
        ("张三丰同志现实表现材料", {"subject": "张三丰"}),
        ("县教育局　高建国　考核材料", {"subject": "高建国", "unit": "县教育局", "occasion": "考核"}),
        ("A县高中教师考核办法", {"occasion": "考核"}),
        ("某市常委会关于方面工作的报告", {}),
    ],
)  # fmt: skip
def test_titles(title: str, expected: dict[str, str]) -> None:
    found = values(f"{title}\n一、概况\n去年做了三件事。\n")
    found.pop("unit", None) if "unit" not in expected else None
    assert found == expected


def test_a_report_on_oneself_is_signed_by_its_subject() -> None:
    text = "2023年度述职报告\n某市D开发区管委会副主任　张某\n各位领导：\n我报告如下。\n一、学习\n读了两遍。\n张　某\n2024年1月15日"
    assert values(text) == {
        "subject": "张某", "date": "2024-01-15", "unit": "某市D开发区管委会", "position": "副主任", "author": "张某",
        "occasion": "2023年度述职",
    }  # fmt: skip


def test_a_form() -> None:
    text = "干部任免审批表\n姓　名\t诸葛某\t性　别\t男\n现任职务\tJ市自然资源局副局长\n拟任职务\tJ市自然资源局局长\n填表时间\t2024年7月\n"
    text += "称谓\t姓名\t年龄\n妻子\t王某\t40\n"
    assert values(text) == {
        "subject": "诸葛某", "date": "2024-07", "unit": "J市自然资源局", "position": "副局长", "occasion": "干部任免",
    }  # fmt: skip


def test_contradictions_are_kept() -> None:
    identity = identify("李某同志考察材料\n考察对象：李某某\n考察时间：2024年5月1日\n")
    assert identity.subject is not None
    assert identity.subject.value == "李某某"
    assert [(conflict.field, conflict.evidence.value, conflict.evidence.rule) for conflict in identity.conflicts] == [
        ("subject", "李某", "title")
    ]


def test_equal_signs_that_contradict_each_other_decide_nothing() -> None:
    identity = identify("考察材料\n考察对象：李某、王某\n时间：2024年5月1日\n时间：2024年6月1日\n")
    assert identity.subject is None
    assert identity.date is None
    assert [conflict.evidence.value for conflict in identity.conflicts] == ["李某", "王某", "2024-05-01", "2024-06-01"]


def test_a_more_exact_answer_is_no_contradiction() -> None:
    identity = identify(
        "考察材料\n考察对象：李某（A县B镇镇长）\n考察时间：2024年5月\n谈话时间：2024年5月12日\n单位：B镇\n"
    )
    assert identity.conflicts == ()
    assert identity.date is not None
    assert identity.date.value == "2024-05-12"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "他这个人干工作很扎实，去年防汛连着守了七天。李某说，他从不叫苦。2023年5月，张某局长到村里来过。",
        "谈话人：今天主要了解情况，请你说说李某局长。\n谈话对象：李某局长来过五次。\n记录人：没有别的了？\n",
        "一、概况\n考察对象李某的单位是A县教育局，2024年5月1日到任，职务是局长。记录人王某在场。\n二、建议\n继续观察。\n",
        "时间过得快。单位里的人都说，他是好人。姓名不重要。",
    ],
)
def test_prose_is_not_searched(text: str) -> None:
    assert identify(text) == Identity()


def test_the_mapping_has_every_key() -> None:
    assert list(identify("").as_dict()) == [*FIELD_NAMES, "people", "conflicts"]
    answer = identify(NOTE).as_dict()["date"]
    assert answer == {"value": "2024-04-11", "start": 8, "end": 18, "quote": "2024年4月11日", "rule": "header:时间"}


lines = st.lists(
    st.one_of(
        st.sampled_from([line for sample in samples("development") for line in sample["text"].split("\n")]),
        st.text("李某考察对象：，、（）同志年月日12 　\t\r单位职务局长😀𠮷\u200b", max_size=30),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(lines)
def test_offsets_hold_for_any_text(given_lines: list[str]) -> None:
    text = "\n".join(given_lines)
    check(text, identify(text))


@settings(deadline=None)
@given(st.text())
def test_any_text_has_an_identity(text: str) -> None:
    check(text, identify(text))
