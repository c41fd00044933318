"""A file that holds several documents, from the docx to the records, and what the records say of each."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.identity import FIELD_NAMES
from nlp.reading import Anchor, RawDocument, RecognisedLine
from service.archive.formats.parquet import SCHEMA, ParquetFormat
from service.archive.record import RECORD_KEYS, make_record
from tests.service.archive.standins import Pipeline

PEOPLE = ("赵某", "欧阳某某", "𠮷某")


def bundle() -> bytes:
    file = docx.Document()
    file.add_heading("A县谈话记录汇编", 1)
    for number, name in enumerate(PEOPLE, 1):
        file.add_paragraph(f"谈话记录（之{'一二三'[number - 1]}）")
        file.add_paragraph(f"谈话时间：二〇二四年五月{'一二三'[number - 1]}日　地点：Ａ县三楼")
        file.add_paragraph("谈话人：钱某某　记录人：孙某")
        file.add_paragraph(f"谈话对象：{name}，与考察对象李某（A镇镇长）共事三年")
        file.add_paragraph("问：请谈谈李某同志。")
        file.add_paragraph(f"答：{name}说😀，他办事公道，从不推诿扯皮。")
        file.add_paragraph("以上记录属实。")
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def check_evidence(record: dict[str, object]) -> None:
    identity, text = record["identity"], record["text"]
    for found in [*(identity[name] for name in FIELD_NAMES), *identity["people"], *identity["conflicts"]]:
        assert found is None or text[found["start"] : found["end"]] == found["quote"] != ""


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_docx_of_three_notes_becomes_three_records(archive, write, records, form):
    write("卷一/汇编.docx", bundle())
    write("说明.txt", "他办事公道，李某说。")
    report = archive(format=form)
    assert (report.tally.documents, report.tally.failed) == (4, 0)
    rows = [row for row in records() if row["identity"]["file"] == "卷一/汇编.docx"]
    assert [row["id"] for row in rows] == [f"卷一/汇编.docx#{number}" for number in (1, 2, 3)]
    assert [row["identity"]["document"] for row in rows] == [1, 2, 3]
    for number, row in enumerate(rows, 1):
        assert tuple(row) == RECORD_KEYS
        assert row["meta"]["bundle"] == {"part": number, "parts": 3}
        found = {name: row["identity"][name] and row["identity"][name]["value"] for name in FIELD_NAMES}
        assert found == {
            "subject": "李某",
            "date": f"2024-05-0{number}",
            "unit": "A镇",
            "position": "镇长",
            "author": "孙某",
            "occasion": None,
        }
        assert PEOPLE[number - 1] in [person["value"] for person in row["identity"]["people"]]
        check_evidence(row)
        # Anchors lead to the paragraphs of the file: one heading, then seven a note.
        last = row["anchors"][-1]
        assert (last["number"], row["text"][last["start"] : last["end"]]) == (1 + 7 * number, "以上记录属实。")
    assert len({row["identity"]["text_sha256"] for row in rows}) == 3
    assert [row["source"]["sha256"] for row in rows] != [rows[0]["identity"]["file_sha256"]] * 3
    (other,) = [row for row in records() if row["identity"]["file"] == "说明.txt"]
    assert [other["identity"][name] for name in FIELD_NAMES] == [None] * len(FIELD_NAMES)
    assert (other["identity"]["people"], other["identity"]["conflicts"], other["lines"]) == ([], [], [])


def scan() -> RawDocument:
    text = "考察对象：李某\u3000\n时间：２０２４年５月\n他办事公道。"
    anchors = (Anchor(0, len(text), "page", 1, "iv", recognised=True),)
    lines = (RecognisedLine(0, 8, 0.91), RecognisedLine(9, 18, 0.5))
    return RawDocument("卷.pdf", text, "卷.pdf", "0" * 64, "application/pdf", anchors, lines=lines)


def test_recognised_pages_and_lines_reach_the_record(tmp_path: Path) -> None:
    document = scan()
    record = make_record(Pipeline().annotate(document.text), document, file="卷.pdf", file_sha256="0", number=1)
    assert [anchor["recognised"] for anchor in record["anchors"]] == [True]
    assert [(record["text"][line["start"] : line["end"]].strip(), line["confidence"]) for line in record["lines"]] == [
        ("考察对象：李某", 0.91),
        ("时间：2024年5月"[:9], 0.5),
    ]
    assert record["identity"]["date"]["value"] == "2024-05"
    check_evidence(record)
    spool = ParquetFormat().spool(tmp_path / "spool")
    spool.write(record)
    spool.close()
    part = ParquetFormat().part(tmp_path / "part")
    assert part.add(tmp_path / "spool") == 1
    part.close()
    assert json.loads(json.dumps(list(ParquetFormat().read(tmp_path / "part")))) == [json.loads(json.dumps(record))]


def older_part(path: Path, record: dict[str, object]) -> None:
    """A part as version 1 of the schema had it."""
    identity = pa.struct(list(SCHEMA.field("identity").type)[:4])
    anchor = pa.list_(pa.struct(list(SCHEMA.field("anchors").type.value_type)[:5]))
    fields = [
        field.with_type({"identity": identity, "anchors": anchor}.get(field.name, field.type))
        for field in SCHEMA
        if field.name != "lines"
    ]
    schema = pa.schema(fields, metadata={**SCHEMA.metadata, b"yanpan.schema": b"1"})
    pq.write_table(pa.Table.from_pylist([{**record, "meta": "{}"}] * 3, schema), path)


def test_parts_of_the_older_schema_are_read_and_kept(tmp_path: Path) -> None:
    record = make_record(Pipeline().annotate("李某。"), scan(), file="卷.pdf", file_sha256="0", number=1)
    older_part(tmp_path / "old", record)
    form = ParquetFormat()
    rows = list(form.read(tmp_path / "old"))
    assert len(rows) == 3
    assert tuple(rows[0]) == RECORD_KEYS
    assert (rows[0]["lines"], rows[0]["identity"]["subject"], rows[0]["identity"]["people"]) == ([], None, [])
    assert rows[0]["identity"]["text_sha256"] == record["identity"]["text_sha256"]
    part = form.part(tmp_path / "new")
    part.keep(tmp_path / "old", [(0, 1), (2, 3)])
    part.close()
    assert list(form.read(tmp_path / "new")) == rows[:2]


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "谈　话　记　录",
                    "考察对象：李　某（Ａ镇镇长）",
                    "時間：２０２４年５月１２日\r",
                    "记录人：\u200b王某某",
                ]
            ),
            st.text("李某他在村里住了一年，。\u200b\ufeff 　\r\x0bＡ１😀", max_size=30),
        ),
        max_size=8,
    )
)
def test_evidence_holds_in_the_normalised_text(lines: list[str]) -> None:
    document = RawDocument("a", "\n".join(lines), "a", None, "text/plain", ())
    check_evidence(make_record(Pipeline().annotate(document.text), document, file="a", file_sha256="0", number=1))
