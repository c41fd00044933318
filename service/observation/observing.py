"""Observing a subject or the team of a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import InvalidInputError, NotFoundError
from nlp.profile import Evidence, LabelView, Observation, independent_sources, observe, voice_name
from nlp.profile.contradictions import Contradiction
from nlp.profile.signs import SIGN_ZH
from nlp.profile.voices import VOICES
from service.access import Principal
from service.access.guard import reach
from service.access.repository import fetch
from service.audit.log import record as audit
from service.observation.gathering import Gathered, gather
from service.observation.shapes import (
    Cell,
    Contradicting,
    GapOut,
    LabelLines,
    ObservationOut,
    SeenSubject,
    Sign,
    VoiceLines,
)
from service.records.details import checked_date
from service.records.listing import in_time
from service.store.models import Record, Subject, SubjectLink, TagRow, Unit, UnitClosure

MOST_RECORDS = 2000
"""Records of one observation; more of one person or team are looked at by period."""


def observe_subject(
    session: Session,
    principal: Principal,
    book: Codebook,
    subject_id: str,
    *,
    date_from: str | None = None,
    date_to: str | None = None,
    signs_since: str | None = None,
) -> ObservationOut:
    """What the records confirmed to be about a subject say of them.

    Records that the reader may not see take no part, in no count either. Of a record about a person the tags about the
    target count, of one about a team those about the team. Records that only mention the subject take no part.

    Args:
        session: decides what is seen.
        principal: who asks.
        book: names the labels, and says which may be missing.
        subject_id: of a subject they may see.
        date_from, date_to: only records of these dates; those without a date are left out then.
        signs_since: early signs of this date and later only.

    Raises:
        NotFoundError: there is no such subject for them.
        InvalidInputError: a date is none, or there are more than ``MOST_RECORDS`` records.
    """
    principal.require("subject.read")
    principal.require("record.read")
    subject = fetch(session, Subject, subject_id)
    rows = session.execute(
        select(SubjectLink.record_id, SubjectLink.role, SubjectLink.relation)
        .where(SubjectLink.subject_id == subject.id, SubjectLink.state == "confirmed")
        .order_by(SubjectLink.id)
    ).all()
    about = {record_id: relation for record_id, role, relation in rows if role != "mentioned"}
    mentioned = sorted({record_id for record_id, role, _ in rows if role == "mentioned"} - about.keys())
    spoken_of = "team" if subject.kind == "team" else "target"
    ids = _chosen(session, select(Record.id).where(Record.id.in_(list(about))), date_from, date_to)
    found = gather(session, ids, lambda tag: tag.subject == spoken_of, about)
    audit(session, "subject.observe", "subject", subject.id, records=len(found.reviewed))
    seen = SeenSubject(kind="team" if subject.kind == "team" else "person", id=subject.id, name=subject.code)
    return _shown(seen, book, found, mentioned, checked_date(signs_since, "signs_since"))


def observe_unit(
    session: Session,
    principal: Principal,
    book: Codebook,
    unit_id: str,
    *,
    below: bool = False,
    date_from: str | None = None,
    date_to: str | None = None,
    signs_since: str | None = None,
) -> ObservationOut:
    """What the records of a unit say of its team (班子): the tags whose subject is the team.

    Args:
        session: decides what is seen.
        principal: who asks.
        book: names the labels.
        unit_id: within their reach.
        below: with the units below it.
        date_from, date_to: only records of these dates.
        signs_since: early signs of this date and later only.

    Raises:
        NotFoundError: there is no such unit for them.
        InvalidInputError: a date is none, or there are more than ``MOST_RECORDS`` records.
    """
    principal.require("record.read")
    if unit_id not in reach(session, principal):
        raise NotFoundError("no such unit", path=unit_id)
    unit = fetch(session, Unit, unit_id)
    units = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == unit_id)
    where = Record.unit_id.in_(units) if below else Record.unit_id == unit_id
    speaking = select(TagRow.version_id).where(
        TagRow.subject == "team", TagRow.state.in_(("accepted", "proposed")), TagRow.status != "normative"
    )
    wanted = select(Record.id).where(where, Record.current_version_id.in_(speaking))
    ids = _chosen(session, wanted, date_from, date_to)
    found = gather(session, ids, lambda tag: tag.subject == "team")
    audit(session, "unit.observe", "unit", unit.id, records=len(found.reviewed), below=below)
    seen = SeenSubject(kind="unit", id=unit.id, name=unit.name)
    return _shown(seen, book, found, [], checked_date(signs_since, "signs_since"))


def _chosen(session: Session, wanted: Select[Any], since: str | None, until: str | None) -> list[str]:
    """Ids of the records of a statement whose date can lie in the range."""
    statement = in_time(wanted, checked_date(since, "date_from"), checked_date(until, "date_to"))
    ids = list(session.scalars(statement.limit(MOST_RECORDS + 1)))
    if len(ids) > MOST_RECORDS:
        raise InvalidInputError(
            "too many records at once", expected=f"at most {MOST_RECORDS}", hint="look at a shorter period"
        )
    return ids


def _shown(
    subject: SeenSubject, book: Codebook, found: Gathered, mentioned: list[str], since: str | None
) -> ObservationOut:
    made = observe(found.reviewed, book, since=since)
    unseen = observe(found.proposed, book)
    views = (made.positive, made.negative, made.reported, made.advised)
    evidence = [item for part in views for view in part for item in view.evidence]

    def zh(label: str) -> str:
        return book.label(label).zh if label in book else label

    def shown(part: Sequence[LabelView], *, reviewed: bool = True) -> list[LabelLines]:
        return [_label_lines(view, zh(view.label), found, reviewed) for view in part]

    def beside(one: Contradiction) -> Contradicting:
        return Contradicting(
            label=one.label,
            zh=zh(one.label),
            positive=[found.line(item) for item in one.positive],
            negative=[found.line(item) for item in one.negative],
            facts_on_both_sides=one.facts_on_both_sides,
            same_voice=one.same_voice,
        )

    return ObservationOut(
        subject=subject,
        records=made.records,
        records_without_review=found.waiting,
        mentioned_in=mentioned,
        positive=shown(made.positive),
        negative=shown(made.negative),
        reported=shown(made.reported),
        advised=shown(made.advised),
        timeline=_timeline(evidence, found),
        voices=_voices(evidence, found),
        contradictions=[beside(one) for one in made.contradictions if not one.change],
        changes=[beside(one) for one in made.contradictions if one.change],
        early_signs=[
            Sign(
                kind=sign.kind,
                zh=SIGN_ZH[sign.kind],
                label=sign.label,
                line=found.line(sign.evidence),
                before=[found.line(item) for item in sign.before],
            )
            for sign in made.early_signs
        ],
        gaps=[GapOut(zh=zh(gap.label), **gap.model_dump()) for gap in made.gaps],
        proposed=shown(_all_views(unseen), reviewed=False),
    )


def _all_views(made: Observation) -> list[LabelView]:
    return [*made.positive, *made.negative, *made.reported, *made.advised]


def _label_lines(view: LabelView, zh: str, found: Gathered, reviewed: bool) -> LabelLines:
    fields = view.model_dump(exclude={"evidence"})
    return LabelLines(**fields, zh=zh, lines=[found.line(item, reviewed=reviewed) for item in view.evidence])


def _timeline(evidence: Sequence[Evidence], found: Gathered) -> list[Cell]:
    """By month; what has no date comes last."""
    cells: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in evidence:
        cells[(item.date or "")[:7], item.label, item.polarity].append(found.line(item).tag_id)
    return [
        Cell(period=period, label=label, polarity=polarity, lines=cells[period, label, polarity])
        for period, label, polarity in sorted(cells, key=lambda key: (key[0] or "9999", *key[1:]))
    ]


def _voices(evidence: Sequence[Evidence], found: Gathered) -> list[VoiceLines]:
    lines = []
    for voice in VOICES:
        said = [item for item in evidence if item.voice == voice]
        labels: dict[str, int] = defaultdict(int)
        for item in said:
            labels[item.label + item.polarity] += 1
        if said:
            lines.append(
                VoiceLines(
                    voice=voice,
                    zh=voice_name(voice),
                    pieces=len(said),
                    sources=independent_sources(said),
                    labels=dict(labels),
                    lines=[found.line(item).tag_id for item in said],
                )
            )
    return lines
