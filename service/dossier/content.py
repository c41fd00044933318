"""What stands in a dossier, as the reader may see it, before any page is laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from service.access import Principal, Repository
from service.access.repository import fetch
from service.access.roles import LEVELS
from service.assessment.places import place_of
from service.assessment.shapes import Difference, VersionOut
from service.assessment.versions import differences
from service.assessment.views import version_out
from service.assessment.withheld import amount
from service.audit.log import record
from service.audit.verify import head_of
from service.store.models import (
    Assessment,
    AssessmentVersion,
    Decision,
    Record,
    RecordVersion,
    Subject,
    SubjectLink,
    TagRow,
    Unit,
    User,
)
from service.store.types import utc_now


@dataclass(frozen=True)
class CounterEvidence:
    """A reviewed tag that speaks against a finding: the same label with the other sign."""

    quote: str
    label: str
    polarity: str
    title: str | None
    document_date: str | None
    place: str | None
    record_id: str
    tag_id: str


@dataclass(frozen=True)
class VersionLine:
    """One version in the history, and what changed with it."""

    number: int
    author: str
    created_at: datetime
    changes: tuple[Difference, ...]


@dataclass(frozen=True)
class Dossier:
    """A note with all that belongs to it.

    Attributes:
        counter: of each finding, in their order.
        people: user ids to names.
        withheld: whether something the note rests on lies beyond the reader's reach.
        head: sequence number and hash of the audit log's end when the dossier was made.
    """

    assessment: Assessment
    subject_code: str
    unit: str | None
    level: str
    current: VersionOut
    counter: tuple[tuple[CounterEvidence, ...], ...]
    decisions: tuple[Decision, ...]
    history: tuple[VersionLine, ...]
    people: dict[str, str]
    labels: dict[str, str]
    withheld: bool
    made_at: datetime
    made_by: str
    head: tuple[int, str]


def dossier_of(
    session: Session, repository: Repository, principal: Principal, book: Codebook, assessment_id: str
) -> Dossier:
    """The dossier of a note. Names of subjects stay apart: the dossier knows the pseudonym.

    Args:
        session: decides what the reader sees.
        repository: for the names of those who worked on the note, and the head of the audit log.
        principal: the reader.
        book: names of labels.
        assessment_id: the note.

    Raises:
        NotFoundError: there is no such note for them.
    """
    principal.require("export.create")
    assessment = fetch(session, Assessment, assessment_id)
    versions = session.scalars(
        select(AssessmentVersion)
        .where(AssessmentVersion.assessment_id == assessment.id)
        .order_by(AssessmentVersion.number)
    ).all()
    shown = [version_out(session, version) for version in versions]
    current = shown[-1]
    decisions = session.scalars(
        select(Decision).where(Decision.assessment_id == assessment.id).order_by(Decision.decided_on, Decision.id)
    ).all()
    record(session, "assessment.dossier", "assessment", assessment.id, number=assessment.versions)
    subject = session.get(Subject, assessment.subject_id)
    unit = session.get(Unit, assessment.unit_id)
    ids = {
        *(one.author_id for one in versions),
        *(one for one in (assessment.submitted_by, assessment.decided_by, principal.id) if one is not None),
        *(one.closed_by for one in decisions if one.closed_by is not None),
    }
    with repository.system_read("dossier") as reading:
        head = head_of(reading)
        people = {user.id: user.display_name for user in reading.scalars(select(User).where(User.id.in_(ids)))}
        whole = version_out(reading, versions[-1])
    return Dossier(
        assessment=assessment,
        subject_code=assessment.subject_id if subject is None else subject.code,
        unit=None if unit is None else unit.name,
        level=LEVELS[assessment.confidentiality],
        current=current,
        counter=tuple(counter_evidence(session, assessment.subject_id, current)),
        decisions=tuple(decisions),
        history=tuple(_history(shown, people)),
        people=people,
        labels={label.id: label.zh for label in book.labels},
        withheld=amount(whole) > amount(current),
        made_at=utc_now(),
        made_by=people.get(principal.id, principal.id),
        head=(head.seq, head.hash),
    )


def _history(shown: Sequence[VersionOut], people: dict[str, str]) -> list[VersionLine]:
    found = []
    for place, version in enumerate(shown):
        changes = differences(shown[place - 1], version) if place else []
        author = people.get(version.author_id, version.author_id)
        found.append(VersionLine(version.number, author, version.created_at, tuple(changes)))
    return found


def counter_evidence(session: Session, subject_id: str, version: VersionOut) -> list[tuple[CounterEvidence, ...]]:
    """Accepted tags of the subject's records that carry a finding's labels with the other sign."""
    rows = session.execute(
        select(TagRow, RecordVersion, SubjectLink.role)
        .join(SubjectLink, SubjectLink.version_id == TagRow.version_id)
        .join(Record, Record.current_version_id == TagRow.version_id)
        .join(RecordVersion, RecordVersion.id == TagRow.version_id)
        .where(SubjectLink.subject_id == subject_id, SubjectLink.state == "confirmed", TagRow.state == "accepted")
        .order_by(RecordVersion.document_date, RecordVersion.id, TagRow.start)
    ).all()
    found = []
    for finding in version.findings:
        said = {(piece.label, piece.polarity) for piece in finding.evidence}
        if finding.label is not None and finding.polarity is not None:
            said.add((finding.label, finding.polarity))
        against = {
            tag.id: _counter_of(tag, document)
            for tag, document, role in rows
            if (tag.label, "-" if tag.polarity == "+" else "+") in said
            and (tag.label, tag.polarity) not in said
            and (tag.subject != "other" or role == "mentioned")
        }
        found.append(tuple(against.values()))
    return found


def _counter_of(tag: TagRow, document: RecordVersion) -> CounterEvidence:
    return CounterEvidence(
        quote=tag.quote,
        label=tag.label,
        polarity=tag.polarity,
        title=document.title,
        document_date=document.document_date,
        place=place_of(document, tag.start),
        record_id=document.record_id,
        tag_id=tag.id,
    )
