"""The evidence that a finding about a subject may cite, for a writer to choose from."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.assessment.places import place_of
from service.assessment.shapes import EvidenceOut
from service.store.models import Record, RecordVersion, Subject, SubjectLink, TagRow

MOST = 5000
"""Tags of one subject; more than anybody reads."""


def candidates(session: Session, principal: Principal, subject_id: str) -> list[EvidenceOut]:
    """Accepted tags of the current versions of records that are confirmed to be about the subject.

    What is said of others counts only in records that mention the subject among others, as in
    ``service.assessment.evidence``.

    Args:
        session: decides what is seen.
        principal: who writes.
        subject_id: of a subject they may see.

    Raises:
        NotFoundError: there is no such subject for them.
        InvalidInputError: there are more than ``MOST``.
    """
    principal.require("assessment.write")
    subject = fetch(session, Subject, subject_id)
    rows = session.execute(
        select(TagRow, RecordVersion)
        .join(SubjectLink, SubjectLink.version_id == TagRow.version_id)
        .join(Record, Record.current_version_id == TagRow.version_id)
        .join(RecordVersion, RecordVersion.id == TagRow.version_id)
        .where(
            SubjectLink.subject_id == subject.id,
            SubjectLink.state == "confirmed",
            TagRow.state == "accepted",
            TagRow.status != "normative",
            or_(TagRow.subject != "other", SubjectLink.role == "mentioned"),
        )
        .order_by(RecordVersion.document_date, RecordVersion.id, TagRow.start, TagRow.id)
        .limit(MOST + 1)
    ).all()
    if len(rows) > MOST:
        raise InvalidInputError("too much evidence to choose from", path=subject.id, expected=f"at most {MOST} tags")
    found = {tag.id: _shown(tag, version) for tag, version in rows}
    return list(found.values())


def _shown(tag: TagRow, version: RecordVersion) -> EvidenceOut:
    return EvidenceOut(
        tag_id=tag.id,
        record_id=tag.record_id,
        version_id=tag.version_id,
        place=place_of(version, tag.start),
        title=version.title,
        source=version.source,
        document_date=version.document_date,
        standing=True,
        **{name: getattr(tag, name) for name in ("start", "end", "quote", "label", "polarity", "kind", "speaker")},
    )
