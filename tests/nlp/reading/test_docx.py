import hashlib
import io
import re
import struct
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import CorruptFileError, EncryptedFileError, TooLargeError
from nlp.reading import Limits, RawDocument, read_bytes


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def test_paragraphs_and_tables_in_order(make_docx, read_one):
    def build(document):
        document.add_heading("一、基本情况", 1)
        document.add_paragraph("李某，A镇党委书记。")
        table = document.add_table(3, 3)
        table.cell(0, 0).text = "姓名"
        table.cell(0, 1).text = "李某"
        table.cell(0, 2).text = "男"
        table.cell(1, 0).merge(table.cell(2, 0)).text = "主要表现"
        table.cell(1, 1).merge(table.cell(1, 2)).text = "敢于担当"
        table.cell(2, 1).text = "工作扎实"
        document.add_paragraph("")
        document.add_paragraph("考察组\t某年某月\n𠮷某😀")
        document.add_table(1, 1).cell(0, 0).text = "尾"

    data = make_docx(build)
    document = read_one(data, "考察/材料.docx")
    assert document.text == (
        "一、基本情况\n李某，A镇党委书记。\n姓名\t李某\t男\n主要表现\t敢于担当\n\t工作扎实\t\n\n考察组\t某年某月\n𠮷某😀\n尾"
    )
    assert [(a.kind, a.number, a.label) for a in document.anchors] == [
        ("paragraph", 1, "heading 1"),
        ("paragraph", 2, None),
        ("table_row", 1, "table 1"),
        ("table_row", 2, "table 1"),
        ("table_row", 3, "table 1"),
        ("paragraph", 4, None),
        ("table_row", 4, "table 2"),
    ]
    last = document.anchors[-2]
    assert document.text[last.start : last.end] == "考察组\t某年某月\n𠮷某😀"
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.media_type.endswith("wordprocessingml.document")
    assert document.charset is None


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), include_characters="\t"), max_size=20))
)
@settings(max_examples=40, deadline=None)
def test_random_paragraphs_come_back_in_order(paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    (item,) = read_bytes(buffer.getvalue(), name="a.docx")
    assert isinstance(item, RawDocument), item
    assert item.text == "\n".join(paragraphs)
    found = {anchor.number: item.text[anchor.start : anchor.end] for anchor in item.anchors}
    assert found == {number: text for number, text in enumerate(paragraphs, 1) if text}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # Content controls around blocks, inside paragraphs, around rows and cells.
        (f"<w:sdt><w:sdtContent>{p('甲')}</w:sdtContent></w:sdt>{p('乙')}", "甲\n乙"),
        ("<w:p><w:sdt><w:sdtContent><w:r><w:t>甲</w:t></w:r></w:sdtContent></w:sdt></w:p>", "甲"),
        (
            f"<w:tbl><w:sdt><w:sdtContent><w:tr>{cell(p('甲'))}<w:sdt><w:sdtContent>{cell(p('乙'))}</w:sdtContent>"
            "</w:sdt></w:tr></w:sdtContent></w:sdt></w:tbl>",
            "甲\t乙",
        ),
        # A control that still shows its prompt holds nothing.
        (
            "<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处</w:t></w:r>"
            "</w:sdtContent></w:sdt></w:p>" + p("甲"),
            "\n甲",
        ),
        # Tracked changes: insertions are text, deletions are not.
        (
            "<w:p><w:r><w:t>工作</w:t></w:r><w:del><w:r><w:delText>不</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>很</w:t></w:r></w:ins><w:r><w:t>扎实</w:t></w:r></w:p>",
            "工作很扎实",
        ),
        ("<w:p><w:del><w:r><w:t>删</w:t></w:r></w:del></w:p>" + p("甲"), "\n甲"),
        (p("甲", "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>") + p("乙"), "甲乙"),
        (p("甲", "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"), "甲"),
        (
            "<w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom></w:p>"
            "<w:p><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>",
            "\n新",
        ),
        (
            f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr>{cell(p('删'))}</w:tr><w:tr><w:trPr><w:ins/></w:trPr>"
            f"{cell(p('甲'))}{cell(p('删'), '<w:cellDel/>')}</w:tr></w:tbl>",
            "甲\t",
        ),
        # Merged cells once, in each of the three ways they are written.
        (
            f"<w:tbl><w:tr>{cell(p('甲'), '<w:vMerge w:val=' + repr('restart') + '/>')}{cell(p('乙'))}</w:tr>"
            f"<w:tr>{cell(p('甲'), '<w:vMerge/>')}{cell(p('丙'))}</w:tr></w:tbl>",
            "甲\t乙\n\t丙",
        ),
        (f"<w:tbl><w:tr>{cell(p('甲'))}{cell(p('甲'), '<w:hMerge/>')}{cell(p('乙'))}</w:tr></w:tbl>", "甲\t乙"),
        # Several paragraphs in a cell; a label typed upright; a table inside a cell.
        (
            f"<w:tbl><w:tr>{cell(p('主') + p('要') + p('表') + p('现'))}{cell(p('甲') + p('') + p('乙乙'))}</w:tr></w:tbl>",
            "主要表现\t甲\n乙乙",
        ),
        (
            f"<w:tbl><w:tr>{cell(p('外') + '<w:tbl><w:tr>' + cell(p('内一')) + cell(p('内二')) + '</w:tr></w:tbl>')}"
            "</w:tr></w:tbl>",
            "外\n内一\t内二",
        ),
        # Text boxes follow their paragraph, once, though they are saved in two forms.
        (
            "<w:p><w:r><w:t>甲</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
            f"<w:txbxContent>{p('框')}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
            f"<w:txbxContent>{p('框')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "甲\n框",
        ),
        (
            "<w:p><w:r><w:pict><v:shape><v:textbox>"
            f"<w:txbxContent>{p('框')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>" + p("乙"),
            "\n框\n乙",
        ),
        # Links, fields, ruby, breaks, special hyphens, hidden text, formulas, line ends of the XML.
        (
            "<w:p><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r>"
            "<w:fldSimple><w:r><w:t>域</w:t></w:r></w:fldSimple></w:p>",
            "链域",
        ),
        (
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r></w:p>",
            "汉",
        ),
        (
            "<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:noBreakHyphen/><w:softHyphen/><w:tab/><w:t>丙</w:t></w:r></w:p>",
            "甲\n乙-\t丙",
        ),
        (
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr>"
            "<w:t>显</w:t></w:r></w:p>",
            "显",
        ),
        ("<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>", "x=1"),
        ("<w:p><w:r><w:t>甲\r\n乙</w:t></w:r></w:p>", "甲 乙"),
        ("", ""),
    ],
)
def test_wordprocessing_constructs(body, text, docx_with_body, read_one):
    assert read_one(docx_with_body(body), "a.docx").text == text


def test_headings_by_outline_level_and_localised_style(docx_with_body, read_one):
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    styles = (
        f"<w:styles {w}><w:style w:styleId='1'><w:name w:val='标题 2'/></w:style>"
        "<w:style w:styleId='2'><w:name w:val='我的标题'/><w:basedOn w:val='1'/></w:style>"
        "<w:style w:styleId='3'><w:name w:val='圈'/><w:basedOn w:val='3'/></w:style></w:styles>"
    )
    style = "<w:pPr><w:pStyle w:val='{}'/></w:pPr>".format
    level = "<w:pPr><w:outlineLvl w:val='{}'/></w:pPr>".format
    body = p("甲", style(1)) + p("乙", style(2)) + p("丙", style(3)) + p("丁", level(0)) + p("戊", level(9)) + p("己")
    document = read_one(docx_with_body(body, styles=styles), "a.docx")
    assert [a.label for a in document.anchors] == ["heading 2", "heading 2", None, "heading 1", None, None]


def test_strict_ooxml_and_macro_documents(make_docx, repack, read_one):
    data = make_docx(lambda document: document.add_paragraph("敢于担当"))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        xml = source.read("word/document.xml")
        links = source.read("_rels/.rels")
        types = source.read("[Content_Types].xml")
    old = b"http://schemas.openxmlformats.org/"
    strict = repack(
        data,
        {
            "word/document.xml": xml.replace(
                old + b"wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"
            ),
            "_rels/.rels": links.replace(old + b"officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
        },
    )
    assert read_one(strict, "a.docx").text == "敢于担当"
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert macro != types
    assert read_one(repack(data, {"[Content_Types].xml": macro}), "a.docm").text == "敢于担当"


def test_a_broken_link_to_a_picture_does_no_harm(make_docx, repack, read_one):
    data = make_docx(lambda document: document.add_paragraph("敢于担当"))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        links = source.read("word/_rels/document.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    broken = links.replace("</Relationships>", f'<Relationship Id="x" Type="{kind}" Target="../NULL"/></Relationships>')
    data = repack(data, {"word/_rels/document.xml.rels": broken})
    with pytest.raises(KeyError):
        docx.Document(io.BytesIO(data))
    assert read_one(data, "a.docx").text == "敢于担当"


def test_every_truncation_is_an_error(make_docx, read_error):
    data = make_docx(lambda document: document.add_paragraph("敢于担当"))
    for size in [*range(60, len(data) - 22, 997), len(data) - 22, len(data) - 1]:
        error = read_error(data[:size], "断.docx")
        assert isinstance(error, CorruptFileError), size
        assert error.hint


def test_damaged_parts(make_docx, repack, read_error):
    data = make_docx(lambda document: document.add_paragraph("敢于担当" * 50))
    for changes in (
        {"word/document.xml": "<w:document"},
        {"word/document.xml": ""},
        {"_rels/.rels": "\0"},
        {"word/document.xml": None},
    ):
        assert isinstance(read_error(repack(data, changes), "a.docx"), CorruptFileError)
    stored = bytearray(repack(data, {}, stored=True))
    at = stored.index("敢于担当".encode())
    stored[at : at + 3] = "不".encode()
    error = read_error(bytes(stored), "a.docx")
    assert isinstance(error, CorruptFileError)
    assert error.place == "word/document.xml"


def test_zip_bombs(make_docx, repack, read_error, read_one):
    data = make_docx(lambda document: document.add_paragraph("甲"))
    bomb = repack(data, {"word/media/image1.bmp": b"\0" * (3 << 20)})
    error = read_error(bomb, "炸弹.docx")
    assert isinstance(error, TooLargeError)
    assert error.place == "word/media/image1.bmp"
    assert isinstance(read_error(repack(data, {"word/document.xml": b" " * (140 << 20)}), "a.docx"), TooLargeError)
    padded = repack(data, {"word/x.bin": bytes(range(256)) * 4000})
    assert isinstance(read_error(padded, "a.docx", Limits(max_unpacked_bytes=1_000_000)), TooLargeError)
    assert read_one(padded, "a.docx").text == "甲"
    assert read_one(bomb, "a.docx", Limits(max_ratio=10_000)).text == "甲"


def test_a_directory_that_lies_about_sizes(make_docx, repack, read_error):
    body = b"<w:p/>" * 100_000
    data = make_docx(lambda document: document.add_paragraph("甲"))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        xml = source.read("word/document.xml").replace(b"<w:body>", b"<w:body>" + body)
    bomb = repack(data, {"word/document.xml": xml})
    # Both headers of the member give its unpacked size in four bytes.
    lying = bomb.replace(struct.pack("<I", len(xml)), struct.pack("<I", 1000))
    assert lying.count(struct.pack("<I", len(xml))) == 0
    assert lying != bomb
    assert isinstance(read_error(lying, "a.docx"), CorruptFileError)


def test_too_many_members_marks_and_characters(docx_with_body, repack, read_error):
    data = docx_with_body(p("甲" * 100))
    many = repack(data, {f"x/{number}": b"" for number in range(10_001)})
    assert isinstance(read_error(many, "a.docx"), TooLargeError)
    marks = repack(data, {"word/document.xml": "<a" + "=" * 12_000_001 + "/>"})
    assert isinstance(read_error(marks, "a.docx", Limits(max_ratio=10**6)), TooLargeError)
    assert isinstance(read_error(data, "a.docx", Limits(max_characters=99)), TooLargeError)


def test_entities_are_refused(repack, docx_with_body, read_error):
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = (
        '<!DOCTYPE d [<!ENTITY a "哈哈"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
        f'<w:document xmlns:w="{w}"><w:body><w:p><w:r><w:t>甲&a;&b;</w:t></w:r></w:p></w:body></w:document>'
    )
    # Left out without a word, they would take the text behind them along.
    error = read_error(repack(docx_with_body(""), {"word/document.xml": xml}), "a.docx")
    assert isinstance(error, CorruptFileError)
    assert "document type" in error.message


def test_a_zip_password_is_told(make_docx, read_error):
    data = bytearray(make_docx(lambda document: document.add_paragraph("甲")))
    # The flag that says a member is encrypted, set in the local and in the central header of every member.
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(signature), bytes(data)):
            data[match.start() + offset] |= 1
    error = read_error(bytes(data), "密.docx")
    assert isinstance(error, EncryptedFileError)
    assert "password" in str(error)
