"""Records as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from service.store.etags import etag
from service.store.models import Record, RecordVersion


class RecordOut(BaseModel):
    """A record in a list. ``etag`` goes into If-Match of a change."""

    id: str
    unit_id: str
    confidentiality: int
    title: str | None
    doc_type: str | None
    document_date: str | None = Field(description="YYYY, YYYY-MM or YYYY-MM-DD")
    source: str | None
    versions: int = Field(description="how many there are")
    current_version_id: str
    tags: dict[str, int] = Field(description="tags of the current version by state: proposed, accepted, rejected …")
    created_by: str
    created_at: datetime
    updated_at: datetime
    etag: str


class VersionSummary(BaseModel):
    """A version without its text."""

    id: str
    record_id: str
    number: int
    supersedes_id: str | None
    unit_id: str
    confidentiality: int
    title: str | None
    doc_type: str | None
    document_date: str | None
    source: str | None
    source_kind: str | None
    author: str | None
    text_sha256: str
    file_sha256: str | None
    file_name: str | None
    media_type: str | None
    correction: str | None = Field(description="the reason for this version; null for the first one")
    created_by: str
    created_at: datetime


class VersionOut(VersionSummary):
    """A version. All offsets count code points of ``text``."""

    text: str
    anchors: list[dict[str, Any]] | None = Field(
        description="pages, paragraphs, rows of the file as ranges of the text"
    )
    source_map: list[Any] | None = Field(description="runs [offset in the text, offset in the text as read]")


class Duplicates(BaseModel):
    """Records that the reader may see and that repeat this one."""

    same_text: list[str] = Field(description="ids of records with the same text")
    near_text: list[str] = Field(description="ids of records with nearly the same text, of the newest ones looked at")


class RecordView(BaseModel):
    """A record with the version asked for."""

    record: RecordOut
    version: VersionOut


class RecordsOut(BaseModel):
    """A page of records."""

    items: list[RecordOut]
    next_cursor: str | None


class VersionsOut(BaseModel):
    """A page of versions, the newest first."""

    items: list[VersionSummary]
    next_cursor: str | None


class PlaceOut(BaseModel):
    """Where words stand in the text of a record's current version; offsets are code points."""

    model_config = ConfigDict(from_attributes=True)

    start: int
    end: int
    before: str
    quote: str
    after: str


class FoundRecord(BaseModel):
    """A record that holds the words of a search."""

    record: RecordOut
    places: list[PlaceOut] = Field(description="the first ones; none where only the title holds the words")


class FoundRecords(BaseModel):
    """A page of records that hold the words of a search, the newest first."""

    items: list[FoundRecord]
    next_cursor: str | None


class PageOut(BaseModel):
    """A page of a file, and the range of code points of the version's text that it gave."""

    number: int
    start: int
    end: int
    label: str | None = Field(default=None, description="the page number printed on it")
    recognised: bool = Field(default=False, description="its text was recognised from the image (OCR)")


class PagesOut(BaseModel):
    """The pages of a file."""

    items: list[PageOut]


class ItemError(BaseModel):
    """A part of an upload that gave no record."""

    code: str
    message: str
    path: str | None
    place: str | None
    expected: str | None
    hint: str | None


class TakenIn(BaseModel):
    """A document that was taken in."""

    record: RecordOut
    tags: int = Field(description="proposed ones")
    duplicates: Duplicates


class UploadOut(BaseModel):
    """What became of an upload: a record for each document in it, an error for each part that gave none."""

    items: list[TakenIn]
    errors: list[ItemError]


class CorrectedOut(BaseModel):
    """A record with its new version."""

    record: RecordOut
    version: VersionOut
    carried: int = Field(description="tags with people's decisions that stand in the new version too")
    tags: int = Field(description="tags proposed anew")


class ReannotatedOut(BaseModel):
    """A record that was annotated anew."""

    record: RecordOut
    tags: int = Field(description="tags proposed now")
    kept: int = Field(description="tags that people decided about, left as they are")


def record_out(row: Record, counts: Mapping[str, dict[str, int]]) -> RecordOut:
    """A record as it is shown.

    Args:
        row: the record.
        counts: of ``service.records.listing.tag_counts``.
    """
    names = RecordOut.model_fields.keys() - {"tags", "etag"}
    fields = {name: getattr(row, name) for name in names}
    return RecordOut(**fields, tags=counts.get(str(row.current_version_id), {}), etag=etag(row))


def version_summary(version: RecordVersion) -> VersionSummary:
    """A version in a list."""
    return VersionSummary(**{name: getattr(version, name) for name in VersionSummary.model_fields})


def version_out(version: RecordVersion) -> VersionOut:
    """A version with its text."""
    return VersionOut(**{name: getattr(version, name) for name in VersionOut.model_fields})
