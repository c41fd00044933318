"""Names: after titles and surnames, from headers, masked, in other scripts; and words that begin like one."""

from __future__ import annotations

import pytest

from nlp.redaction import find


def people(text: str) -> list[str]:
    return [item.quote for item in find(text) if item.kind == "person"]


def identities(text: str) -> dict[str, str]:
    return {item.quote: item.identity for item in find(text) if item.kind == "person"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张某局长到任后，项目加快了。", ["张某"]),
        ("局长张三丰在会上说。", ["张三丰"]),
        ("李四同志处事公道。", ["李四"]),
        ("对李四同志的考察", ["李四"]),
        ("张局长跑遍了水库。", ["张"]),
        ("修桥那年，王局带着我们住工地。", ["王"]),
        ("老张这个人实在，小李要加油。", ["老张", "小李"]),
        ("欧阳某书记和诸葛主任分工明确。", ["欧阳某", "诸葛"]),
        ("据张某、李××、王某甲、赵XX反映", ["张某", "李××", "王某甲", "赵XX"]),
        ("李某在王某办公室签字。", ["李某", "王某"]),
        ("𠮷某同志来自基层。", ["𠮷某"]),
        ("張某某同志係A縣財政局局長。", ["張某某"]),
        ("阿依古丽·某某同志是宣传委员。", ["阿依古丽·某某"]),
        ("民警带着次仁某转场。", ["次仁某"]),
        ("班子里，贾明志、徐拟生二人分管农业。", ["贾明志", "徐拟生"]),
        ("考察人：甄士诚、聂造芳", ["甄士诚", "聂造芳"]),
        ("姓　名：张　三　性别：男", ["张　三"]),
        ("余建明和韩立新谈了半宿。", ["余建明", "韩立新"]),
        ("曾小平😂@李建明", ["曾小平", "李建明"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "王牌单位，作风过硬。",
        "于是他高兴地说，方案马上出台。",
        "高度重视，方向明确，常委会研究，黄金时间，石油上涨，水平提升，金秋时节。",
        "常务会议研究了安全生产、金融风险、水利建设、农村改革等事项。",
        "双方主任、对方书记、任局长以来、兼副局长、原支书、任副院长",
        "全体同志、各位领导、主要负责同志、年轻干部、女同志、老同志、党员同志、支部同志、分管局长",
        "县委书记、镇党委书记、纪检书记、安全总监、农业局长、水利部长、公安局长均应参加。",
        "老干部、小学生、老年大学、小康、小区改造、老百姓、小金库、老实人、小组长、老支书、老师",
        "连长、班长、组长、支书、会计、文书也在。高级教师、高级工程师。",
        "担任某局局长，于某年某月，向某公司，由某部门负责，某科某员",
        "局面打开，部门协同，科学决策，总体平稳，张贴公告，周边环境，曾任科长",
        "我国东部沿海、长江流域、国务院、中央组织部、最高人民法院、全国政协",
        "马克思主义、毛病、钟点工、温饱、明白、文明、阳光、武功",
    ],
)
def test_words_that_are_no_names(text: str) -> None:
    assert people(text) == []


def test_a_later_mention_means_the_person_the_text_names_in_full() -> None:
    text = "谈话对象：张三丰（A县局长）\n老张不错。张局长实在，张局敢拍板。三丰同志心细。张三丰\n说。"
    assert set(identities(text).values()) == {"张三丰"}
    assert people(text) == ["张三丰", "老张", "张", "张", "三丰", "张三丰"]


def test_two_of_one_surname_are_not_mixed_up() -> None:
    text = "敖广同志任A县局长，敖闰同志任B县局长。敖局长是谁，群众分不清。"
    found = [item for item in find(text) if item.quote == "敖"]
    assert [(item.identity, item.local) for item in found] == [("敖", True)]


def test_traditional_and_simplified_are_one_person() -> None:
    assert identities("張三豐同志。张三丰同志。") == {"張三豐": "张三丰", "张三丰": "张三丰"}


def test_a_name_no_list_knows_is_taken_from_the_header() -> None:
    text = "谈话对象：巴特尔\n单位：A旗林草局\n群众说，巴特尔骑马送药。"
    assert people(text) == ["巴特尔", "巴特尔"]


def test_a_name_across_a_line_break_is_found_again() -> None:
    assert people("贾明志同志实在。\n群众都说贾明\n志好。") == ["贾明志", "贾明\n志"]


def test_known_names_are_found_whatever_they_look_like() -> None:
    assert [item.quote for item in find("会上，召忽没有表态。", ["召忽"])] == ["召忽"]


def test_what_is_a_pseudonym_already_is_left_alone() -> None:
    assert find("人员K7QM3XD同志的电话是[电话号码8H2RWT4]，见文件K7QM3XD22.docx") == []


def test_quotes_are_the_text() -> None:
    text = "𠮷某😀老张\r\n张三丰同志，１３９００００００００１"
    for item in find(text):
        assert text[item.start : item.end] == item.quote


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("易拟明同志主持工作，黄金荣同志分管农业，方案成熟，黄金荣耀。", ["易拟明", "黄金荣"]),
        ("全面工作，党政办同志和卫健的同志都到了。", []),
        ("余实，A县财政局预算股股长。余实坚持原则。", ["余实", "余实"]),
        ("余实，总的看没有变化。", []),
    ],
    ids=["begins like a word", "units and places", "an office behind the comma", "no office"],
)
def test_names_that_look_like_words(text: str, names: list[str]) -> None:
    assert people(text) == names
