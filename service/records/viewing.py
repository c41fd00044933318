"""One record, its versions, its annotation with people's decisions, its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from nlp.errors import NotFoundError
from nlp.schema import Annotation
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.rows import current_annotation, tags_of
from service.store.models import OriginalFile, Record, RecordVersion, TagRow
from service.store.paging import Cursors, Order, Page, list_scope, page

STANDING = ("accepted", "proposed")
_TAG_FIELDS = (
    "start", "end", "quote", "label", "family", "group", "polarity", "status", "subject", "kind", "score", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """A record and one of its versions."""

    record: Record
    version: RecordVersion


def view(session: Session, principal: Principal, record_id: str, version_id: str | None = None) -> View:
    """A record in its current version, or in another one.

    Raises:
        NotFoundError: there is no such record or version for them.
    """
    principal.require("record.read")
    row = fetch(session, Record, record_id)
    version = version_of(session, row, version_id)
    audit(session, "record.view", "record", row.id, version=version.id)
    return View(row, version)


def versions(
    session: Session, principal: Principal, record_id: str, *, cursors: Cursors, limit: int, cursor: str | None = None
) -> Page[RecordVersion]:
    """A page of the versions of a record, the newest first; those above the reader's clearance are left out.

    Raises:
        NotFoundError: there is no such record for them.
    """
    principal.require("record.read")
    row = fetch(session, Record, record_id)
    found = page(
        session,
        select(RecordVersion).where(RecordVersion.record_id == row.id),
        [Order(RecordVersion.number, "desc")],
        cursors=cursors,
        scope=list_scope("record-versions", {"reader": principal.id, "record": row.id}),
        limit=limit,
        cursor=cursor,
    )
    audit(session, "record.versions", "record", row.id, items=len(found.items))
    return found


def annotation(
    session: Session,
    principal: Principal,
    record_id: str,
    version_id: str | None = None,
    *,
    reviewed_only: bool = False,
) -> Annotation:
    """The annotation of a version as people left it: without rejected and replaced tags, with those they added.

    Args:
        session: for reading.
        principal: who asks.
        record_id: of a record they may see.
        version_id: of its version; the current one by default.
        reviewed_only: only tags that a person accepted or made.

    Raises:
        NotFoundError: there is no such record or version for them, or it was not annotated yet.
    """
    principal.require("record.read")
    row = fetch(session, Record, record_id)
    version = version_of(session, row, version_id)
    audit(session, "record.annotation", "record", row.id, version=version.id, reviewed_only=reviewed_only)
    return annotation_of(session, version, ("accepted",) if reviewed_only else STANDING)


def annotation_of(session: Session, version: RecordVersion, states: tuple[str, ...] = STANDING) -> Annotation:
    """The annotation of a version with its tags in these states.

    Raises:
        NotFoundError: it was not annotated yet.
    """
    said = current_annotation(session, version.id)
    if said is None:
        raise NotFoundError("the record was not annotated yet", path=version.record_id)
    tags = [tag_as_json(tag) for tag in tags_of(session, version.id, states)]
    return Annotation.model_validate({**said.document, "text": version.text, "tags": tags})


def tag_as_json(tag: TagRow) -> dict[str, Any]:
    """A tag in the shape of ``nlp.schema.Tag``."""
    return {**{name: getattr(tag, name) for name in _TAG_FIELDS}, "cues": tag.cues}


@dataclass(frozen=True, slots=True)
class OriginalContent:
    """What is kept of a file."""

    content: bytes
    media_type: str | None
    name: str | None


def original(session: Session, principal: Principal, record_id: str, version_id: str | None = None) -> OriginalContent:
    """The file that a version was read from; of several documents in one file, its own part.

    A version whose text is unchanged has the file of the version before it.

    Raises:
        NotFoundError: there is no such record or version for them, or no file of it.
    """
    principal.require("record.read")
    row = fetch(session, Record, record_id)
    version = version_of(session, row, version_id)
    content = file_content(session, version)
    if content is None:
        raise NotFoundError("there is no file of this version", path=row.id)
    audit(session, "record.download", "record", row.id, version=version.id, bytes=len(content))
    return OriginalContent(content, version.media_type, version.file_name)


def file_content(session: Session, version: RecordVersion) -> bytes | None:
    """The file of a version: its own, or while only other fields were corrected that of the version before."""
    earlier: RecordVersion | None = version
    while earlier is not None and version.file_sha256 is not None and earlier.file_sha256 == version.file_sha256:
        found = session.scalars(
            select(OriginalFile).where(OriginalFile.version_id == earlier.id).options(undefer(OriginalFile.content))
        ).first()
        if found is not None:
            return found.content
        earlier = None if earlier.supersedes_id is None else session.get(RecordVersion, earlier.supersedes_id)
    return None


def version_of(session: Session, row: Record, version_id: str | None) -> RecordVersion:
    """A version of a record, the current one by default.

    Raises:
        NotFoundError: the record has no such version.
    """
    version = fetch(session, RecordVersion, version_id or str(row.current_version_id))
    if version.record_id != row.id:
        raise NotFoundError("no such object", path=version_id)
    return version
