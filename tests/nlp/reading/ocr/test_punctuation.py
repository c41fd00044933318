import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.reading.ocr.punctuation import mend


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("敢于担当,作风扎实。", "敢于担当，作风扎实。"),
        ("谈话人:张某;记录人:李某", "谈话人：张某；记录人：李某"),
        ("答:他怕不怕得罪人?不怕!", "答：他怕不怕得罪人？不怕！"),
        ("（一)工作方面", "（一）工作方面"),
        ("(1)理论学习", "（1）理论学习"),
        ("提高到93.2%,比上年高", "提高到93.2%，比上年高"),
        ("参加386人,得380票", "参加386人，得380票"),
        ("2,100万元、10:30开会、比例3:7", "2,100万元、10:30开会、比例3:7"),
        ("1.理论学习不够", "1.理论学习不够"),
        ("他说到做到.", "他说到做到。"),
        ("他说...没有下文", "他说……没有下文"),
        ("A镇 党委 书记 李 某", "A镇党委书记李某"),
        ("姓名 李某", "姓名李某"),
        ("使用 Word 2016 起草", "使用 Word 2016起草"),
        ("用ＷＰＳ写了１０页", "用WPS写了10页"),
        ('他常说"先干起来",再说别的', '他常说"先干起来"，再说别的'),
        ("Plain text, (with) marks: yes!", "Plain text, (with) marks: yes!"),
        ("2023-11-08 10:30", "2023-11-08 10:30"),
        ("GDP(亿元)增长", "GDP（亿元）增长"),
        ("说:“他不唯上,不唯数字.”", "说：“他不唯上，不唯数字.”"),
        ("𠮷某,男", "𠮷某，男"),
        ("李某😀,很好!", "李某😀，很好！"),
        ("", ""),
        ("　　", ""),
    ],
)
def test_neighbours_decide(line, expected):
    assert mend(line) == expected


@given(st.text("李某敢于担当，。：；？！（）“”'\",.:;?!() 0123456789AbcＡ１%…—·", max_size=40))
def test_only_width_blanks_and_marks_change(line):
    found = mend(line)
    assert mend(found) == found

    def bare(text: str) -> str:
        return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())

    assert bare(found) == bare(line)


@given(st.text(st.characters(max_codepoint=0x2000, exclude_categories=["Cs"]), max_size=40))
def test_lines_without_ideographs_stay(line):
    assert mend(line) == line.strip(" ")
