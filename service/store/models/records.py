"""Records (记实): documents, their versions, what the machine says about them, the files they came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Float, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from service.store.base import Base, Identified, Placed, Versioned, reference
from service.store.types import Characters, Hash, Json, Short


class Record(Versioned, Placed, Base):
    """A document as a whole; unit, level and the columns for lists are those of its current version."""

    __tablename__ = "records"
    __table_args__ = (Index(None, "unit_id", "confidentiality", "id"),)

    current_version_id: Mapped[str | None] = mapped_column(Short(36))
    versions: Mapped[int] = mapped_column(Integer, default=0)
    title: Mapped[str | None] = mapped_column(Short(500))
    doc_type: Mapped[str | None] = mapped_column(Short(32), index=True)
    document_date: Mapped[str | None] = mapped_column(Short(10), index=True)
    source: Mapped[str | None] = mapped_column(Short(500))
    created_by: Mapped[str] = reference("users.id")


class RecordVersion(Identified, Placed, Base):
    """One version of a document, never changed. A correction is a new version that names the one it supersedes.

    ``text`` is the normalised text that all offsets count in; ``anchors`` and ``source_map`` lead back to pages and
    characters of the file. ``document_date`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. ``source_kind`` says who
    speaks: superior, peer, subordinate, public, self, organisation, or None where that is not known or differs by turn.
    """

    __tablename__ = "record_versions"
    __table_args__ = (UniqueConstraint("record_id", "number"),)
    immutable = True

    record_id: Mapped[str] = reference("records.id", index=False)
    number: Mapped[int] = mapped_column(Integer)
    supersedes_id: Mapped[str | None] = reference("record_versions.id", nullable=True)
    duplicate_of_id: Mapped[str | None] = reference("record_versions.id", nullable=True)
    title: Mapped[str | None] = mapped_column(Short(500))
    text: Mapped[str] = mapped_column(Characters)
    text_sha256: Mapped[str] = mapped_column(Hash, index=True)
    file_sha256: Mapped[str | None] = mapped_column(Hash, index=True)
    file_name: Mapped[str | None] = mapped_column(Short(500))
    media_type: Mapped[str | None] = mapped_column(Short(200))
    doc_type: Mapped[str | None] = mapped_column(Short(32))
    document_date: Mapped[str | None] = mapped_column(Short(10))
    source: Mapped[str | None] = mapped_column(Short(500))
    source_kind: Mapped[str | None] = mapped_column(Short(16))
    author: Mapped[str | None] = mapped_column(Short(200))
    anchors: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    source_map: Mapped[list[Any] | None] = mapped_column(Json)
    correction: Mapped[str | None] = mapped_column(Characters)
    created_by: Mapped[str] = reference("users.id")


class OriginalFile(Identified, Base):
    """The bytes that a version was read from; loaded only when asked for by name."""

    __tablename__ = "original_files"
    immutable = True

    version_id: Mapped[str] = reference("record_versions.id", unique=True)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary), raiseload=True)


class RecordAnnotation(Versioned, Base):
    """What one pipeline said about one version; the newest has ``current``, older ones stay.

    ``document`` is the annotation without its text (which the version holds), in the shape of ``nlp.schema``.
    """

    __tablename__ = "record_annotations"
    __table_args__ = (Index(None, "version_id", "current"),)

    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id", index=False)
    pipeline_version: Mapped[str] = mapped_column(Short(64))
    codebook_version: Mapped[str] = mapped_column(Short(64))
    finder: Mapped[str | None] = mapped_column(Short(64))
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    current: Mapped[bool] = mapped_column(Boolean, default=True)


class TagRow(Versioned, Base):
    """One tag of a version in a row of its own, for ledgers, queues and search.

    ``state``: proposed (machine, nobody looked yet), accepted, rejected, replaced (a person changed it: the new tag names
    it in ``replaces_id``), outdated (a newer annotation took its place). ``origin``: machine, human. ``uncertainty`` in
    [0, 1] orders the review queue; 1 is a coin toss.
    """

    __tablename__ = "tags"
    __table_args__ = (Index(None, "label", "polarity", "state"), Index(None, "state", "uncertainty", "id"))

    record_id: Mapped[str] = reference("records.id")
    version_id: Mapped[str] = reference("record_versions.id")
    annotation_id: Mapped[str | None] = reference("record_annotations.id", nullable=True)
    replaces_id: Mapped[str | None] = reference("tags.id", nullable=True)
    origin: Mapped[str] = mapped_column(Short(16), default="machine")
    state: Mapped[str] = mapped_column(Short(16), default="proposed")
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    quote: Mapped[str] = mapped_column(Characters)
    label: Mapped[str] = mapped_column(Short(64))
    family: Mapped[str] = mapped_column(Short(32))
    group: Mapped[str | None] = mapped_column(Short(16))
    polarity: Mapped[str] = mapped_column(Short(1))
    status: Mapped[str] = mapped_column(Short(16))
    subject: Mapped[str] = mapped_column(Short(16))
    kind: Mapped[str] = mapped_column(Short(16))
    score: Mapped[float] = mapped_column(Float)
    source: Mapped[str] = mapped_column(Short(16))
    cues: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    speaker: Mapped[str | None] = mapped_column(Short(200))
    speaker_role: Mapped[str | None] = mapped_column(Short(16))
    uncertainty: Mapped[float | None] = mapped_column(Float)
