"""Who could review a record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Principal, Repository
from service.access.repository import fetch
from service.access.roles import permissions_of
from service.store.models import Record, UnitClosure, User


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may see a record and review it."""

    id: str
    name: str
    may_adjudicate: bool


def reviewers_of(repository: Repository, principal: Principal, record_id: str) -> list[Reviewer]:
    """Those who may see a record and review it, by name.

    Args:
        repository: the database.
        principal: who asks; they see the record themselves and adjudicate.
        record_id: the record.

    Raises:
        NotFoundError: there is no such record for them.
    """
    principal.require("review.adjudicate")
    with repository.read(principal) as session:
        record = fetch(session, Record, record_id)
    with repository.system_read("review") as session:
        return able(session, record)


def able(session: Session, record: Record) -> list[Reviewer]:
    """The same, in a session of the system."""
    above = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id == record.unit_id)
    users = session.scalars(
        select(User).where(
            User.unit_id.in_(above), User.clearance >= record.confidentiality, User.disabled_at.is_(None)
        )
    )
    found = []
    for user in users:
        held = permissions_of(user.roles)
        if {"record.read", "review.write"} <= held:
            found.append(Reviewer(user.id, user.display_name, "review.adjudicate" in held))
    return sorted(found, key=lambda one: (one.name, one.id))
