"""The access rules: for every table, which rows somebody sees and who may write them.

A record is visible when its unit is the reader's or lies below it, its level is at most the reader's clearance, and the
reader's roles let them read records at all. What hangs on a record is visible when the record and the version it belongs
to are. A table without a rule here cannot be queried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, or_, select, true

from service.access.principal import Principal
from service.store.base import Base, table_of
from service.store.models import people, records, searching, working
from service.store.models.assessing import (
    Assessment,
    AssessmentCase,
    AssessmentReturn,
    AssessmentVersion,
    Decision,
    Finding,
    FindingEvidence,
)
from service.store.models.auditing import AuditEntry, AuditHead
from service.store.models.reviewing import Adjudication, Review, ReviewAssignment, ReviewRound
from service.store.models.subjects import Subject, SubjectIdentity, SubjectLink

Condition = ColumnElement[bool]
Visible = Callable[[Principal, FromClause], Condition]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows a principal sees, and which permissions (any of them) let them write."""

    visible: Visible
    writers: tuple[str, ...] = ()


_CLOSURE = table_of(people.UnitClosure)
_UNITS = table_of(people.Unit)
_USERS = table_of(people.User)
_RECORDS = table_of(records.Record)
_VERSIONS = table_of(records.RecordVersion)
_SUBJECTS = table_of(Subject)
_ASSESSMENTS = table_of(Assessment)
_BATCHES = table_of(working.Batch)


def within(principal: Principal, unit: ColumnElement[str]) -> Condition:
    """The unit is the principal's or lies below it."""
    closure = _CLOSURE.alias()
    return unit.in_(select(closure.c.descendant_id).where(closure.c.ancestor_id == principal.unit_id))


def _holding(principal: Principal, *permissions: str) -> Condition:
    return true() if principal.may(*permissions) else false()


def _open(principal: Principal, table: FromClause) -> Condition:
    """Unit and level of a row."""
    return and_(within(principal, table.c.unit_id), table.c.confidentiality <= principal.clearance)


def _placed(*permissions: str) -> Visible:
    return lambda principal, table: and_(_holding(principal, *permissions), _open(principal, table))


def _record(principal: Principal, record_id: ColumnElement[str]) -> Condition:
    one = _RECORDS.alias()
    return and_(
        _holding(principal, "record.read"),
        exists().where(one.c.id == record_id, _open(principal, one)).correlate_except(one),
    )


def _version(principal: Principal, version_id: ColumnElement[str]) -> Condition:
    """The version itself and the record as it is now: an older version never shows more than both allow."""
    one, record = _VERSIONS.alias(), _RECORDS.alias()
    return and_(
        _holding(principal, "record.read"),
        exists()
        .where(one.c.id == version_id, record.c.id == one.c.record_id, _open(principal, one), _open(principal, record))
        .correlate_except(one, record),
    )


def _subject(principal: Principal, subject_id: ColumnElement[str]) -> Condition:
    one = _SUBJECTS.alias()
    return and_(
        _holding(principal, "subject.read"),
        exists().where(one.c.id == subject_id, _open(principal, one)).correlate_except(one),
    )


def _assessment(principal: Principal, assessment_id: ColumnElement[str]) -> Condition:
    one = _ASSESSMENTS.alias()
    return and_(
        _holding(principal, "assessment.read"),
        exists().where(one.c.id == assessment_id, _open(principal, one)).correlate_except(one),
    )


def _batch(principal: Principal, table: FromClause) -> Condition:
    one = _BATCHES.alias()
    return and_(
        _holding(principal, "batch.write"),
        exists().where(one.c.id == table.c.batch_id, _open(principal, one)).correlate_except(one),
    )


def _case(principal: Principal, table: FromClause) -> Condition:
    """A case outside this database, by the unit's name and the level that it had when it was found."""
    level = table.c.case_confidentiality <= principal.clearance
    if principal.everywhere:
        return level
    unit = _UNITS.alias()
    named = exists().where(unit.c.name == table.c.case_unit, within(principal, unit.c.id)).correlate_except(unit)
    return and_(level, named)


def _on_version(principal: Principal, table: FromClause) -> Condition:
    return _version(principal, table.c.version_id)


def _user(principal: Principal, table: FromClause) -> Condition:
    managed = and_(_holding(principal, "user.manage", "key.manage"), within(principal, table.c.unit_id))
    return or_(table.c.id == principal.id, managed)


def _key(principal: Principal, table: FromClause) -> Condition:
    one = _USERS.alias()
    managed = exists().where(one.c.id == table.c.user_id, within(principal, one.c.unit_id)).correlate_except(one)
    return or_(table.c.user_id == principal.id, and_(_holding(principal, "key.manage"), managed))


def _unit(principal: Principal, table: FromClause) -> Condition:
    """The own branch, up to the root and down."""
    closure = _CLOSURE.alias()
    above = table.c.id.in_(select(closure.c.ancestor_id).where(closure.c.descendant_id == principal.unit_id))
    return or_(within(principal, table.c.id), above)


def _own(column: str) -> Visible:
    return lambda principal, table: table.c[column] == principal.id


def _nobody(_principal: Principal, _table: FromClause) -> Condition:
    return false()


def _permitted(*permissions: str) -> Visible:
    return lambda principal, _table: _holding(principal, *permissions)


_ANNOTATING = ("record.write", "review.write", "review.adjudicate")
_ASSESSING = ("assessment.write", "assessment.approve")

RULES: dict[type[Base], Rule] = {
    people.Unit: Rule(_unit, ("unit.manage",)),
    people.UnitClosure: Rule(lambda principal, table: within(principal, table.c.descendant_id), ("unit.manage",)),
    people.User: Rule(_user, ("user.manage",)),
    people.ApiKey: Rule(_key, ("key.own", "key.manage")),
    people.WebSession: Rule(_own("user_id")),
    records.Record: Rule(_placed("record.read"), ("record.write",)),
    records.RecordVersion: Rule(
        lambda principal, table: and_(_open(principal, table), _record(principal, table.c.record_id)), ("record.write",)
    ),
    records.OriginalFile: Rule(_on_version, ("record.write",)),
    records.RecordAnnotation: Rule(_on_version, ("record.write",)),
    records.TagRow: Rule(_on_version, _ANNOTATING),
    Subject: Rule(_placed("subject.read"), ("subject.write",)),
    SubjectIdentity: Rule(
        lambda principal, table: and_(_holding(principal, "subject.identify"), _subject(principal, table.c.subject_id)),
        ("subject.identify",),
    ),
    SubjectLink: Rule(
        lambda principal, table: and_(_version(principal, table.c.version_id), _subject(principal, table.c.subject_id)),
        ("subject.write",),
    ),
    ReviewRound: Rule(_on_version, ("review.write", "review.adjudicate")),
    ReviewAssignment: Rule(_on_version, ("review.write", "review.adjudicate")),
    Review: Rule(
        lambda principal, table: and_(
            _version(principal, table.c.version_id),
            or_(table.c.sealed.is_(False), table.c.reviewer_id == principal.id),
        ),
        ("review.write", "review.adjudicate"),
    ),
    Adjudication: Rule(_on_version, ("review.adjudicate",)),
    Assessment: Rule(_placed("assessment.read"), _ASSESSING),
    AssessmentVersion: Rule(
        lambda principal, table: _assessment(principal, table.c.assessment_id), ("assessment.write",)
    ),
    AssessmentReturn: Rule(
        lambda principal, table: _assessment(principal, table.c.assessment_id), ("assessment.approve",)
    ),
    Finding: Rule(lambda principal, table: _assessment(principal, table.c.assessment_id), ("assessment.write",)),
    FindingEvidence: Rule(
        lambda principal, table: and_(
            _assessment(principal, table.c.assessment_id), _version(principal, table.c.version_id)
        ),
        ("assessment.write",),
    ),
    AssessmentCase: Rule(
        lambda principal, table: and_(_assessment(principal, table.c.assessment_id), _case(principal, table)),
        ("assessment.write",),
    ),
    Decision: Rule(_placed("assessment.read"), ("decision.write",)),
    searching.SavedSearch: Rule(_own("owner_id"), ("search.save",)),
    searching.AlertHit: Rule(
        lambda principal, table: and_(table.c.owner_id == principal.id, _case(principal, table)), ("search.save",)
    ),
    working.Batch: Rule(_placed("batch.write"), ("batch.write",)),
    working.BatchItem: Rule(_batch, ("batch.write",)),
    working.Job: Rule(
        lambda principal, table: or_(table.c.owner_id == principal.id, _holding(principal, "operation.read")),
        ("record.write", "batch.write", "export.create", "search.save", "decision.write", "case.write"),
    ),
    working.OutboxEntry: Rule(_nobody, ("record.write", "decision.write", "case.write", "review.write")),
    working.IdempotencyKey: Rule(_own("owner_id"), ("*",)),
    working.Instance: Rule(_nobody),
    AuditEntry: Rule(_permitted("audit.read")),
    AuditHead: Rule(_permitted("audit.read")),
}


@lru_cache(maxsize=4096)
def visible(model: type[Base], principal: Principal) -> Condition:
    """Which rows of a table the principal sees.

    Building the expression copies the columns of every table in it and takes longer than most statements it guards, so it
    is kept: it depends on nothing but the two.
    """
    return RULES[model].visible(principal, table_of(model))
