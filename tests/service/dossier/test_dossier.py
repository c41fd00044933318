"""The dossier says what the note rests on, in both formats, and no more than its reader may see."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import docx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nlp.errors import AccessDeniedError, NotFoundError
from nlp.retrieval.circumstances import load_distinctions
from service.access import Principal
from service.decisions import deciding
from service.dossier.content import Dossier, dossier_of
from service.dossier.docx import docx_bytes
from service.dossier.outline import Block, Heading, Paragraph, Quotation, Table, outline
from service.dossier.pdf import pdf_bytes, printable
from service.store.models import Assessment, AuditEntry, TagRow
from tests.service.assessment.desk import HONEST, Desk, hit
from tests.service.conftest import Api
from tests.service.people import People
from tests.service.review.world import BLAME, BOOK, CREDIT, PRAISE


def made(desk: Desk) -> Assessment:
    """A note with everything in it, in two versions, and a decision."""
    start = HONEST.index("先行先试")
    said = {
        "distinction": load_distinctions()[0].id, "side": "honest", "version_id": desk.world.version(desk.honest_id).id,
        "start": start, "end": start + 4, "quote": "先行先试",
    }  # fmt: skip
    with desk.repository.system_write("test") as session:
        against = session.get_one(TagRow, desk.tag_ids[BLAME])
        against.state, against.label, against.family = "accepted", "responsibility", "trait"
    note = desk.create(desk.note(PRAISE))
    desk.act(desk.author, "revise", note, desk.note(PRAISE, CREDIT, cases=[hit()], circumstances=[said]))
    desk.act(desk.author, "submit", note)
    desk.act(desk.approver, "approve", note)
    with desk.repository.write(desk.author) as session:
        deciding.decide(
            session, desk.author, note.id, "tolerate", decided_by="某县委", decided_on=date(2024, 5, 20), note="<b>&"
        )
    return note


def dossier(desk: Desk, note: Assessment, principal: Principal | None = None) -> Dossier:
    principal = principal or desk.author
    with desk.repository.read(principal) as session:
        return dossier_of(session, desk.repository, principal, BOOK, note.id)


def words_of(blocks: list[Block]) -> str:
    found = []
    for block in blocks:
        if isinstance(block, Quotation):
            found += [block.quote, block.source]
        elif isinstance(block, Table):
            found += [cell for row in block.rows for cell in row]
        else:
            found.append(block.text)
    return "\n".join(found)


def docx_words(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_everything_that_the_note_rests_on_is_in_it(desk: Desk) -> None:
    found = dossier(desk, made(desk))
    words = words_of(list(outline(found)))
    for expected in (
        PRAISE, CREDIT, "先行先试", "某镇长连", "手法相同", "容错", "某县委", "第2版，共2版", "增加认定", desk.record_id,
        found.head[1], "已批准", found.subject_code,
    ):  # fmt: skip
        assert expected in words, expected
    assert [piece.quote for piece in found.counter[0]] == [BLAME]
    assert found.counter[1] == ()
    assert not found.withheld
    assert "李某𠮷" not in words  # the name behind the pseudonym
    assert "0.5" not in words  # no figure of similarity, let alone of a person
    with desk.repository.system_read("test") as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (last.action, last.prev_hash) == ("assessment.dossier", found.head[1])


def test_both_formats_carry_all_words(desk: Desk) -> None:
    blocks = list(outline(dossier(desk, made(desk))))
    as_docx = docx_words(docx_bytes(blocks, "某　公开"))
    as_pdf = "".join(pdf_words(pdf_bytes(blocks, "某　公开")).split())
    for block in blocks:
        words = words_of([block])
        for line in words.split("\n"):
            assert line in as_docx
            assert "".join(printable(line).split()) in as_pdf, line


@settings(max_examples=20, deadline=None)
@given(text=st.text(st.sampled_from("好人，。“”𠮷😀<&>ab1 \n\x07\ufffe國骉"), max_size=400))
def test_any_words_can_be_printed(text: str) -> None:
    blocks: list[Block] = [
        Heading(text, 1),
        Paragraph(text),
        Quotation(text, text),
        Table((("一", text), (text, "二"))),
    ]
    assert pdf_bytes(blocks, text.replace("\n", "")).startswith(b"%PDF")
    assert docx_words(docx_bytes(blocks, "x")) is not None


def test_characters_that_the_font_lacks_are_named() -> None:
    assert printable("李某𠮷好😀國") == "李某[U+20BB7]好[U+1F600]國"


def test_what_the_reader_may_not_see_is_left_out_and_said_to_be(desk: Desk, people: People) -> None:
    note = made(desk)
    low = people.principal("analyst", clearance=0)  # the case has level 1
    found = dossier(desk, note, low)
    words = words_of(list(outline(found)))
    assert found.withheld
    assert "某镇长连" not in words
    assert "不在制卷人的查阅范围内" in words
    far = people.principal("analyst", unit="某省/B县")
    with pytest.raises(NotFoundError):
        dossier(desk, note, far)
    with pytest.raises(AccessDeniedError):
        dossier(desk, note, people.principal("archivist"))


def test_a_tag_changed_since_is_marked(desk: Desk) -> None:
    note = made(desk)
    desk.set_state(PRAISE, "rejected")
    assert "★该标注或材料其后已改动" in words_of(list(outline(dossier(desk, note))))


def test_the_place_in_the_file_is_given(desk: Desk) -> None:
    from service.assessment.places import place_of
    from service.store.models import RecordVersion

    anchors = [
        {"start": 0, "end": 9, "kind": "page", "number": 3, "label": None},
        {"start": 10, "end": 20, "kind": "row", "number": 5, "label": "评语!5"},
    ]
    version = RecordVersion(anchors=anchors)
    assert [place_of(version, start) for start in (0, 9, 12)] == ["第3页", None, "第5行（评语!5）"]


def test_over_http(api: Api, desk: Desk) -> None:
    note = made(desk)
    client = api.client("investigator")
    for kind, start in (("docx", b"PK"), ("pdf", b"%PDF")):
        answer = client.get(f"/v1/assessments/{note.id}/dossier.{kind}")
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(start)
        assert answer.headers["Cache-Control"] == "no-store"
    assert api.client("archivist").get(f"/v1/assessments/{note.id}/dossier.pdf").status_code == 403
    assert api.client("analyst", unit="某省/B县").get(f"/v1/assessments/{note.id}/dossier.pdf").status_code == 404
