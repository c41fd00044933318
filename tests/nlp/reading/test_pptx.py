from nlp.errors import CorruptFileError, TooLargeError
from nlp.reading import Limits
from tests.archives.bad_inputs import zipped

P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(*runs):
    return "<a:p>" + "".join(run if run.startswith("<") else f"<a:r><a:t>{run}</a:t></a:r>" for run in runs) + "</a:p>"


def pptx(*slides, order=None):
    """A presentation; each slide is the content of its shape tree, with attributes in front of a ``|``."""
    members = [("[Content_Types].xml", "<Types/>")]
    links, ids = "", ""
    for number, slide in enumerate(slides, 1):
        attributes, _, body = slide.rpartition("|")
        members.append(
            (f"ppt/slides/slide{number}.xml", f"<p:sld {P} {A} {attributes}><p:cSld>{body}</p:cSld></p:sld>")
        )
        links += f'<Relationship Id="r{number}" Type="{R}/slide" Target="slides/slide{number}.xml"/>'
    for number in order or range(1, len(slides) + 1):
        ids += f'<p:sldId id="{255 + number}" r:id="r{number}"/>'
    main = f'<p:presentation {P} xmlns:r="{R}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>'
    relations = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )
    return zipped([*members, ("ppt/presentation.xml", main), ("ppt/_rels/presentation.xml.rels", relations)])


def test_slides_in_the_order_in_which_they_are_shown(read_one):
    table = (
        "<a:tbl><a:tr><a:tc>" + paragraph("姓名") + "</a:tc><a:tc>" + paragraph("李", "某") + "</a:tc></a:tr></a:tbl>"
    )
    data = pptx(
        paragraph("敢于", "<a:br/>", "担当") + paragraph(), table, 'show="0"|' + paragraph("藏"), order=[2, 1, 3]
    )
    document = read_one(data, "述职.pptx")
    assert document.text == "姓名\t李某\n敢于\n担当"
    assert [(a.kind, a.number, document.text[a.start : a.end]) for a in document.anchors] == [
        ("slide", 1, "姓名\t李某"),
        ("slide", 2, "敢于\n担当"),
    ]
    assert document.meta == {"hidden_slides": 1}


def test_broken_and_large_presentations(read_error):
    assert isinstance(read_error(pptx("|<a:p>"), "a.pptx"), CorruptFileError)
    data = pptx(*[paragraph("甲")] * 3)
    assert isinstance(read_error(data, "a.pptx", Limits(max_characters=4)), TooLargeError)
    error = read_error(data, "a.pptx", Limits(max_pages=2))
    assert isinstance(error, TooLargeError)
    assert "max_pages" in str(error)
