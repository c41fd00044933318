"""Which tags a finding may cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, NotFoundError
from service.store.models import Assessment, FindingEvidence, Record, RecordVersion, SubjectLink, TagRow


@dataclass(frozen=True, slots=True)
class Cited:
    """A tag that may be cited, and the level of its record."""

    tag: TagRow
    level: int


def citable(session: Session, subject_id: str, tag_id: str, place: str) -> Cited:
    """The tag, when a finding about the subject may rest on it.

    Args:
        session: decides whether the tag is seen.
        subject_id: whom the finding is about.
        tag_id: of the tag.
        place: where in the request it stands, for the error.

    Raises:
        NotFoundError: there is no such tag for them.
        InvalidInputError: nobody accepted it, its record is not linked to the subject or was corrected since, or it speaks
            of somebody else.
    """
    tag = session.get(TagRow, tag_id)
    if tag is None:
        raise NotFoundError("no such evidence", path=tag_id, place=place)
    why = _unfit(session, subject_id, tag)
    if why is not None:
        raise InvalidInputError(why, path=tag_id, place=place, expected="a reviewed tag of a record about the subject")
    record = session.get_one(Record, tag.record_id)
    version = session.get_one(RecordVersion, tag.version_id)
    return Cited(tag, max(record.confidentiality, version.confidentiality))


def _unfit(session: Session, subject_id: str, tag: TagRow) -> str | None:
    if tag.state == "proposed":
        return "the tag is only proposed by the machine; somebody has to review it first"
    if tag.state == "rejected":
        return "the tag was rejected in review"
    if tag.state != "accepted":
        return "another tag took the place of this one"
    record = session.get(Record, tag.record_id)
    if record is None or record.current_version_id != tag.version_id:
        return "the record was corrected since; cite its current version"
    roles = session.scalars(
        select(SubjectLink.role).where(
            SubjectLink.subject_id == subject_id,
            SubjectLink.version_id == tag.version_id,
            SubjectLink.state == "confirmed",
        )
    ).all()
    if not roles:
        return "the record is not linked to the subject by a confirmed link"
    if tag.subject == "other" and "mentioned" not in roles:
        return "the tag speaks of somebody else"
    return None


def require_standing(session: Session, assessment: Assessment, evidence: Sequence[FindingEvidence]) -> None:
    """Go on only while everything cited may be cited still.

    Raises:
        InvalidInputError: a tag was rejected or replaced, or a record corrected, since it was cited.
    """
    for piece in evidence:
        tag = session.get(TagRow, piece.tag_id)
        why = "the evidence is gone" if tag is None else _unfit(session, assessment.subject_id, tag)
        if why is not None:
            raise InvalidInputError(
                f"evidence that the note cites no longer stands: {why}",
                path=piece.tag_id,
                hint="revise the note",
            )
