"""Taking a document in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from service.access import Principal
from service.audit.log import record as audit
from service.records.details import Details, Placement, completed
from service.records.preparing import Prepared, text_sha256
from service.records.rows import add_annotation, tell
from service.records.uploads import Original
from service.store.models import OriginalFile, Record, RecordVersion


@dataclass(frozen=True, slots=True)
class Ingested:
    """A document that was taken in.

    Attributes:
        record, version: its rows.
        tags: how many tags were proposed.
        same_text: the first record with the same text that the principal may see; None where there is none.
    """

    record: Record
    version: RecordVersion
    tags: int
    same_text: str | None


def ingest(
    session: Session,
    principal: Principal,
    prepared: Prepared,
    placement: Placement,
    details: Details | None = None,
    *,
    original: Original | None = None,
) -> Ingested:
    """Store a document as a new record: version, annotation, tags, original file, outbox entry, audit entry.

    All of it is in the session's transaction: a record is there whole or not at all. Annotating takes long and comes
    before it, outside of any transaction (:func:`service.records.preparing.prepare`).

    Args:
        session: for writing.
        principal: who takes it in.
        prepared: the document, read and annotated.
        placement: unit and level; the principal must reach both.
        details: what is known of it.
        original: what is kept of the file.

    Raises:
        AccessDeniedError: they may not take records in, or not at this level.
        NotFoundError: there is no such unit for them.
        InvalidInputError: there is no text, or a field does not fit.
    """
    principal.require("record.write")
    if not prepared.text.strip():
        raise InvalidInputError("the document has no text", path=prepared.document.id, hint="is it a scan?")
    document = prepared.document
    known = completed(details or Details(), document, prepared.text)
    doc_type = known.doc_type or prepared.annotation.doc_type
    same = first_with_text(session, text_sha256(prepared.text))
    row = Record(
        unit_id=placement.unit_id,
        confidentiality=placement.confidentiality,
        title=known.title,
        doc_type=doc_type,
        document_date=known.document_date,
        source=known.source,
        versions=1,
        created_by=principal.id,
    )
    session.add(row)
    session.flush()
    version = RecordVersion(
        record_id=row.id,
        number=1,
        duplicate_of_id=None if same is None else same.id,
        unit_id=placement.unit_id,
        confidentiality=placement.confidentiality,
        title=known.title,
        text=prepared.text,
        text_sha256=text_sha256(prepared.text),
        file_sha256=None if original is None else original.sha256,
        file_name=None if original is None else original.file_name,
        media_type=None if original is None else original.media_type,
        doc_type=doc_type,
        document_date=known.document_date,
        source=known.source,
        source_kind=known.source_kind,
        author=known.author,
        anchors=list(prepared.anchors) or None,
        source_map=prepared.source_map,
        created_by=principal.id,
    )
    session.add(version)
    session.flush()
    row.current_version_id = version.id
    if original is not None:
        session.add(OriginalFile(version_id=version.id, size=len(original.content), content=original.content))
    tags = add_annotation(session, version, prepared.annotation, prepared.uncertainty, prepared.finder)
    tell(session, row, "created")
    audit(
        session,
        "record.create",
        "record",
        row.id,
        version=version.id,
        level=row.confidentiality,
        unit=row.unit_id,
        tags=tags,
        same_text=same is not None,
    )
    return Ingested(row, version, tags, None if same is None else same.record_id)


def first_with_text(session: Session, digest: str, *, but: str | None = None) -> RecordVersion | None:
    """The first current version with a text, among those the session may see.

    Args:
        session: decides what is seen.
        digest: :func:`text_sha256` of the normalised text.
        but: id of a record that is left out.
    """
    same = (
        select(RecordVersion)
        .join(Record, Record.current_version_id == RecordVersion.id)
        .where(RecordVersion.text_sha256 == digest)
        .order_by(RecordVersion.id)
        .limit(1)
    )
    if but is not None:
        same = same.where(RecordVersion.record_id != but)
    return session.scalars(same).first()
