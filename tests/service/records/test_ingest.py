"""Taking documents in."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select

from nlp.errors import AccessDeniedError, InvalidInputError, NotFoundError, ReadingError
from nlp.pipeline import Pipeline
from service.access import Principal, Repository
from service.records.batch_ingest import BatchIngest
from service.records.details import Details, Placement, checked_date, completed, date_in_header
from service.records.duplicates import same_text
from service.records.ingest import ingest
from service.records.preparing import Prepared, prepare, typed_document
from service.records.uploads import Uploaded, read_upload
from service.store.models import AuditEntry, OriginalFile, OutboxEntry, Record, RecordAnnotation, RecordVersion, TagRow
from tests.service.people import People
from tests.service.records.conftest import Take

TALK = "谈话记录\n时间：2023年5月9日上午\n谈话对象：李某（副局长）\n问：他怎么样？\n答：他从不推诿扯皮，就是有时怕得罪人。𠮷😀"


def test_a_record_is_whole(repository: Repository, take: Take) -> None:
    made = take(TALK, author="某甲", source="考察组")
    with repository.system_read("test") as session:
        record = session.get_one(Record, made.record.id)
        version = session.get_one(RecordVersion, str(record.current_version_id))
        tags = session.scalars(select(TagRow).order_by(TagRow.start)).all()
        document = session.scalars(select(RecordAnnotation.document)).one()
        assert (record.versions, record.doc_type, record.document_date) == (1, "talk_note", "2023-05-09")
        assert (version.number, version.author, version.source) == (1, "某甲", "考察组")
        assert made.tags == len(tags) >= 2
        for tag in tags:
            assert version.text[tag.start : tag.end] == tag.quote
            assert (tag.state, tag.origin, tag.speaker, tag.speaker_role) == (
                "proposed",
                "machine",
                "答",
                "interviewee",
            )
            assert tag.uncertainty is not None
            assert 0 <= tag.uncertainty <= 1
        assert document["id"] == version.id
        assert "text" not in document
        entry = session.scalars(select(OutboxEntry)).one()
        assert (entry.topic, entry.object_id, entry.payload["change"]) == ("record", record.id, "created")
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "record.create")).one()
        assert "某" not in told.details


def test_nothing_is_left_of_a_document_that_does_not_fit(
    repository: Repository, people: People, archivist: Principal, lexicon: Pipeline
) -> None:
    prepared = prepare(lexicon, typed_document("该同志从不推诿扯皮。", "d"))
    low = people.principal("archivist", unit="某省/A县", clearance=1)
    for who, unit, level, error in (
        (low, "某省/A县", 2, AccessDeniedError),
        (low, "某省/B县", 0, NotFoundError),
        (people.principal("analyst"), "某省/A县", 0, AccessDeniedError),
    ):
        place = Placement(unit_id=people.unit(unit), confidentiality=level)
        with pytest.raises(error), repository.write(who) as session:
            ingest(session, who, prepared, place)
    empty = prepare(lexicon, typed_document(" \n\u3000", "空"))
    with pytest.raises(InvalidInputError, match="no text"), repository.write(archivist) as session:
        ingest(session, archivist, empty, Placement(unit_id=people.unit()))
    with repository.system_read("test") as session:
        for model in (Record, RecordVersion, TagRow, OutboxEntry):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_the_same_text_is_reported_to_those_who_may_see_it(repository: Repository, people: People, take: Take) -> None:
    first = take("该同志从不推诿扯皮。", unit="某省/A县", level=2)
    again = take("该同志从不推诿扯皮。", unit="某省/A县")
    assert (again.same_text, again.version.duplicate_of_id) == (first.record.id, first.version.id)
    low = people.principal("archivist", unit="某省/A县", clearance=0)
    with repository.read(low) as session:
        assert same_text(session, again.version) == []


def test_norms_are_no_rows(repository: Repository, take: Take) -> None:
    take("下一步要坚持依法行政，领导干部必须秉公用权。")
    with repository.system_read("test") as session:
        assert session.scalars(select(TagRow).where(TagRow.status == "normative")).all() == []


def test_an_upload_keeps_the_file_of_its_only_document() -> None:
    data = "该同志处事公道。".encode("gb18030")
    (item,) = read_upload(data, "李某.txt")
    assert isinstance(item, Uploaded)
    assert (item.original.content, item.original.name) == (data, "李某.txt")


def test_of_several_documents_each_keeps_its_own_part() -> None:
    lines = [{"id": "甲", "text": "处事公道。", "author": "某甲"}, {"id": "乙", "text": "\ud83d怕得罪人。"}]
    data = "\n".join([json.dumps(lines[0], ensure_ascii=False), "{坏", json.dumps(lines[1])]).encode()
    first, error, second = read_upload(data, "一批.jsonl")
    assert isinstance(first, Uploaded)
    assert isinstance(second, Uploaded)
    assert json.loads(first.original.content) == lines[0]
    assert b"\\u6015" not in first.original.content
    assert isinstance(error, ReadingError)
    assert error.place == "line 2"
    assert first.original.media_type == "application/json"


@dataclass(frozen=True)
class _File:
    content: bytes
    unit_id: str
    name: str = "一包.zip"
    confidentiality: int = 1
    options: dict[str, Any] = field(default_factory=lambda: {"source": "某考察组", "other": 1})


@dataclass(frozen=True)
class _Engine:
    pipeline: Pipeline


def test_a_file_of_a_batch(repository: Repository, people: People, archivist: Principal, lexicon: Pipeline) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("甲.txt", "该同志处事公道。".encode())
        bundle.writestr("坏.docx", b"PK\x03\x04broken")
        bundle.writestr("乙.txt", "该同志怕得罪人。".encode())
    file = _File(packed.getvalue(), people.unit())
    way = BatchIngest()
    prepared = way.prepare(_Engine(lexicon), file)  # type: ignore[arg-type]
    assert len(prepared.documents) == 2
    for duplicate in (False, True):
        with repository.write(archivist) as session:
            made = way.store(session, archivist, file, prepared)
        assert (len(made.record_ids), len(made.errors), made.duplicate) == (2, 1, duplicate)
    with repository.read(archivist) as session:
        records = session.scalars(select(Record)).all()
        assert {record.source for record in records} == {"某考察组"}
        assert {record.confidentiality for record in records} == {1}
        assert session.scalar(select(func.count(OriginalFile.id))) == 4
    with pytest.raises(ReadingError):
        way.prepare(_Engine(lexicon), _File(b"%PDF-1.7 broken", people.unit()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("谈话时间：2021年3月5日下午", "2021-03-05"),
        ("日期：2021-03", "2021-03"),
        ("时间：2021年", "2021"),
        ("时间：2021年2月30日", None),
        ("地点：2021年会议室", None),
        ("时间：上午", None),
    ],
)
def test_the_date_of_a_header(header: str, date: str | None) -> None:
    assert date_in_header(f"谈话记录\n{header}\n答：还行。") == date


def test_what_a_person_says_wins_over_the_file() -> None:
    (item,) = read_upload('{"id":"甲","text":"处事公道。","author":"某甲","date":"2020年1月"}'.encode(), "a.jsonl")
    assert isinstance(item, Uploaded)
    known = completed(Details(author="某乙"), item.document, item.document.text)
    assert (known.author, known.document_date, known.title) == ("某乙", "2020-01", "a 甲")
    with pytest.raises(InvalidInputError):
        checked_date("2023-02-29")


def test_how_unsure_the_annotator_is(lexicon: Pipeline) -> None:
    made: Prepared = prepare(lexicon, typed_document("该同志从不推诿扯皮，工作扎实。", "d"))
    assert made.finder == "lexicon"
    assert made.uncertainty == tuple(round(1 - abs(2 * tag.score - 1), 6) for tag in made.annotation.tags)
