"""Subjects and links as they are shown."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from service.store.etags import etag
from service.store.models import Subject, SubjectIdentity, SubjectLink


class SubjectOut(BaseModel):
    """A subject under its pseudonym. ``etag`` goes into If-Match of a change."""

    id: str
    code: str
    kind: str = Field(description="person or team")
    unit_id: str
    confidentiality: int
    created_by: str
    created_at: datetime
    etag: str


class SubjectsOut(BaseModel):
    """A page of subjects, the newest first."""

    items: list[SubjectOut]
    next_cursor: str | None


class IdentityOut(BaseModel):
    """The name behind a pseudonym."""

    subject_id: str
    name: str
    position: str | None
    aliases: list[str]
    etag: str


class LinkOut(BaseModel):
    """A record is about a subject. Offsets count in the text of ``version_id``."""

    id: str
    subject_id: str
    record_id: str
    version_id: str
    role: str = Field(description="target, team or mentioned")
    relation: str | None
    state: str = Field(description="proposed, confirmed or rejected")
    start: int | None
    end: int | None
    quote: str | None
    reason: str | None
    created_by: str | None = Field(description="null for a proposal of the machine")
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime
    etag: str


class LinksOut(BaseModel):
    """A page of links, the newest first."""

    items: list[LinkOut]
    next_cursor: str | None


def subject_out(subject: Subject) -> SubjectOut:
    """A subject as it is shown."""
    fields = {name: getattr(subject, name) for name in SubjectOut.model_fields if name != "etag"}
    return SubjectOut(**fields, etag=etag(subject))


def identity_out(identity: SubjectIdentity) -> IdentityOut:
    """A name as it is shown to those who may see it."""
    fields = {name: getattr(identity, name) for name in IdentityOut.model_fields if name != "etag"}
    return IdentityOut(**fields, etag=etag(identity))


def link_out(link: SubjectLink) -> LinkOut:
    """A link as it is shown."""
    fields = {name: getattr(link, name) for name in LinkOut.model_fields if name != "etag"}
    return LinkOut(**fields, etag=etag(link))
