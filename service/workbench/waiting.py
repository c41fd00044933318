"""What waits for somebody: only what their permissions let them do, each with the page where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.access import Principal
from service.decisions.measures import MEASURE_ZH
from service.review.queue import waiting as tags_waiting
from service.store.models import Assessment, AssessmentVersion, Decision, ReviewRound, Subject, SubjectLink
from service.store.models.searching import AlertHit
from service.store.models.working import Job

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits, with its page."""

    href: str
    words: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind.

    Attributes:
        count: of all of them; ``items`` are the first few.
        href: the list that counts the same.
        urgent: whether it should be seen first.
    """

    title: str
    count: int
    href: str
    items: list[Item] = field(default_factory=list)
    urgent: bool = False


def waiting_for(session: Session, principal: Principal) -> list[Waiting]:
    """Everything that waits for the principal; kinds of which nothing waits have the count 0."""
    found: list[Waiting] = []
    if principal.may("assessment.write"):
        mine = select(Assessment).where(Assessment.author_id == principal.id)
        found.append(
            _notes(session, "退回的研判", mine, "returned", "/assessments?state=returned&mine=true", urgent=True)
        )
    if principal.may("assessment.approve"):
        written = select(AssessmentVersion.assessment_id).where(AssessmentVersion.author_id == principal.id)
        others = select(Assessment).where(
            Assessment.author_id != principal.id,
            func.coalesce(Assessment.submitted_by, "") != principal.id,
            Assessment.id.not_in(written),
        )
        found.append(
            _notes(session, "待我批准的研判", others, "submitted", "/assessments?state=submitted", urgent=True)
        )
    if principal.may("decision.write"):
        found.append(_due(session))
    if principal.may("review.write"):
        found.append(Waiting("待复核的标注", tags_waiting(session, principal), "/review"))
    if principal.may("review.adjudicate"):
        rounds = select(ReviewRound).where(ReviewRound.state == "adjudicating")
        found.append(Waiting("待裁定的双盲复核", count(session, rounds), "/review"))
    if principal.may("subject.write"):
        links = select(SubjectLink).where(SubjectLink.state == "proposed")
        found.append(Waiting("待确认的材料关联", count(session, links), "/subjects"))
    if principal.may("assessment.write"):
        mine = select(Assessment).where(Assessment.author_id == principal.id)
        found.append(_notes(session, "我的研判草稿", mine, "draft", "/assessments?state=draft&mine=true"))
    if principal.may("search.save"):
        unseen = select(AlertHit).where(AlertHit.known.is_(False), AlertHit.seen_at.is_(None))
        found.append(Waiting("未看的案例提醒", count(session, unseen), "/searches"))
    jobs = select(Job).where(Job.state.in_(("queued", "running")))
    found.append(Waiting("进行中的后台任务", count(session, jobs), "/jobs"))
    failed = select(Job).where(Job.state == "failed", Job.owner_id == principal.id)
    found.append(Waiting("失败的后台任务", count(session, failed), "/jobs?state=failed"))
    return found


def count(session: Session, statement: Select[Any]) -> int:
    """How many rows a statement selects, of those that the session sees."""
    return int(session.scalar(select(func.count()).select_from(statement.subquery())) or 0)


def _notes(
    session: Session, title: str, wanted: Select[Assessment], state: str, href: str, *, urgent: bool = False
) -> Waiting:
    statement = wanted.where(Assessment.state == state)
    notes = session.scalars(statement.order_by(Assessment.updated_at).limit(_SHOWN)).all()
    codes = _codes(session, [note.subject_id for note in notes])
    items = [
        Item(
            f"/assessments/{note.id}",
            note.occasion,
            "，".join(part for part in (codes.get(note.subject_id), note.return_reason) if part)
            if state == "returned"
            else codes.get(note.subject_id, ""),
        )
        for note in notes
    ]
    return Waiting(title, count(session, statement), href, items, urgent)


def _due(session: Session) -> Waiting:
    statement = select(Decision).where(Decision.state == "open", Decision.follow_up_on <= date.today())
    rows = session.scalars(statement.order_by(Decision.follow_up_on, Decision.id).limit(_SHOWN)).all()
    codes = _codes(session, [row.subject_id for row in rows])
    items = [
        Item(
            f"/decisions/{row.id}",
            f"{MEASURE_ZH[row.measure]} {codes.get(row.subject_id, '')}",
            f"应于 {row.follow_up_on} 回访",
        )
        for row in rows
    ]
    return Waiting("到期待回访", count(session, statement), "/decisions?state=due", items, urgent=True)


def _codes(session: Session, ids: Sequence[str]) -> dict[str, str]:
    return {one.id: one.code for one in session.scalars(select(Subject).where(Subject.id.in_(ids)))}
