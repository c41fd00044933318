"""Honest failure or wilful fault: what the subject's records say on the three distinctions (三个区分开来)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, NotFoundError
from nlp.retrieval.circumstances import compare_circumstances, load_distinctions
from service.access import Principal
from service.access.repository import fetch
from service.assessment.shapes import CircumstanceIn, CircumstanceOut
from service.store.models import Record, RecordVersion, Subject, SubjectLink


def proposals(session: Session, principal: Principal, subject_id: str) -> list[CircumstanceOut]:
    """Words of the subject's records that speak for one side or the other. Nothing is concluded from them.

    Raises:
        NotFoundError: there is no such subject for them.
    """
    principal.require("assessment.write")
    subject = fetch(session, Subject, subject_id)
    versions = session.scalars(
        select(RecordVersion)
        .join(SubjectLink, SubjectLink.version_id == RecordVersion.id)
        .join(Record, Record.current_version_id == RecordVersion.id)
        .where(SubjectLink.subject_id == subject.id, SubjectLink.state == "confirmed")
        .order_by(RecordVersion.id)
    )
    found = []
    seen: set[str] = set()
    for version in versions:
        if version.id in seen:
            continue
        seen.add(version.id)
        for said in compare_circumstances(version.text, ""):
            for side, quotes in (("honest", said.query_honest), ("wilful", said.query_wilful)):
                for quote in quotes:
                    found.append(
                        CircumstanceOut(
                            distinction=said.id,
                            zh=said.zh,
                            side=side,
                            record_id=version.record_id,
                            version_id=version.id,
                            start=quote.start,
                            end=quote.end,
                            quote=quote.quote,
                            comment=None,
                        )
                    )
    return found


def checked(session: Session, subject_id: str, given: CircumstanceIn, place: str) -> tuple[dict[str, Any], int]:
    """A circumstance as it is kept, and the level of its record.

    Raises:
        NotFoundError: there is no such version for them.
        InvalidInputError: the distinction is unknown, the quote is not the text, or the record is not the subject's.
    """
    names = {one.id: one.zh for one in load_distinctions()}
    if given.distinction not in names:
        raise InvalidInputError("no such distinction", place=f"{place}.distinction", expected=", ".join(names))
    version = session.get(RecordVersion, given.version_id)
    if version is None:
        raise NotFoundError("no such record version", path=given.version_id, place=place)
    if given.end > len(version.text) or version.text[given.start : given.end] != given.quote:
        raise InvalidInputError(f"the quote is not the text at {given.start}-{given.end}", place=f"{place}.quote")
    link = select(SubjectLink.id).where(
        SubjectLink.subject_id == subject_id,
        SubjectLink.version_id == version.id,
        SubjectLink.state == "confirmed",
    )
    if session.scalars(link).first() is None:
        raise InvalidInputError("the record is not linked to the subject by a confirmed link", place=place)
    kept = {**given.model_dump(), "zh": names[given.distinction], "record_id": version.record_id}
    return kept, version.confidentiality
