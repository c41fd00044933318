"""The entries of ``corpora/demo``, as its files hold them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nlp.schema import DocType, Kind, Polarity, Status, Subject
from service.decisions.measures import Measure
from service.records.details import SourceKind
from service.subjects.linking import LinkRole
from service.subjects.registering import SubjectKind


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitItem(_Item):
    """A unit; the one without a parent is the root, which is there already and gets its name."""

    key: str
    name: str
    code: str | None = None
    parent: str | None = None


class UserItem(_Item):
    """A user."""

    login: str
    name: str
    unit: str
    roles: list[str]
    clearance: int


class SubjectItem(_Item):
    """A person or team, with the name behind the code."""

    key: str
    code: str
    kind: SubjectKind
    unit: str
    confidentiality: int
    name: str
    position: str | None = None
    aliases: list[str] = []


class AboutItem(_Item):
    """Whom a record is about: the words that show it, or a reason."""

    subject: str
    role: LinkRole
    relation: SourceKind
    quote: str | None = None
    reason: str | None = None


class RecordItem(_Item):
    """A record; ``upload`` makes a file of it, which gives it places to point at."""

    key: str
    title: str
    unit: str
    confidentiality: int
    doc_type: DocType | None = None
    document_date: str
    source: str
    source_kind: SourceKind
    author: str | None = None
    upload: Literal["docx"] | None = None
    about: list[AboutItem]
    text: str


class WantedTag(_Item):
    """A tag as a reviewer wants it, by its words. Without a kind the machine's stands."""

    quote: str
    label: str
    polarity: Polarity
    status: Status = "observed"
    subject: Subject = "target"
    kind: Kind | None = None


class ReviewItem(_Item):
    """One person's review of a record; what is proposed within the words of ``reject`` is rejected."""

    record: str
    reviewer: str
    tags: list[WantedTag]
    reject: list[str] = []


class RulingItem(_Item):
    """How a difference is settled."""

    quote: str
    label: str | None = None
    keep: bool
    reason: str


class RoundItem(_Item):
    """A blind round, and how far it is."""

    record: str
    reviewers: list[str] = Field(min_length=2, max_length=2)
    adjudicator: str
    state: Literal["open", "adjudicating", "closed"]
    tags: list[WantedTag]
    only: dict[str, list[WantedTag]]
    rulings: list[RulingItem]


class Reviewing(_Item):
    """All reviews."""

    reviews: list[ReviewItem]
    rounds: list[RoundItem]


class CorrectionItem(_Item):
    """Words of a record that were wrong."""

    record: str
    by: str
    reason: str
    replace: str
    with_: str = Field(alias="with")


class BatchItem(_Item):
    """The batch; its files lie in ``batch/``."""

    by: str
    name: str
    unit: str
    confidentiality: int
    source: str


class SearchItem(_Item):
    """A search that is kept and alerts; ``comment`` is what its hits are attached with."""

    by: str
    name: str
    text: str
    k: int
    comment: str


class EvidenceItem(_Item):
    """An accepted tag, by its words."""

    record: str
    quote: str


class FindingItem(_Item):
    """A finding of a note."""

    statement: str
    label: str
    polarity: Polarity
    evidence: list[EvidenceItem]


class CircumstancesItem(_Item):
    """The record whose words on the three distinctions a note takes in."""

    record: str
    comment: str


class JudgedItem(_Item):
    """Who approves a note, or returns it with a reason."""

    by: str
    approve: bool
    reason: str | None = None


class ClosingItem(_Item):
    """What became of a decision."""

    outcome: str
    names: list[str]


class DecisionItem(_Item):
    """What was decided after an approved note."""

    measure: Measure
    by: str
    decided_by: str
    decided_on: date
    follow_up_on: date
    note: str
    close: ClosingItem | None = None


class AssessmentItem(_Item):
    """A note, as far as it goes."""

    key: str
    subject: str
    by: str
    occasion: str
    confidentiality: int
    summary: str
    findings: list[FindingItem]
    circumstances: CircumstancesItem | None = None
    cases: int = Field(ge=0, description="how many hits of the saved search are attached")
    submit: bool
    judged: JudgedItem | None = None
    decisions: list[DecisionItem] = []


class Workflow(_Item):
    """What people do with the records."""

    corrections: list[CorrectionItem]
    batch: BatchItem
    search: SearchItem
    assessments: list[AssessmentItem]


class Cast(_Item):
    """Who and where."""

    units: list[UnitItem]
    users: list[UserItem]
    subjects: list[SubjectItem]
