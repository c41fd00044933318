import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import TooLargeError
from nlp.reading import Limits, RawDocument, read_bytes


def lines(read_one, html):
    return read_one(html.encode(), "a.html").text.split("\n")


def test_blocks_in_order_with_anchors(read_one):
    document = read_one(
        "<html><head><title>考察 材料</title></head><body><h2>一、表现</h2><p>李某<b>敢于</b>担当<br>作风硬<p>未闭"
        "<table><tr><th>姓名<th>评语<tr><td>李某<td><p>好<p>很好</table>尾</body></html>".encode(),
        "a.html",
    )
    assert document.text == "一、表现\n李某敢于担当\n作风硬\n未闭\n姓名\t评语\n李某\t好\n很好\n尾"
    assert [(a.kind, a.number, a.label) for a in document.anchors] == [
        ("paragraph", 1, "heading 2"),
        ("paragraph", 2, None),
        ("paragraph", 3, None),
        ("paragraph", 4, None),
        ("table_row", 1, "table 1"),
        ("table_row", 2, "table 1"),
        ("paragraph", 5, None),
    ]
    assert document.meta == {"title": "考察 材料"}
    assert document.media_type == "text/html"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<!-- x -->",
        "<noscript>x</noscript>",
        "<template>x</template>",
        "<div hidden>x<p>x</div>",
        "<div style='color:red; DISPLAY : none'>x<br>x<div>x</div></div>",
        "<p style='mso-hide:all'>x</p>",
        "<option>x</option>",
        "<ruby><rt>x</rt></ruby>",
    ],
)
def test_what_a_browser_does_not_show_is_no_text(hidden, read_one):
    assert lines(read_one, f"<html><body><p>甲</p>{hidden}<p>乙</p></body></html>") == ["甲", "乙"]


def test_blanks_are_folded_as_in_a_browser(read_one):
    html = "<html><p>敢于\r\n  担当  of\n work <span> x</span><pre>a  b\n甲\t乙</pre>&nbsp;尾&#x20BB7;</html>"
    assert lines(read_one, html) == ["敢于担当 of work x", "a  b", "甲\t乙", "\xa0尾𠮷"]


def test_lists_are_numbered_where_a_browser_numbers_them(read_one):
    assert lines(read_one, "<html><ol><li>甲<li>乙<ul><li>丙</ul><li>丁</ol>") == ["1. 甲", "2. 乙", "丙", "3. 丁"]


def test_layout_tables_are_read_through(read_one):
    inner = "<table><tr><td>a<td>b</table>"
    assert lines(read_one, f"<html><table><tr><td>菜单<td>文{inner}后</table>") == ["菜单", "文", "a\tb", "后"]
    assert lines(read_one, "<html><table><tr><td><p>一<p>二</table>") == ["一", "二"]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_bytes_decide_the_charset_before_the_page_does(codec, read_one):
    html = "<html><meta http-equiv=Content-Type content='text/html; charset=big5'><p>李某敢于担当，作风扎实。</html>"
    document = read_one(html.encode(codec), "a.html")
    assert document.text == "李某敢于担当，作风扎实。"


def test_the_page_names_a_charset_that_the_bytes_do_not_tell(read_one):
    html = "<html><meta charset='iso-8859-2'><p>Łódź ąęćśź żółw</html>".encode("iso-8859-2")
    assert read_one(html, "a.html").text == "Łódź ąęćśź żółw"


def test_too_many_characters(read_error):
    error = read_error("<html><p>甲乙丙".encode(), "a.html", Limits(max_characters=2))
    assert isinstance(error, TooLargeError)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co", "Zs", "Zl", "Zp"]), min_size=1),
        min_size=1,
    )
)
def test_what_a_page_shows_is_kept(words):
    from html import escape

    body = "".join(f"<p>{escape(word)}</p>" for word in words)
    (item,) = read_bytes(f"<html><body>{body}</body></html>".encode(), name="a.html")
    assert isinstance(item, RawDocument)
    assert item.text == "\n".join(words)
    assert [item.text[a.start : a.end] for a in item.anchors] == words


@given(st.text("<>/\"'= atdrpbleh!-&;#x0甲\n", max_size=60))
def test_broken_markup_never_fails(source):
    (item,) = read_bytes(b"<html>" + source.encode(), name="a.html")
    assert isinstance(item, RawDocument)
