"""Recording decisions, and looking at them again when it is time."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from nlp.errors import ConflictError, InvalidCursorError, InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.decisions.measures import Measure
from service.store.etags import require_match
from service.store.models import Assessment, Decision
from service.store.paging import MAX_LIMIT, Cursors, Page, list_scope


def decide(
    session: Session,
    principal: Principal,
    assessment_id: str,
    measure: Measure,
    *,
    decided_by: str,
    decided_on: date,
    follow_up_on: date | None = None,
    note: str | None = None,
) -> Decision:
    """Record what people decided after an approved note.

    Args:
        session: for writing.
        principal: who records it.
        assessment_id: the note.
        measure: what was decided.
        decided_by: who decided, a person or a body, in words.
        decided_on: when.
        follow_up_on: when it is to be looked at again.
        note: further words.

    Raises:
        NotFoundError: there is no such note for them.
        ConflictError: the note is not approved.
        InvalidInputError: the follow-up lies before the decision.
    """
    principal.require("decision.write")
    assessment = fetch(session, Assessment, assessment_id)
    if assessment.state != "approved":
        raise ConflictError(f"the note is {assessment.state}", path=assessment.id, expected="an approved note")
    _check_dates(decided_on, follow_up_on)
    made = Decision(
        assessment_id=assessment.id,
        subject_id=assessment.subject_id,
        unit_id=assessment.unit_id,
        confidentiality=assessment.confidentiality,
        measure=measure,
        decided_by=decided_by,
        decided_on=decided_on,
        follow_up_on=follow_up_on,
        note=note,
        created_by=principal.id,
    )
    session.add(made)
    session.flush()
    record(session, "decision.create", "decision", made.id, assessment=assessment.id, measure=measure)
    return made


def change(
    session: Session, principal: Principal, decision_id: str, fields: dict[str, Any], *, if_match: str | None
) -> Decision:
    """Change an open decision: its note, or when it is to be looked at again.

    Args:
        session: for writing.
        principal: who changes it.
        decision_id: the decision.
        fields: ``note`` and ``follow_up_on``; either may be None.
        if_match: the entity tag of the decision as it was read.

    Raises:
        NotFoundError: there is no such decision for them.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is closed.
        InvalidInputError: the follow-up lies before the decision.
    """
    principal.require("decision.write")
    decision = fetch(session, Decision, decision_id)
    require_match(decision, if_match)
    if decision.state != "open":
        raise ConflictError("the decision is closed", path=decision.id)
    for name in ("note", "follow_up_on"):
        if name in fields:
            setattr(decision, name, fields[name])
    _check_dates(decision.decided_on, decision.follow_up_on)
    session.flush()
    record(session, "decision.change", "decision", decision.id, fields=sorted(fields))
    return decision


def due(
    session: Session, principal: Principal, on: date, *, cursors: Cursors, limit: int, cursor: str | None = None
) -> Page[Decision]:
    """Open decisions that are to be looked at again by a day, the longest due first.

    Raises:
        InvalidCursorError: the cursor belongs to another list.
    """
    principal.require("assessment.read")
    limit = max(1, min(limit, MAX_LIMIT))
    scope = list_scope("decisions-due", {"reader": principal.id, "on": on.isoformat()})
    statement = select(Decision).where(Decision.state == "open", Decision.follow_up_on <= on)
    if cursor is not None:
        statement = statement.where(_after(cursors.read(scope, cursor)))
    rows = list(session.scalars(statement.order_by(Decision.follow_up_on, Decision.id).limit(limit + 1)))
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = cursors.make(scope, [str(last.follow_up_on), last.id])
    return Page(rows[:limit], following)


def _after(values: list[Any]) -> ColumnElement[bool]:
    if len(values) != 2:
        raise InvalidCursorError("the cursor does not belong to this list")
    day = date.fromisoformat(values[0])
    return or_(Decision.follow_up_on > day, and_(Decision.follow_up_on == day, Decision.id > values[1]))


def _check_dates(decided_on: date, follow_up_on: date | None) -> None:
    if follow_up_on is not None and follow_up_on < decided_on:
        raise InvalidInputError("the follow-up lies before the decision", place="follow_up_on")
