import pytest

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def level(depth, form, pattern, extra="", start=1):
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/>{extra}</w:lvl>'
    )


LEVELS = (
    level(0, "chineseCounting", "%1、", '<w:pStyle w:val="H1"/>')
    + level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="H2"/>')
    + level(2, "decimal", "%3.")
    + level(3, "decimal", "%1-%3-%4")
    + level(4, "chineseCounting", "%1.%5", '<w:isLgl/><w:suff w:val="nothing"/>')
)
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{LEVELS}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="8">{level(0, "bullet", "l")}{level(1, "decimal", "%2)", start=3)}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="2"><w:startOverride w:val="5"/></w:lvlOverride>'
    "</w:num>"
    f'<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">{level(0, "upperRoman", "%1.")}'
    "</w:lvlOverride></w:num>"
    '<w:num w:numId="5"><w:abstractNumId w:val="99"/></w:num></w:numbering>'
)
STYLES = (
    f'<w:styles {W}><w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
    '</w:pPr></w:style><w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/><w:pPr><w:numPr>'
    '<w:ilvl w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
)


def listed(text, number, depth=0):
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
    )


def styled(text, style, properties=""):
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (
            [
                listed("甲", 1),
                listed("乙", 1, 1),
                listed("丙", 1, 2),
                listed("丁", 1, 2),
                listed("戊", 1),
                listed("己", 1, 1),
            ],
            ["一、甲", "（一）乙", "1. 丙", "2. 丁", "二、戊", "（一）己"],
        ),
        # A level written with the numbers of the levels above; one of them was never met.
        ([listed("甲", 1), listed("乙", 1, 3)], ["一、甲", "一-1-1 乙"]),
        ([listed("甲", 1), listed("乙", 1), listed("丙", 1, 4)], ["一、甲", "二、乙", "2.1丙"]),
        ([listed("甲", 2), listed("乙", 5), listed("丙", 77)], ["甲", "乙", "丙"]),
        ([listed("甲", 2, 1), listed("乙", 2, 1)], ["3) 甲", "4) 乙"]),
        # A list over the same levels that starts anew, once.
        (
            [listed("甲", 1, 2), listed("乙", 3, 2), listed("丙", 3, 2)],
            ["1. 甲", "5. 乙", "6. 丙"],
        ),
        ([listed("甲", 4), listed("乙", 4)], ["I. 甲", "II. 乙"]),
        # Numbers that come with the style, and a paragraph that turns its style's number off.
        (
            [
                styled("甲", "H1"),
                styled("乙", "H2"),
                styled("丙", "H1", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
                styled("丁", "H1"),
            ],
            ["一、甲", "（一）乙", "丙", "二、丁"],
        ),
        # An empty numbered paragraph counts, but shows no text.
        ([listed("甲", 1), listed("", 1), listed("乙", 1)], ["一、甲", "", "三、乙"]),
    ],
)
def test_numbers_are_written_as_word_shows_them(body, lines, docx_with_body, read_one):
    document = read_one(docx_with_body("".join(body), numbering=NUMBERING, styles=STYLES), "a.docx")
    assert document.text.split("\n") == lines


def test_style_numbering_keeps_heading_labels(docx_with_body, read_one):
    body = styled("甲", "H1") + styled("乙", "H2")
    document = read_one(docx_with_body(body, numbering=NUMBERING, styles=STYLES), "a.docx")
    assert [(document.text[a.start : a.end], a.label) for a in document.anchors] == [
        ("一、甲", "heading 1"),
        ("（一）乙", "heading 2"),
    ]
