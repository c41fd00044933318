"""Corrections: a new version takes the place of the current one, which stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, VersionConflictError
from nlp.schema import Annotation, DocType
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.carrying import Correspondence, carry_links, carry_tags
from service.records.details import Date, Level, SourceKind, UnitId, checked_date
from service.records.preparing import Prepared, text_sha256
from service.records.rows import add_annotation, current_annotation, tell
from service.records.uploads import Original
from service.records.viewing import file_content
from service.store.etags import require_match
from service.store.models import OriginalFile, Record, RecordAnnotation, RecordVersion

RECORD_FIELDS = ("title", "doc_type", "document_date", "source", "unit_id", "confidentiality")
VERSION_FIELDS = (*RECORD_FIELDS, "source_kind", "author")
_REQUIRED = ("unit_id", "confidentiality")


class Correction(BaseModel):
    """What is to be different. Fields that are left out stay; null takes a value away, where there may be none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(min_length=1, max_length=2000, description="why, kept with the new version")
    text: str | None = Field(default=None, min_length=1, max_length=2_000_000)
    title: str | None = Field(default=None, min_length=1, max_length=500)
    doc_type: DocType | None = None
    document_date: Date | None = None
    source: str | None = Field(default=None, min_length=1, max_length=500)
    source_kind: SourceKind | None = None
    author: str | None = Field(default=None, min_length=1, max_length=200)
    unit_id: UnitId | None = None
    confidentiality: Level | None = None

    @model_validator(mode="after")
    def _something(self) -> Correction:
        if not self.model_fields_set - {"reason"}:
            raise ValueError("nothing is said about what to correct")
        for name in (*_REQUIRED, "text"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be taken away")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """The fields beside text and reason that were sent."""
        return {name: getattr(self, name) for name in VERSION_FIELDS if name in self.model_fields_set}


@dataclass(frozen=True, slots=True)
class Corrected:
    """A record and its new version.

    Attributes:
        record, version: its rows.
        carried: tags that people had decided about and that stand in the new version too.
        tags: tags that are proposed anew.
    """

    record: Record
    version: RecordVersion
    carried: int
    tags: int


def needs_annotating(current: RecordVersion, correction: Correction) -> bool:
    """Whether the text or its kind changes, so that the new version must be annotated before it can be stored."""
    new_type = "doc_type" in correction.model_fields_set and correction.doc_type != current.doc_type
    return correction.text is not None or new_type


def correct(
    session: Session,
    principal: Principal,
    record_id: str,
    correction: Correction,
    *,
    if_match: str | None,
    prepared: Prepared | None = None,
    original: Original | None = None,
) -> Corrected:
    """Make a new version of a record.

    What people decided about the version before is carried to the clauses that did not change.

    Args:
        session: for writing.
        principal: who corrects.
        record_id: of a record they may see.
        correction: what is different. Moving it to another unit or level is one of these changes.
        if_match: the entity tag the record had when it was read.
        prepared: the corrected text (or the old one as another type), read and annotated before, outside of a
            transaction; needed where :func:`needs_annotating` says so.
        original: the file of the corrected text, if it came in one; without a new text the old file stays.

    Raises:
        NotFoundError: there is no such record or unit for them.
        VersionConflictError: somebody else changed the record in the meantime.
        InvalidInputError: nothing changes, or a field does not fit.
    """
    principal.require("record.write")
    row = fetch(session, Record, record_id)
    require_match(row, if_match)
    current = fetch(session, RecordVersion, str(row.current_version_id))
    checked_date(correction.document_date)
    if prepared is None and needs_annotating(current, correction):
        raise VersionConflictError("somebody else changed it in the meantime", hint="read it again")
    text = current.text if prepared is None else prepared.text
    if not text.strip():
        raise InvalidInputError("the corrected document has no text", place="text")
    changed = {name: value for name, value in correction.fields.items() if getattr(current, name) != value}
    if prepared is not None and correction.text is not None and correction.doc_type is None:
        changed.setdefault("doc_type", current.doc_type or prepared.annotation.doc_type)
    if text == current.text and not {name for name in changed if getattr(current, name) != changed[name]}:
        raise InvalidInputError("the correction leaves the record as it is")
    version = _version(session, principal, row, current, correction, changed, prepared, original)
    carried, tags, links = _say(session, principal, current, version, prepared)
    for name in RECORD_FIELDS:
        setattr(row, name, getattr(version, name))
    row.current_version_id, row.versions = version.id, version.number
    session.flush()
    tell(session, row, "corrected")
    fields = sorted(name for name in changed if getattr(current, name) != changed[name])
    audit(
        session,
        "record.correct",
        "record",
        row.id,
        version=version.id,
        number=version.number,
        text=text != current.text,
        fields=fields,
        links=links,
    )
    if "unit_id" in fields:
        audit(session, "record.move", "record", row.id, before=current.unit_id, after=version.unit_id)
    if "confidentiality" in fields:
        audit(session, "record.level", "record", row.id, before=current.confidentiality, after=version.confidentiality)
    return Corrected(row, version, carried, tags)


def _version(
    session: Session,
    principal: Principal,
    row: Record,
    current: RecordVersion,
    correction: Correction,
    changed: dict[str, Any],
    prepared: Prepared | None,
    original: Original | None,
) -> RecordVersion:
    """The new version; a text of its own has its own file or none, an unchanged text keeps the file it has."""
    new_text = prepared is not None and prepared.text != current.text
    values = {name: changed.get(name, getattr(current, name)) for name in VERSION_FIELDS}
    if new_text and prepared is not None:
        values |= {
            "file_sha256": None if original is None else original.sha256,
            "file_name": None if original is None else original.file_name,
            "media_type": None if original is None else original.media_type,
            "anchors": list(prepared.anchors) or None,
            "source_map": prepared.source_map,
        }
    else:
        kept = ("file_sha256", "file_name", "media_type", "anchors", "source_map", "duplicate_of_id")
        values |= {name: getattr(current, name) for name in kept}
    text = current.text if prepared is None else prepared.text
    version = RecordVersion(
        record_id=row.id,
        number=row.versions + 1,
        supersedes_id=current.id,
        text=text,
        text_sha256=text_sha256(text),
        correction=correction.reason,
        created_by=principal.id,
        **values,
    )
    session.add(version)
    session.flush()
    content = original.content if new_text and original is not None else None
    if not new_text and (version.unit_id, version.confidentiality) != (current.unit_id, current.confidentiality):
        # Who may see the new version need not be one who may see the old one and the file that is kept with it.
        content = file_content(session, current)
    if content is not None:
        session.add(OriginalFile(version_id=version.id, size=len(content), content=content))
    return version


def _say(
    session: Session, principal: Principal, current: RecordVersion, version: RecordVersion, prepared: Prepared | None
) -> tuple[int, int, int]:
    """Annotation, tags and links of the new version: carried, proposed, links."""
    said = current_annotation(session, current.id)
    old = [] if said is None else _spans(said.document["clauses"])
    if prepared is not None:
        new = [(clause.start, clause.end) for clause in prepared.annotation.clauses]
        where = Correspondence(current.text, version.text, old, new)
        known = carry_tags(session, current, version, where)
        tags = add_annotation(session, version, prepared.annotation, prepared.uncertainty, prepared.finder, known)
        return len(known), tags, carry_links(session, principal, current, version, where)
    where = Correspondence(current.text, version.text, old, old)
    if said is not None:
        _copy_annotation(session, said, version)
    known = carry_tags(session, current, version, where, proposed=True)
    return len(known), 0, carry_links(session, principal, current, version, where)


def _copy_annotation(session: Session, said: RecordAnnotation, version: RecordVersion) -> None:
    document = {**said.document, "id": version.id}
    session.add(
        RecordAnnotation(
            record_id=version.record_id,
            version_id=version.id,
            pipeline_version=said.pipeline_version,
            codebook_version=said.codebook_version,
            finder=said.finder,
            document=document,
        )
    )
    Annotation.model_validate({**document, "text": version.text})


def _spans(items: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(item["start"], item["end"]) for item in items]
