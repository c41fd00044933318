"""Annotating a version anew, after pipeline, codebook or trained model changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import ConflictError
from nlp.schema import DocType
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.carrying import DECIDED
from service.records.preparing import Prepared, prepare, typed_document
from service.records.rows import add_annotation, current_annotation, tag_key, tags_of, tell
from service.store.etags import require_match
from service.store.models import Record, RecordVersion, ReviewRound
from service.store.types import utc_now

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Reannotated:
    """A record that was annotated anew.

    Attributes:
        record, version: its rows.
        proposed: tags that are proposed now.
        kept: tags that people decided about, which stay as they are.
    """

    record: Record
    version: RecordVersion
    proposed: int
    kept: int


def prepare_again(pipeline: Pipeline, version: RecordVersion) -> Prepared:
    """Annotate the text of a version, outside of any transaction."""
    return prepare(pipeline, typed_document(version.text, version.id), cast("DocType | None", version.doc_type))


def reannotate(
    session: Session, principal: Principal, record_id: str, prepared: Prepared, *, if_match: str | None = "*"
) -> Reannotated:
    """Give the current version of a record a new annotation.

    What people decided stays: accepted, rejected and replaced tags and their own. Only what nobody looked at is replaced.

    Args:
        session: for writing.
        principal: who asks for it.
        record_id: of a record they may see.
        prepared: of :func:`prepare_again` for its current version.
        if_match: the entity tag the record had when it was read.

    Raises:
        NotFoundError: there is no such record for them.
        VersionConflictError: somebody else changed the record in the meantime.
        ConflictError: the record was corrected meanwhile, or is under blind review.
    """
    principal.require("record.write")
    row = fetch(session, Record, record_id)
    require_match(row, if_match)
    version = fetch(session, RecordVersion, str(row.current_version_id))
    if version.text != prepared.text:
        raise ConflictError("the record was corrected while it was annotated", path=row.id, hint="annotate it again")
    blind = select(ReviewRound.id).where(
        ReviewRound.version_id == version.id,
        ReviewRound.blind.is_(True),
        ReviewRound.state.in_(("open", "adjudicating")),
    )
    if session.scalars(blind.limit(1)).first() is not None:
        raise ConflictError("a blind round is open on this record", path=row.id, hint="wait until it is closed")
    before = current_annotation(session, version.id)
    if before is not None:
        before.current = False
    for tag in tags_of(session, version.id, ("proposed",)):
        tag.state = "outdated"
    kept = [tag_key(tag) for tag in tags_of(session, version.id, DECIDED)]
    session.flush()
    proposed = add_annotation(session, version, prepared.annotation, prepared.uncertainty, prepared.finder, kept)
    row.updated_at = utc_now()
    session.flush()
    tell(session, row, "reannotated")
    audit(session, "record.reannotate", "record", row.id, version=version.id, proposed=proposed, kept=len(kept))
    return Reannotated(row, version, proposed, len(kept))
