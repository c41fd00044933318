"""The tree of units, kept with its transitive closure."""

from __future__ import annotations

from sqlalchemy import delete, insert, literal, select, true
from sqlalchemy.orm import Session

from nlp.errors import ConflictError, InvalidInputError, NotFoundError
from service.store.base import table_of
from service.store.models.people import Unit, UnitClosure

_CLOSURE = table_of(UnitClosure)


def add_unit(session: Session, code: str, name: str, parent_id: str | None = None) -> Unit:
    """Put a unit into the tree; only the first one goes without a parent.

    Raises:
        NotFoundError: there is no such parent.
        ConflictError: there is a root already.
    """
    if parent_id is None:
        if session.scalar(select(Unit.id).where(Unit.parent_id.is_(None)).limit(1)) is not None:
            raise ConflictError("there is a root unit already", hint="give the parent of the new unit")
    elif session.get(Unit, parent_id) is None:
        raise NotFoundError("no such unit", path=parent_id)
    unit = Unit(code=code, name=name, parent_id=parent_id)
    session.add(unit)
    session.flush()
    connection = session.connection()
    connection.execute(insert(_CLOSURE).values(ancestor_id=unit.id, descendant_id=unit.id, depth=0))
    if parent_id is not None:
        _hang(session, unit.id, parent_id)
    session.info.pop("reach", None)
    return unit


def move_unit(session: Session, unit: Unit, parent_id: str) -> None:
    """Hang a unit, with all below it, under another parent.

    Raises:
        InvalidInputError: the unit is the root, or the parent lies below the unit.
        NotFoundError: there is no such parent.
    """
    if unit.parent_id is None:
        raise InvalidInputError("the root unit cannot be moved")
    if session.get(Unit, parent_id) is None:
        raise NotFoundError("no such unit", path=parent_id)
    below = select(_CLOSURE.c.descendant_id).where(_CLOSURE.c.ancestor_id == unit.id)
    connection = session.connection()
    if parent_id in connection.scalars(below).all():
        raise InvalidInputError("the new parent lies below the unit itself")
    unit.parent_id = parent_id
    session.flush()
    connection.execute(
        delete(_CLOSURE).where(_CLOSURE.c.descendant_id.in_(below), _CLOSURE.c.ancestor_id.not_in(below))
    )
    _hang(session, unit.id, parent_id)
    session.info.pop("reach", None)


def _hang(session: Session, unit_id: str, parent_id: str) -> None:
    """Everything above the parent is above everything below the unit."""
    above, below = _CLOSURE.alias(), _CLOSURE.alias()
    pairs = select(
        above.c.ancestor_id, below.c.descendant_id, (above.c.depth + below.c.depth + literal(1)).label("depth")
    )
    pairs = pairs.select_from(above.join(below, true())).where(
        above.c.descendant_id == parent_id, below.c.ancestor_id == unit_id
    )
    session.connection().execute(insert(_CLOSURE).from_select(["ancestor_id", "descendant_id", "depth"], pairs))
