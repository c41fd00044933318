"""Writing notes: a first version, and every later one beside those before it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import ConflictError, InvalidInputError
from nlp.retrieval.access import Access
from service.access import Principal
from service.access.repository import fetch
from service.assessment.cases import Lookup, attached
from service.assessment.circumstances import checked
from service.assessment.evidence import citable
from service.assessment.shapes import FindingIn, NoteIn
from service.audit.log import record
from service.review.labels import require_label
from service.store.etags import require_match
from service.store.models import Assessment, AssessmentVersion, Finding, FindingEvidence, Subject


@dataclass(frozen=True, slots=True)
class Sources:
    """What the content of a note is checked against beside the database.

    Attributes:
        book: labels that findings name.
        cases: the case index.
        access: which of its cases the writer may see (``Repository.search_access``).
    """

    book: Codebook
    cases: Lookup
    access: Access


def create(
    session: Session,
    principal: Principal,
    sources: Sources,
    subject_id: str,
    occasion: str,
    note: NoteIn,
    *,
    level: int | None = None,
) -> Assessment:
    """Begin a note about a subject.

    Args:
        session: for writing.
        principal: who writes it.
        sources: what its content is checked against.
        subject_id: whom it is about; the note belongs to the subject's unit.
        occasion: on what occasion.
        note: its content.
        level: at least that of the subject and of every record it cites; exactly that by default.

    Raises:
        NotFoundError: there is no such subject, evidence or case for them.
        InvalidInputError: a finding without evidence that was reviewed, or a level below what is cited.
    """
    principal.require("assessment.write")
    subject = fetch(session, Subject, subject_id)
    made = Assessment(
        subject_id=subject.id,
        unit_id=subject.unit_id,
        confidentiality=subject.confidentiality if level is None else level,
        occasion=occasion,
        author_id=principal.id,
    )
    session.add(made)
    session.flush()
    needed = max(subject.confidentiality, _add_version(session, principal, sources, made, note))
    if level is not None and level < needed:
        raise InvalidInputError(
            "the note would lie below what it cites", place="confidentiality", expected=f"at least {needed}"
        )
    made.confidentiality = max(made.confidentiality, needed)
    session.flush()
    record(session, "assessment.create", "assessment", made.id, subject=subject.id, findings=len(note.findings))
    return made


def revise(
    session: Session,
    principal: Principal,
    sources: Sources,
    assessment_id: str,
    note: NoteIn,
    *,
    if_match: str | None,
) -> Assessment:
    """Write a new version of a draft or of a returned note, which is a draft again then.

    Its level rises to that of what it cites.

    Raises:
        NotFoundError: there is no such note, evidence or case for them.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is submitted or approved.
        InvalidInputError: a finding without evidence that was reviewed.
    """
    principal.require("assessment.write")
    assessment = fetch(session, Assessment, assessment_id)
    require_match(assessment, if_match)
    if assessment.state not in ("draft", "returned"):
        raise ConflictError(f"a note that is {assessment.state} is not changed", path=assessment.id)
    needed = _add_version(session, principal, sources, assessment, note)
    assessment.confidentiality = max(assessment.confidentiality, needed)
    assessment.state = "draft"
    assessment.submitted_by = assessment.submitted_at = None
    session.flush()
    record(session, "assessment.revise", "assessment", assessment.id, number=assessment.versions)
    return assessment


def _add_version(session: Session, principal: Principal, sources: Sources, assessment: Assessment, note: NoteIn) -> int:
    """Add a version; returns the highest level of what it cites."""
    level = 0
    circumstances = []
    for number, given in enumerate(note.circumstances):
        kept, cited_level = checked(session, assessment.subject_id, given, f"circumstances[{number}]")
        circumstances.append(kept)
        level = max(level, cited_level)
    version = AssessmentVersion(
        assessment_id=assessment.id,
        number=assessment.versions + 1,
        summary=note.summary,
        circumstances=circumstances,
        author_id=principal.id,
    )
    session.add(version)
    session.flush()
    for ordinal, finding in enumerate(note.findings, 1):
        level = max(level, _add_finding(session, sources.book, version, assessment, ordinal, finding))
    ids = [case.hit.id for case in note.cases]
    if len(set(ids)) != len(ids):
        raise InvalidInputError("a case is attached twice", place="cases")
    for number, given_case in enumerate(note.cases):
        row = attached(given_case, sources.cases, sources.access, f"cases[{number}]")
        row.assessment_id, row.assessment_version_id = assessment.id, version.id
        session.add(row)
    assessment.current_version_id, assessment.versions = version.id, version.number
    session.flush()
    return level


def _add_finding(
    session: Session, book: Codebook, version: AssessmentVersion, assessment: Assessment, ordinal: int, given: FindingIn
) -> int:
    place = f"findings[{ordinal - 1}]"
    if not given.evidence:
        raise InvalidInputError(
            "a finding without evidence",
            place=place,
            expected="at least one reviewed tag of a record about the subject",
        )
    if len(set(given.evidence)) != len(given.evidence):
        raise InvalidInputError("the same evidence twice", place=f"{place}.evidence")
    if given.label is not None:
        require_label(book, given.label)
    cited = [
        citable(session, assessment.subject_id, tag_id, f"{place}.evidence[{number}]")
        for number, tag_id in enumerate(given.evidence)
    ]
    finding = Finding(
        assessment_id=assessment.id,
        assessment_version_id=version.id,
        ordinal=ordinal,
        statement=given.statement,
        label=given.label,
        polarity=given.polarity,
    )
    session.add(finding)
    session.flush()
    for one in cited:
        session.add(
            FindingEvidence(
                finding_id=finding.id,
                assessment_id=assessment.id,
                tag_id=one.tag.id,
                record_id=one.tag.record_id,
                version_id=one.tag.version_id,
                start=one.tag.start,
                end=one.tag.end,
                quote=one.tag.quote,
            )
        )
    session.flush()
    return max(one.level for one in cited)
