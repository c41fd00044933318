"""Names of colleagues and units beside their ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Repository
from service.store.models.people import Unit, User


def colleagues(repository: Repository, ids: Iterable[str | None]) -> dict[str, str]:
    """Display names of the people who worked on something that the reader sees.

    Args:
        repository: a reader without ``user.manage`` sees no users, but may know whom a note is from.
        ids: of users; None is left out.
    """
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    with repository.system_read("names") as session:
        users = session.scalars(select(User).where(User.id.in_(wanted)))
        return {user.id: user.display_name for user in users}


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree.

    Attributes:
        depth: 0 for the topmost one that is seen.
    """

    unit: Unit
    depth: int

    @property
    def indented(self) -> str:
        """Its name, moved to the right as deep as it lies; for lists to choose from."""
        return "\u3000" * self.depth + self.unit.name


def tree(session: Session) -> list[Branch]:
    """The units that the session sees, each right above those below it, in the order of their codes."""
    units = session.scalars(select(Unit).order_by(Unit.code)).all()
    there = {unit.id for unit in units}
    below: dict[str | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in there else None, []).append(unit)
    found: list[Branch] = []
    waiting = [Branch(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        waiting += [Branch(unit, branch.depth + 1) for unit in reversed(below.get(branch.unit.id, []))]
    return found


def unit_names(session: Session) -> dict[str, str]:
    """Unit ids with their names, as far as the session sees them."""
    return {unit.id: unit.name for unit in session.scalars(select(Unit))}
