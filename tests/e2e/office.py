"""Subjects with records, reviewed evidence and notes, for the pages that observe, assess and decide."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from nlp.evaluation.clauses import clause_ranges
from nlp.evaluation.gold import GoldDocument
from service.store.models import Assessment, Record, RecordAnnotation, RecordVersion, SubjectLink, TagRow
from tests.service.assessment.desk import HONEST, Desk
from tests.service.people import People
from tests.service.review.world import BLAME, BOOK, CREDIT, PRAISE, TEXT, World

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
EVADED, FAIR = "推诿扯皮，督办三次", "处事公道"
LATER = f"群众反映：他遇事{EVADED}才动。另有人说他{FAIR}。"
# Text of a record to its date, title and who speaks.
_KNOWN = {
    TEXT: ("2022-03-05", "年度考核材料", "superior"),
    HONEST: ("2023-06-01", "试点情况", "organisation"),
    LATER: ("2024-01-10", "走访记录", "public"),
}
_TAGS = {
    PRAISE: ("responsibility", "+", "judgement"),
    BLAME: ("democracy_unity", "-", "judgement"),
    CREDIT: ("execution", "+", "fact"),
    EVADED: ("responsibility", "-", "fact"),
    FAIR: ("fairness", "+", "judgement"),
}


class Archive(World):
    """Records whose annotations have all that the pipeline writes, which an observation reads."""

    def record(self, text: str = TEXT, *, unit: str = People.ROOT, level: int = 0, **fields: Any) -> str:
        """The id of a record with a proposed tag on every quote of ``_TAGS`` that it holds."""
        date, title, source_kind = _KNOWN.get(text, ("2024-02", "谈话记录", "peer"))
        title = fields.get("title", title)
        unit_id, author = self.people.unit(unit), self.people.user("archivist", unit=unit)
        placed: dict[str, Any] = {"unit_id": unit_id, "confidentiality": level, "created_by": author}
        known: dict[str, Any] = {"document_date": date, "title": title, "doc_type": "inspection"}
        clauses = clause_ranges(GoldDocument(id="d", text=text, tags=()))
        document = {
            "id": "d", "source": {"path": None, "sha256": None, "media_type": None}, "doc_type": "inspection", "sections": [], "turns": [],
            "clauses": [{"start": start, "end": end} for start, end in clauses],
            "codebook_version": BOOK.version, "pipeline_version": "1",
        }  # fmt: skip
        with self.repository.system_write("test") as session:
            record = Record(versions=1, **placed, **known)
            session.add(record)
            session.flush()
            version = RecordVersion(
                record_id=record.id, number=1, text=text, text_sha256="0" * 64, source_kind=source_kind,
                **placed, **known,
            )  # fmt: skip
            session.add(version)
            session.flush()
            record.current_version_id = version.id
            annotation = RecordAnnotation(
                record_id=record.id, version_id=version.id, pipeline_version="1", codebook_version=BOOK.version,
                document=document,
            )  # fmt: skip
            session.add(annotation)
            session.flush()
            for quote, (label, polarity, kind) in _TAGS.items():
                if quote in text:
                    tag = self.tag(record.id, version.id, text, quote, label, polarity, 0.5, annotation.id)
                    tag.kind = kind
                    session.add(tag)
            return record.id


class Office:
    """A subject with three records, and two people who write and approve notes.

    Attributes:
        desk: praise of 2022 by a superior (with blame that nobody reviewed yet), and circumstances of 2023.
        later_id: blame and praise of 2024 by the public, reviewed.
    """

    def __init__(self, people: People, later_title: str | None = None) -> None:
        self.people = people
        self.world = Archive(people.repository, people)
        self.desk = Desk(people.repository, self.world, people)
        self.subject_id = self.desk.subject_id
        self.later_id = self.world.record(LATER, **({"title": later_title} if later_title else {}))
        self.world.accept(*(tag.id for tag in self.world.tags(self.later_id)))
        with people.repository.system_write("test") as session:
            version_id = str(session.get_one(Record, self.later_id).current_version_id)
            link = SubjectLink(subject_id=self.subject_id, record_id=self.later_id, version_id=version_id)
            link.state = "confirmed"
            session.add(link)

    def tag_id(self, quote: str) -> str:
        """The id of the tag on a quote, in any record."""
        with self.people.repository.system_read("test") as session:
            return session.scalars(select(TagRow.id).where(TagRow.quote == quote)).one()

    def approved(self, *quotes: str, **fields: Any) -> Assessment:
        """A note that the desk's two people wrote and approved."""
        made = self.desk.create(self.desk.note(*(quotes or (PRAISE, CREDIT)), **fields))
        self.desk.act(self.desk.author, "submit", made)
        return self.desk.act(self.desk.approver, "approve", made)


__all__ = ["BLAME", "CREDIT", "EVADED", "FAIR", "LATER", "PRAISE", "SCRIPT", "Office"]
