"""Notes as somebody sees them: what rests on records beyond their reach is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import NotFoundError
from service.assessment.places import place_of
from service.assessment.shapes import (
    AssessmentOut,
    CaseOut,
    CircumstanceOut,
    EvidenceOut,
    FindingOut,
    NoteOut,
    ReturnOut,
    VersionOut,
)
from service.store.models import (
    Assessment,
    AssessmentCase,
    AssessmentReturn,
    AssessmentVersion,
    Finding,
    FindingEvidence,
    Record,
    RecordVersion,
    TagRow,
)

Row = TypeVar("Row", TagRow, RecordVersion, Record)


def assessment_out(assessment: Assessment) -> AssessmentOut:
    """A note without its content."""
    return AssessmentOut(**{name: getattr(assessment, name) for name in AssessmentOut.model_fields})


def note_out(session: Session, assessment: Assessment) -> NoteOut:
    """A note with its current version."""
    current = None
    if assessment.current_version_id is not None:
        current = version_out(session, session.get_one(AssessmentVersion, assessment.current_version_id))
    return NoteOut(**assessment_out(assessment).model_dump(), returns=returns_of(session, assessment), current=current)


def returns_of(session: Session, assessment: Assessment) -> list[ReturnOut]:
    """Every return of a note, the earliest first."""
    rows = session.scalars(
        select(AssessmentReturn)
        .where(AssessmentReturn.assessment_id == assessment.id)
        .order_by(AssessmentReturn.number)
    )
    return [
        ReturnOut(number=one.number, reason=one.reason, returned_by=one.returned_by, returned_at=one.created_at)
        for one in rows
    ]


def version_numbered(session: Session, assessment: Assessment, number: int) -> AssessmentVersion:
    """One version of a note.

    Raises:
        NotFoundError: there is none of that number.
    """
    found = session.scalars(
        select(AssessmentVersion).where(
            AssessmentVersion.assessment_id == assessment.id, AssessmentVersion.number == number
        )
    ).first()
    if found is None:
        raise NotFoundError("no such version", path=assessment.id, place=f"version {number}")
    return found


def version_out(session: Session, version: AssessmentVersion) -> VersionOut:
    """A version with its findings, cases and circumstances."""
    findings = session.scalars(
        select(Finding).where(Finding.assessment_version_id == version.id).order_by(Finding.ordinal)
    ).all()
    evidence = _evidence(session, findings)
    cases = session.scalars(
        select(AssessmentCase).where(AssessmentCase.assessment_version_id == version.id).order_by(AssessmentCase.id)
    )
    return VersionOut(
        id=version.id,
        number=version.number,
        author_id=version.author_id,
        created_at=version.created_at,
        summary=version.summary,
        findings=[
            FindingOut(
                id=finding.id,
                ordinal=finding.ordinal,
                statement=finding.statement,
                label=finding.label,
                polarity=finding.polarity,
                evidence=evidence[finding.id],
            )
            for finding in findings
        ],
        cases=[
            CaseOut(case_id=case.case_id, unit=case.case_unit, reasons=case.reasons, comment=case.comment)
            for case in cases
        ],
        circumstances=_circumstances(session, version),
    )


def _circumstances(session: Session, version: AssessmentVersion) -> list[CircumstanceOut]:
    ids = {item["version_id"] for item in version.circumstances}
    seen = set(session.scalars(select(RecordVersion.id).where(RecordVersion.id.in_(ids)))) if ids else set[str]()
    return [CircumstanceOut(**item) for item in version.circumstances if item["version_id"] in seen]


def _evidence(session: Session, findings: Sequence[Finding]) -> dict[str, list[EvidenceOut]]:
    pieces = session.scalars(
        select(FindingEvidence)
        .where(FindingEvidence.finding_id.in_([finding.id for finding in findings]))
        .order_by(FindingEvidence.id)
    ).all()
    tags = {tag.id: tag for tag in _by_ids(session, TagRow, {piece.tag_id for piece in pieces})}
    versions = {one.id: one for one in _by_ids(session, RecordVersion, {piece.version_id for piece in pieces})}
    records = {one.id: one for one in _by_ids(session, Record, {piece.record_id for piece in pieces})}
    found: dict[str, list[EvidenceOut]] = defaultdict(list)
    for piece in pieces:
        tag, version = tags[piece.tag_id], versions[piece.version_id]
        current = records[piece.record_id].current_version_id == version.id
        found[piece.finding_id].append(
            EvidenceOut(
                tag_id=tag.id,
                record_id=piece.record_id,
                version_id=version.id,
                start=piece.start,
                end=piece.end,
                quote=piece.quote,
                label=tag.label,
                polarity=tag.polarity,
                kind=tag.kind,
                speaker=tag.speaker,
                title=version.title,
                source=version.source,
                document_date=version.document_date,
                place=place_of(version, piece.start),
                standing=tag.state == "accepted" and current,
            )
        )
    return found


def _by_ids(session: Session, model: type[Row], ids: set[str]) -> Sequence[Row]:
    return session.scalars(select(model).where(model.id.in_(ids))).all()
