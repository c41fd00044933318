"""Observe (观测): the people and teams, and what the reviewed records say of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.profile import voice_name
from nlp.profile.voices import VOICES
from service.api.deps import Caller, EngineDep
from service.observation.observing import observe_subject
from service.records.listing import RecordFilters, records
from service.render import KIND_ZH
from service.review.labels import codebook
from service.store.models import Assessment, Record, Subject, SubjectLink
from service.store.paging import MAX_LIMIT
from service.subjects import linking, registering
from service.subjects.shapes import link_out, subject_out
from service.workbench.names import colleagues, tree, unit_names
from service.workbench.observation_tables import signs, sources, timeline
from service.workbench.rendering import allowed, render
from service.workbench.words import (
    LINK_ROLES,
    LINK_STATES,
    NOTE_STATES,
    NOTE_TONES,
    SOURCE_KINDS,
    SUBJECT_KINDS,
    label_classes,
    label_names,
)

router = APIRouter()
Cursor = Annotated[str | None, Query(max_length=2000)]
Date = Annotated[str | None, Query(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")]
_TO_CHOOSE_FROM = 100


@router.get("/subjects")
def listed(
    request: Request,
    caller: Caller = allowed("subject.read"),
    unit_id: Annotated[str | None, Query(max_length=36)] = None,
    kind: Literal["person", "team", ""] | None = None,
    cursor: Cursor = None,
) -> HTMLResponse:
    """Subjects under their codes, links that wait for somebody to confirm them, and the form for a new subject."""
    with caller.read() as session:
        found = registering.subjects(
            session,
            caller.principal,
            cursors=caller.cursors,
            limit=50,
            cursor=cursor,
            unit_id=unit_id or None,
            kind=kind or None,
        )
        rows = [subject_out(one) for one in found.items]
        waiting = linking.links(session, caller.principal, cursors=caller.cursors, limit=20, state="proposed")
        return render(
            request,
            caller,
            "subjects/list.html",
            rows=rows,
            next_cursor=found.next_cursor,
            cursor=cursor,
            counts=_linked_records(session, [row.id for row in rows]),
            waiting=_links(session, waiting.items),
            codes=_codes(session, waiting.items),
            more_waiting=waiting.next_cursor is not None,
            units=tree(session),
            unit_names=unit_names(session),
            chosen={"unit_id": unit_id or "", "kind": kind or ""},
            kinds=SUBJECT_KINDS,
            link_roles=LINK_ROLES,
        )


@router.get("/subjects/{id}")
def observed(
    id: str,
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("subject.read"),
    date_from: Date = None,
    date_to: Date = None,
) -> HTMLResponse:
    """Both ledgers, and what an analyst looks at beside them."""
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        subject = registering.view(session, caller.principal, id)
        observation = observe_subject(
            session, caller.principal, book, id, date_from=date_from or None, date_to=date_to or None
        )
        linked = linking.links(
            session, caller.principal, cursors=caller.cursors, limit=MAX_LIMIT, subject_id=subject.id
        )
        links = _links(session, linked.items)
        notes = list(
            session.scalars(
                select(Assessment)
                .where(Assessment.subject_id == subject.id)
                .order_by(Assessment.id.desc())
                .limit(_TO_CHOOSE_FROM)
            )
        )
        return render(
            request,
            caller,
            "subjects/view.html",
            subject=subject_out(subject),
            unit=unit_names(session).get(subject.unit_id, ""),
            observation=observation,
            timeline=timeline(observation, book),
            sources=sources(observation, book),
            signs=signs(observation),
            links=links,
            titles=record_titles(session, [*observation.mentioned_in, *observation.records_without_review]),
            notes=notes,
            authors=colleagues(caller.repository, [note.author_id for note in notes]),
            to_link=_to_link(session, caller, links),
            chosen={"date_from": date_from or "", "date_to": date_to or ""},
            voices={voice: voice_name(voice) for voice in VOICES},
            kinds=KIND_ZH,
            subject_kinds=SUBJECT_KINDS,
            link_roles=LINK_ROLES,
            link_states=LINK_STATES,
            source_kinds=SOURCE_KINDS,
            note_states=NOTE_STATES,
            note_tones=NOTE_TONES,
            label_zh=label_names(book),
            label_css=label_classes(book),
        )


def _linked_records(session: Session, subject_ids: Sequence[str]) -> dict[str, int]:
    """How many records that the reader sees are confirmed to be about each subject."""
    rows = session.execute(
        select(SubjectLink.subject_id, func.count(SubjectLink.record_id.distinct()))
        .where(SubjectLink.subject_id.in_(subject_ids), SubjectLink.state == "confirmed")
        .group_by(SubjectLink.subject_id)
    )
    return {row[0]: row[1] for row in rows}


def _links(session: Session, links: Sequence[SubjectLink]) -> list[dict[str, Any]]:
    """Links with the titles of their records."""
    titles = record_titles(session, [link.record_id for link in links])
    return [{**link_out(link).model_dump(), "title": titles.get(link.record_id)} for link in links]


def record_titles(session: Session, record_ids: Sequence[str]) -> dict[str, str]:
    """Titles of those of the records that the reader sees."""
    found = session.scalars(select(Record).where(Record.id.in_(set(record_ids))))
    return {record.id: title_of(record) for record in found}


def title_of(record: Record) -> str:
    """The title, or what else tells a record from others."""
    return " ".join(part for part in (record.title or "无题材料", record.document_date) if part)


def _codes(session: Session, links: Sequence[SubjectLink]) -> dict[str, str]:
    found = session.scalars(select(Subject).where(Subject.id.in_({link.subject_id for link in links})))
    return {subject.id: subject.code for subject in found}


def _to_link(session: Session, caller: Caller, links: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """The newest records that are not linked yet, to choose from."""
    if not caller.principal.may("subject.write"):
        return []
    newest = records(session, caller.principal, RecordFilters(), cursors=caller.cursors, limit=_TO_CHOOSE_FROM)
    linked = {link["record_id"] for link in links if link["state"] != "rejected"}
    return [(record.id, title_of(record)) for record in newest.items if record.id not in linked]
