"""Subjects and, apart from them, the names behind their codes."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import ConflictError, NotFoundError
from nlp.structure.folding import fold
from service.access import Principal
from service.access.repository import fetch
from service.access.roles import HIGHEST
from service.audit.log import record as audit
from service.store.etags import require_match
from service.store.models import Subject, SubjectIdentity, SubjectLink
from service.store.paging import Cursors, Order, Page, list_scope, page

SubjectKind = Literal["person", "team"]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
# Neither 0 and O nor 1, I and L: codes are read aloud and typed.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Identity(BaseModel):
    """Who is behind a code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    position: str | None = Field(default=None, min_length=1, max_length=300)
    aliases: list[Name] = Field(default=[], max_length=20, description="other names they go by in records")


class NewSubject(BaseModel):
    """A subject to register."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"unit_id": "0193e3a0-0000-7000-8000-000000000001", "identity": {"name": "李某"}}]
        },
    )

    unit_id: str = Field(min_length=1, max_length=36)
    confidentiality: int = Field(default=0, ge=0, le=HIGHEST, description="0 公开 … 4 绝密")
    kind: SubjectKind = "person"
    code: Code | None = Field(default=None, description="pseudonym; made up (S-…) where it is left out")
    identity: Identity | None = Field(default=None, description="needs the permission subject.identify")


class SubjectChange(BaseModel):
    """What to change; fields that are left out stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit_id: str | None = Field(default=None, min_length=1, max_length=36)
    confidentiality: int | None = Field(default=None, ge=0, le=HIGHEST)
    kind: SubjectKind | None = None
    code: Code | None = None


def register(session: Session, principal: Principal, wanted: NewSubject) -> Subject:
    """Register a subject.

    Raises:
        AccessDeniedError: they may not, or may not name people.
        NotFoundError: there is no such unit for them.
        ConflictError: the code is taken.
    """
    principal.require("subject.write")
    if wanted.identity is not None:
        principal.require("subject.identify")
    subject = Subject(
        unit_id=wanted.unit_id,
        confidentiality=wanted.confidentiality,
        kind=wanted.kind,
        code=wanted.code or new_code(),
        created_by=principal.id,
    )
    session.add(subject)
    session.flush()
    if wanted.identity is not None:
        session.add(SubjectIdentity(subject_id=subject.id, **wanted.identity.model_dump()))
        session.flush()
    audit(session, "subject.create", "subject", subject.id, kind=subject.kind, named=wanted.identity is not None)
    return subject


def new_code() -> str:
    """A pseudonym that tells nothing: ``S-`` and eight letters or digits (40 bits)."""
    return "S-" + "".join(secrets.choice(_LETTERS) for _ in range(8))


def view(session: Session, principal: Principal, subject_id: str) -> Subject:
    """A subject.

    Raises:
        NotFoundError: there is no such subject for them.
    """
    principal.require("subject.read")
    subject = fetch(session, Subject, subject_id)
    audit(session, "subject.view", "subject", subject.id)
    return subject


def change(
    session: Session, principal: Principal, subject_id: str, wanted: SubjectChange, *, if_match: str | None
) -> Subject:
    """Change code, kind, unit or level of a subject.

    Raises:
        NotFoundError: there is no such subject or unit for them.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: the code is taken.
    """
    principal.require("subject.write")
    subject = fetch(session, Subject, subject_id)
    require_match(subject, if_match)
    fields = {name: value for name, value in wanted.model_dump().items() if value is not None}
    for name, value in fields.items():
        setattr(subject, name, value)
    session.flush()
    audit(session, "subject.change", "subject", subject.id, fields=sorted(fields), level=subject.confidentiality)
    return subject


def subjects(
    session: Session,
    principal: Principal,
    *,
    cursors: Cursors,
    limit: int,
    cursor: str | None = None,
    unit_id: str | None = None,
    kind: SubjectKind | None = None,
    record_id: str | None = None,
    name: str | None = None,
) -> Page[Subject]:
    """A page of subjects in the order in which they were registered.

    Args:
        session: decides which ones are seen.
        principal: who asks.
        cursors, limit, cursor: the page.
        unit_id: only of this unit.
        kind: only people or only teams.
        record_id: only those that a record is linked to, rejected links aside.
        name: only those with this name or alias, simplified or traditional; needs the permission subject.identify.

    Raises:
        InvalidCursorError: the cursor belongs to another list.
    """
    principal.require("subject.read")
    statement = select(Subject)
    if unit_id is not None:
        statement = statement.where(Subject.unit_id == unit_id)
    if kind is not None:
        statement = statement.where(Subject.kind == kind)
    if record_id is not None:
        linked = select(SubjectLink.subject_id).where(
            SubjectLink.record_id == record_id, SubjectLink.state != "rejected"
        )
        statement = statement.where(Subject.id.in_(linked))
    if name is not None:
        principal.require("subject.identify")
        statement = statement.where(Subject.id.in_(named(session, name)))
    scope = {"reader": principal.id, "unit": unit_id, "kind": kind, "record": record_id, "name": name}
    found = page(
        session,
        statement,
        [Order(Subject.id, "desc")],
        cursors=cursors,
        scope=list_scope("subjects", scope),
        limit=limit,
        cursor=cursor,
    )
    audit(session, "subject.search", "subject", None, items=len(found.items), by_name=name is not None)
    return found


def named(session: Session, name: str) -> list[str]:
    """Ids of the subjects that go by a name, whether it is written in simplified or traditional characters."""
    wanted = fold(name.strip())
    found = []
    for identity in session.scalars(select(SubjectIdentity).order_by(SubjectIdentity.id)):
        if wanted in map(fold, (identity.name, *identity.aliases)):
            found.append(identity.subject_id)
    return found


def identity(session: Session, principal: Principal, subject_id: str) -> SubjectIdentity:
    """The name behind a code; every look at it is in the audit log.

    Raises:
        AccessDeniedError: they may not see names.
        NotFoundError: there is no such subject for them, or nobody entered a name.
    """
    principal.require("subject.identify")
    subject = fetch(session, Subject, subject_id)
    found = _identity(session, subject.id)
    if found is None:
        raise NotFoundError("nobody entered the name of this subject", path=subject.id)
    audit(session, "subject.identify", "subject", subject.id)
    return found


def identify(
    session: Session, principal: Principal, subject_id: str, wanted: Identity, *, if_match: str | None
) -> SubjectIdentity:
    """Enter or correct the name behind a code.

    Args:
        session: for writing.
        principal: who enters it.
        subject_id: of a subject they may see.
        wanted: the name.
        if_match: entity tag of the identity that was read; needed where there is one already.

    Raises:
        NotFoundError: there is no such subject for them.
        VersionConflictError: somebody else changed it in the meantime.
    """
    principal.require("subject.identify")
    subject = fetch(session, Subject, subject_id)
    found = _identity(session, subject.id)
    if found is None:
        if if_match is not None and if_match != "*":
            raise ConflictError("nobody entered a name before", path=subject.id, hint="leave If-Match out")
        found = SubjectIdentity(subject_id=subject.id, **wanted.model_dump())
        session.add(found)
    else:
        require_match(found, if_match)
        found.name, found.position, found.aliases = wanted.name, wanted.position, list(wanted.aliases)
    session.flush()
    audit(session, "subject.name", "subject", subject.id)
    return found


def _identity(session: Session, subject_id: str) -> SubjectIdentity | None:
    return session.scalars(select(SubjectIdentity).where(SubjectIdentity.subject_id == subject_id)).first()
