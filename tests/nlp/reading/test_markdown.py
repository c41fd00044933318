import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import TooLargeError, UndecodableTextError
from nlp.reading import Limits, RawDocument, read_bytes

SOURCE = """\
# 考察材料 *一*

1. 政治素质
   坚定
2. 工作**实绩**

- 敢于~~大胆~~担当
  - 见[附件](a.html "t")与![图片](b.png)

> 引文 `代码` &amp; \\*星\\*

| 姓名 | 票 |
|------|----|
| 李某 | 12 |
|      | 3  |

```text
保留

原样 **不动**
```

    缩进

<div>
<!-- 注
释 -->
正文<br>续 <A镇>
</div>

二、标题
--------
末行 a_b_c 3 * 4 <b>粗</b>
"""

TEXT = """\
考察材料 一

1. 政治素质
坚定
2. 工作实绩

敢于大胆担当
见附件与图片

引文 代码 & *星*

姓名\t票
李某\t12
\t3

保留

原样 **不动**

缩进

正文 续 <A镇>

二、标题

末行 a_b_c 3 * 4 粗
"""


def test_markup_goes_and_text_stays(read_one):
    document = read_one(SOURCE.encode(), "材料.md")
    assert document.text == TEXT.rstrip("\n")
    assert document.media_type == "text/markdown"
    assert document.charset == "utf-8"


def test_anchors_lead_to_the_lines_of_the_file(read_one):
    document = read_one(("\ufeff" + SOURCE).replace("\n", "\r\n").encode(), "材料.md")
    source = SOURCE.split("\n")
    for anchor in document.anchors:
        quote = document.text[anchor.start : anchor.end]
        for word in re.findall("[\u4e00-\u9fff]+|[0-9]+", quote):
            # Words that markup cuts in two are looked for by their first character.
            assert word[:1] in source[anchor.number - 1], (anchor, quote)
    assert [(a.number, a.label) for a in document.anchors if a.label] == [
        (1, "heading 1"),
        (source.index("| 姓名 | 票 |") + 1, "table row"),
        (source.index("| 李某 | 12 |") + 1, "table row"),
        (source.index("|      | 3  |") + 1, "table row"),
        (source.index("二、标题") + 1, "heading 2"),
    ]


def test_gb18030_and_size(read_one, read_error):
    assert read_one("## 谈话记录\n\n问：**如何**".encode("gb18030"), "a.md").text == "谈话记录\n\n问：如何"
    assert isinstance(read_error("# 某".encode(), "a.md", Limits(max_characters=2)), TooLargeError)
    assert isinstance(read_error(b"\xff" * 40, "a.md"), UndecodableTextError)


def test_deep_nesting_loses_nothing(read_one):
    assert read_one(("> " * 60 + "某").encode(), "a.md").text == "某"


def test_markup_that_takes_quadratic_time_is_refused(read_error, read_one):
    error = read_error(("某\n\n" + "![" * 500_000).encode(), "a.md")
    assert isinstance(error, TooLargeError)
    assert error.place == "line 3"
    links = "\n".join("- [某](a) [某](b)" for _ in range(500))
    assert read_one(links.encode(), "a.md").text == "\n".join(["某 某"] * 500)


words = st.text(st.sampled_from("李某敢于担当，。𠮷😀"), min_size=1, max_size=12)


@given(st.lists(words, min_size=1), st.sampled_from(["", "# ", "- ", "> ", "###### "]))
def test_blocks_keep_their_words_in_order(blocks, prefix):
    (item,) = read_bytes("\n\n".join(prefix + block for block in blocks).encode(), name="a.md")
    assert isinstance(item, RawDocument)
    assert item.text.split("\n\n") == blocks
    assert [item.text[a.start : a.end] for a in item.anchors] == blocks
    assert [a.number for a in item.anchors] == list(range(1, 2 * len(blocks), 2))


@given(st.text("#*_`[]()<>|-~!\\&\n \t某a1.", max_size=60))
def test_no_markup_raises(source):
    (item,) = read_bytes(source.encode(), name="a.md")
    assert isinstance(item, RawDocument), item
    assert all(0 <= a.start < a.end <= len(item.text) for a in item.anchors)


@pytest.mark.parametrize("source", ["", "\n\n", "<!-- 注 -->\n", "[x]: http://a\n"])
def test_nothing_to_read(source, read_one):
    assert read_one(source.encode(), "a.md").text == ""
