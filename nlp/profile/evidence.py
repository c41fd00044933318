"""The evidence of many records about one subject, each piece with its place, its date and who says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from nlp.errors import InvalidRecordError
from nlp.near_duplicates import near_duplicates
from nlp.profile.voices import DocumentVoices, Voice
from nlp.schema import Annotation, DocType, Family, Kind, Polarity, Status, Subject, TagSource

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True)
class Record:
    """An annotated record as the archive keeps it.

    Args:
        annotation: of its text.
        date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None where the archive does not know.
        unit: where it comes from.
        author: who wrote it down.
        voice: who speaks, where somebody stated it for the whole record; an office's own finding in it stays one.

    Raises:
        InvalidRecordError: the date has another form.
    """

    annotation: Annotation
    date: str | None = None
    unit: str | None = None
    author: str | None = None
    voice: Voice | None = None

    def __post_init__(self) -> None:
        if self.date is not None and not _DATE.fullmatch(self.date):
            raise InvalidRecordError(
                f"{self.date!r} is no date", path=self.annotation.id, expected="YYYY, YYYY-MM or YYYY-MM-DD"
            )


class Evidence(BaseModel):
    """One piece of evidence; ``record`` and the offsets open it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    label: str
    family: Family
    polarity: Polarity
    status: Status
    subject: Subject
    kind: Kind
    tagged_by: TagSource
    voice: Voice
    speaker: str | None
    date: str | None
    unit: str | None
    doc_type: DocType | None
    origin: str = Field(description="one speaker of a unit, or copies of one text: counts as one source")

    def order(self) -> tuple[str, str, int, int, str, str]:
        """By time, then place; what has no date comes last."""
        return self.date or "9999", self.record, self.start, self.end, self.label, self.polarity


def collect(records: Iterable[Record]) -> list[Evidence]:
    """All evidence of the records, in order of time and place; norms and what is about others are left out.

    Who says something is told once a document; records with nearly the same text are one origin.
    """
    there = sorted(records, key=lambda record: (record.date or "9999", record.annotation.id))
    copies = near_duplicates([record.annotation.text for record in there])
    found = []
    for place, record in enumerate(there):
        annotation = record.annotation
        first = there[copies[place]].annotation.id
        voices = DocumentVoices(annotation)
        for tag in annotation.tags:
            if tag.status == "normative" or tag.subject == "other":
                continue
            said = voices.of(tag)
            if record.voice is not None and said.voice != "finding":
                said = replace(said, voice=record.voice)
            found.append(
                Evidence(
                    record=annotation.id,
                    start=tag.start,
                    end=tag.end,
                    quote=tag.quote,
                    label=tag.label,
                    family=tag.family,
                    polarity=tag.polarity,
                    status=tag.status,
                    subject=tag.subject,
                    kind=tag.kind,
                    tagged_by=tag.source,
                    voice=said.voice,
                    speaker=said.speaker,
                    date=record.date,
                    unit=record.unit,
                    doc_type=annotation.doc_type,
                    origin=_origin(record, first, said.voice, said.speaker),
                )
            )
    return sorted(found, key=Evidence.order)


def independent_sources(evidence: Sequence[Evidence]) -> int:
    """How many independent sources say it: a speaker heard twice, or one text kept twice, is one."""
    return len({item.origin for item in evidence})


def _origin(record: Record, first: str, voice: Voice, speaker: str | None) -> str:
    # A name is the same person only within a unit; a mark like 答 or an unnamed speaker is known in its record alone.
    if speaker and len(speaker) > 1 and record.unit:
        return f"{record.unit}/{speaker}"
    return f"{first}/{voice}/{speaker or ''}"
