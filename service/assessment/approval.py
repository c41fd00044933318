"""draft → submitted → approved or returned, by two different people."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError
from service.access import Principal, Repository
from service.access.repository import fetch
from service.assessment.evidence import require_standing
from service.audit.log import record
from service.store.etags import require_match
from service.store.models import Assessment, AssessmentReturn, AssessmentVersion, Finding, FindingEvidence
from service.store.types import utc_now


def submit(session: Session, principal: Principal, assessment_id: str, *, if_match: str | None) -> Assessment:
    """Hand a draft in for approval.

    Raises:
        NotFoundError: there is no such note for them.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is no draft.
        InvalidInputError: it has no finding, or cites evidence that no longer stands.
    """
    principal.require("assessment.write")
    assessment = _in_state(session, assessment_id, "draft", if_match)
    findings = select(func.count(Finding.id)).where(Finding.assessment_version_id == assessment.current_version_id)
    if not session.scalar(findings):
        raise InvalidInputError("a note without a finding", path=assessment.id, place="findings")
    require_standing(session, assessment, _evidence(session, assessment))
    assessment.state = "submitted"
    assessment.submitted_by, assessment.submitted_at = principal.id, utc_now()
    session.flush()
    record(session, "assessment.submit", "assessment", assessment.id, number=assessment.versions)
    return assessment


def approve(
    session: Session, repository: Repository, principal: Principal, assessment_id: str, *, if_match: str | None
) -> Assessment:
    """Approve a note that somebody else wrote and handed in.

    Args:
        session: for writing.
        repository: to find out whether the approver sees everything that the note rests on.
        principal: who approves.
        assessment_id: the note.
        if_match: its entity tag as it was read.

    Raises:
        NotFoundError: there is no such note for them.
        AccessDeniedError: they wrote in it or handed it in, or may not see all of its evidence.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is not submitted.
        InvalidInputError: it cites evidence that no longer stands.
    """
    assessment = _judged(session, principal, assessment_id, if_match)
    seen = _evidence(session, assessment)
    with repository.system_read("assessment") as reading:
        there = len(_evidence(reading, assessment))
    if len(seen) < there:
        raise AccessDeniedError("the note rests on records that you may not see", path=assessment.id)
    require_standing(session, assessment, seen)
    assessment.state = "approved"
    assessment.decided_by, assessment.decided_at = principal.id, utc_now()
    session.flush()
    record(session, "assessment.approve", "assessment", assessment.id, number=assessment.versions)
    return assessment


def give_back(
    session: Session, principal: Principal, assessment_id: str, reason: str, *, if_match: str | None
) -> Assessment:
    """Return a note to its author, with the reason.

    Raises:
        NotFoundError: there is no such note for them.
        AccessDeniedError: they wrote in it or handed it in.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is not submitted.
        InvalidInputError: no reason is given.
    """
    assessment = _judged(session, principal, assessment_id, if_match)
    if not reason.strip():
        raise InvalidInputError("a note is returned with a reason", place="reason")
    session.add(
        AssessmentReturn(
            assessment_id=assessment.id, number=assessment.versions, reason=reason, returned_by=principal.id
        )
    )
    assessment.state = "returned"
    assessment.decided_by, assessment.decided_at, assessment.return_reason = principal.id, utc_now(), reason
    session.flush()
    record(session, "assessment.return", "assessment", assessment.id, number=assessment.versions)
    return assessment


def _judged(session: Session, principal: Principal, assessment_id: str, if_match: str | None) -> Assessment:
    principal.require("assessment.approve")
    assessment = _in_state(session, assessment_id, "submitted", if_match)
    if took_part(session, assessment, principal.id):
        raise AccessDeniedError("a note is approved or returned by somebody who had no part in it")
    return assessment


def took_part(session: Session, assessment: Assessment, user_id: str) -> bool:
    """Whether somebody began the note, wrote a version of it, or handed it in."""
    authors = session.scalars(
        select(AssessmentVersion.author_id).where(AssessmentVersion.assessment_id == assessment.id)
    ).all()
    return user_id in {assessment.author_id, assessment.submitted_by, *authors}


def _in_state(session: Session, assessment_id: str, state: str, if_match: str | None) -> Assessment:
    assessment = fetch(session, Assessment, assessment_id)
    require_match(assessment, if_match)
    if assessment.state != state:
        raise ConflictError(f"the note is {assessment.state}", path=assessment.id, expected=state)
    return assessment


def _evidence(session: Session, assessment: Assessment) -> list[FindingEvidence]:
    return list(
        session.scalars(
            select(FindingEvidence)
            .join(Finding, Finding.id == FindingEvidence.finding_id)
            .where(Finding.assessment_version_id == assessment.current_version_id)
        )
    )
