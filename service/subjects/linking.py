"""Links between subjects and records. A person states or confirms them; the words that show a link are kept with it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import ConflictError, InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.details import SourceKind
from service.store.etags import require_match
from service.store.models import Record, RecordVersion, Subject, SubjectLink
from service.store.paging import Cursors, Order, Page, list_scope, page
from service.store.types import utc_now

LinkRole = Literal["target", "team", "mentioned"]
LinkState = Literal["proposed", "confirmed", "rejected"]


class NewLink(BaseModel):
    """A record is about a subject: the words of its current version that show it, or a reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject_id: str = Field(min_length=1, max_length=36)
    record_id: str = Field(min_length=1, max_length=36)
    role: LinkRole = Field(default="target", description="target: the one evaluated; mentioned: named in passing")
    relation: SourceKind | None = Field(default=None, description="how the source stands to the subject")
    start: int | None = Field(default=None, ge=0, le=2**31 - 1)
    end: int | None = Field(default=None, ge=0, le=2**31 - 1)
    quote: str | None = Field(default=None, min_length=1, max_length=2000)
    reason: str | None = Field(default=None, min_length=1, max_length=500)

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if len({value is None for value in (self.start, self.end, self.quote)}) > 1:
            raise ValueError("start, end and quote come together or not at all")
        if self.quote is None and self.reason is None:
            raise ValueError("a link needs the words that show it, or a reason")
        return self


def link(session: Session, principal: Principal, wanted: NewLink) -> SubjectLink:
    """State that a record is about a subject; whoever states it has confirmed it.

    Raises:
        NotFoundError: there is no such subject or record for them.
        InvalidInputError: the quote is not the text there.
        ConflictError: the two are linked already.
    """
    principal.require("subject.write")
    fetch(session, Subject, wanted.subject_id)
    record = fetch(session, Record, wanted.record_id)
    version = fetch(session, RecordVersion, str(record.current_version_id))
    check_words(version, wanted.start, wanted.end, wanted.quote)
    present = linked(session, wanted.subject_id, record.id)
    if present is not None and present.state != "rejected":
        raise ConflictError("the record is linked already", path=present.id, hint="decide about that link")
    made = SubjectLink(
        version_id=version.id,
        state="confirmed",
        created_by=principal.id,
        decided_by=principal.id,
        decided_at=utc_now(),
        **wanted.model_dump(),
    )
    session.add(made)
    session.flush()
    audit(session, "subject_link.create", "subject_link", made.id, subject=made.subject_id, record=made.record_id)
    return made


def check_words(version: RecordVersion, start: int | None, end: int | None, quote: str | None) -> None:
    """Go on only when the words stand where they are said to.

    Raises:
        InvalidInputError: ``text[start:end]`` is not the quote.
    """
    if start is None or end is None or quote is None:
        return
    if not start < end <= len(version.text) or version.text[start:end] != quote:
        raise InvalidInputError(
            f"the quote is not the text at {start}-{end}",
            place="quote",
            hint="offsets count Unicode code points of the current version",
        )


def linked(session: Session, subject_id: str, record_id: str) -> SubjectLink | None:
    """The newest link between the two, whatever its state."""
    return session.scalars(
        select(SubjectLink)
        .where(SubjectLink.subject_id == subject_id, SubjectLink.record_id == record_id)
        .order_by(SubjectLink.id.desc())
        .limit(1)
    ).first()


def decide(
    session: Session,
    principal: Principal,
    link_id: str,
    state: Literal["confirmed", "rejected"],
    *,
    if_match: str | None,
    role: LinkRole | None = None,
    relation: SourceKind | None = None,
    reason: str | None = None,
) -> SubjectLink:
    """Confirm or reject a link; a decision can be changed later.

    Args:
        session: for writing.
        principal: who decides.
        link_id: of a link they may see.
        state: what they decide.
        if_match: the entity tag the link had when it was read.
        role: another role than proposed.
        relation: how the source stands to the subject.
        reason: in their words, in place of the one that is there.

    Raises:
        NotFoundError: there is no such link for them.
        VersionConflictError: somebody else decided in the meantime.
    """
    principal.require("subject.write")
    found = fetch(session, SubjectLink, link_id)
    require_match(found, if_match)
    found.state, found.decided_by, found.decided_at = state, principal.id, utc_now()
    found.role = role or found.role
    found.relation = relation or found.relation
    found.reason = reason or found.reason
    session.flush()
    audit(
        session,
        "subject_link.confirm" if state == "confirmed" else "subject_link.reject",
        "subject_link",
        found.id,
        subject=found.subject_id,
        record=found.record_id,
    )
    return found


def links(
    session: Session,
    principal: Principal,
    *,
    cursors: Cursors,
    limit: int,
    cursor: str | None = None,
    subject_id: str | None = None,
    record_id: str | None = None,
    state: LinkState | None = None,
) -> Page[SubjectLink]:
    """A page of links in the order in which they were made, the newest first.

    Raises:
        InvalidCursorError: the cursor belongs to another list.
    """
    principal.require("subject.read")
    statement = select(SubjectLink)
    wanted = {"subject_id": subject_id, "record_id": record_id, "state": state}
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(getattr(SubjectLink, name) == value)
    found = page(
        session,
        statement,
        [Order(SubjectLink.id, "desc")],
        cursors=cursors,
        scope=list_scope("subject-links", {"reader": principal.id, **wanted}),
        limit=limit,
        cursor=cursor,
    )
    audit(session, "subject_link.search", "subject_link", None, items=len(found.items))
    return found
