"""Records with tags for tests of review, assessment and what follows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from nlp.codebook import Codebook
from nlp.evaluation.clauses import clause_ranges
from nlp.evaluation.gold import GoldDocument
from service.access import Repository
from service.review.shapes import TagWanted
from service.store.models import Record, RecordAnnotation, RecordVersion, Subject, SubjectIdentity, SubjectLink, TagRow
from tests.service.people import People

BOOK = Codebook.load()
# 𠮷 lies outside of the first plane, 😀 too: offsets are code points.
TEXT = "李某𠮷同志从不推诿扯皮，敢于担责。😀\n前任遗留的债务，他三年化解。有时听不进不同意见，汇报材料偏长。"
PRAISE, BLAME, CREDIT = "从不推诿扯皮", "听不进不同意见", "他三年化解"


class World:
    """Makes records with tags in a database."""

    def __init__(self, repository: Repository, people: People) -> None:
        self.repository = repository
        self.people = people

    def record(self, text: str = TEXT, *, unit: str = People.ROOT, level: int = 0, **fields: Any) -> str:
        """The id of a record of one version, annotated: three tags proposed by the machine."""
        record_id = self.people.record(text, unit=unit, level=level)
        document = GoldDocument(id=record_id, text=text, tags=())
        clauses = [{"start": start, "end": end} for start, end in clause_ranges(document)]
        turns = [{"start": 0, "end": 5, "speaker": "答", "role": "interviewee"}]
        with self.repository.system_write("test") as session:
            record = session.get_one(Record, record_id)
            record.doc_type = fields.get("doc_type", "inspection")
            version_id = str(record.current_version_id)
            annotation = RecordAnnotation(
                record_id=record_id,
                version_id=version_id,
                pipeline_version="1",
                codebook_version=BOOK.version,
                document={"clauses": clauses, "turns": turns, "sections": []},
            )
            session.add(annotation)
            session.flush()
            for quote, label, polarity, uncertainty in (
                (PRAISE, "responsibility", "+", 0.2),
                (BLAME, "democracy_unity", "-", 0.9),
                (CREDIT, "execution", "+", None),
            ):
                if quote in text:
                    session.add(
                        self.tag(record_id, version_id, text, quote, label, polarity, uncertainty, annotation.id)
                    )
        return record_id

    @staticmethod
    def tag(
        record_id: str,
        version_id: str,
        text: str,
        quote: str,
        label: str,
        polarity: str,
        uncertainty: float | None,
        annotation_id: str,
    ) -> TagRow:
        start = text.index(quote)
        chosen = BOOK.label(label)
        return TagRow(
            record_id=record_id,
            version_id=version_id,
            annotation_id=annotation_id,
            start=start,
            end=start + len(quote),
            quote=quote,
            label=label,
            family=chosen.family,
            group=chosen.group,
            polarity=polarity,
            status="observed",
            subject="target",
            kind="judgement",
            score=0.8,
            source="classifier",
            cues=[{"start": start, "end": start + 2, "quote": quote[:2], "effect": "polarity=flip"}],
            uncertainty=uncertainty,
        )

    def version(self, record_id: str) -> RecordVersion:
        """The current version."""
        with self.repository.system_read("test") as session:
            record = session.get_one(Record, record_id)
            return session.get_one(RecordVersion, str(record.current_version_id))

    def tags(self, record_id: str, *states: str) -> list[TagRow]:
        """Tags of a record in the order of the text, in these states only."""
        statement = select(TagRow).where(TagRow.record_id == record_id)
        if states:
            statement = statement.where(TagRow.state.in_(states))
        with self.repository.system_read("test") as session:
            return list(session.scalars(statement.order_by(TagRow.start, TagRow.id)))

    def tag_of(self, record_id: str, quote: str) -> TagRow:
        """The tag with a quote that is not replaced."""
        return next(tag for tag in self.tags(record_id) if tag.quote == quote and tag.state != "replaced")

    def accept(self, *tag_ids: str) -> None:
        """As if somebody had accepted them."""
        with self.repository.system_write("test") as session:
            for tag_id in tag_ids:
                session.get_one(TagRow, tag_id).state = "accepted"

    def subject(self, *record_ids: str, name: str = "李某𠮷", unit: str = People.ROOT, level: int = 0) -> str:
        """The id of a person whom the records are about."""
        author = self.people.user("analyst", unit=unit)
        with self.repository.system_write("test") as session:
            subject = Subject(
                code=f"S-{author[-8:]}", unit_id=self.people.unit(unit), confidentiality=level, created_by=author
            )
            session.add(subject)
            session.flush()
            session.add(SubjectIdentity(subject_id=subject.id, name=name))
            for record_id in record_ids:
                version_id = str(session.get_one(Record, record_id).current_version_id)
                session.add(
                    SubjectLink(
                        subject_id=subject.id,
                        record_id=record_id,
                        version_id=version_id,
                        state="confirmed",
                        created_by=author,
                        decided_by=author,
                    )
                )
            return subject.id


def wanted(text: str, quote: str, label: str = "responsibility", polarity: str = "+", **fields: Any) -> TagWanted:
    """A tag on the first place of a quote."""
    start = text.index(quote)
    shape = {"start": start, "end": start + len(quote), "quote": quote, "label": label, "polarity": polarity}
    return TagWanted.model_validate({**shape, **fields})
