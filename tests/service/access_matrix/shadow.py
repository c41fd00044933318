"""The shadow of a scenery: a database and a case index that hold only what one reader may see.

What that is is told here in plain words, from the tree of units and from levels, without the product's rules.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, select, text, update

from nlp.retrieval import CaseIndex
from service.store.base import Base
from service.store.database import Database
from tests.service.access_matrix.making import opened, served
from tests.service.access_matrix.scenery import Scenery
from tests.service.working import BigramEncoder

_TABLES = Base.metadata.tables
# Tables whose rows have a unit and a level of their own.
_PLACED = ("records", "record_versions", "subjects", "assessments", "decisions", "batches")


@contextmanager
def shadow_of(scenery: Scenery, source: Path, folder: Path, user_id: str, unit: str, level: int) -> Iterator[Scenery]:
    """A service over what somebody of a unit and a clearance may see.

    Args:
        scenery: whose state lies in ``source``; nobody writes to it now.
        source: its folder.
        folder: for the copy.
        user_id: who reads.
        unit: theirs, as a path (``某省/A县``).
        level: their clearance.
    """
    shutil.copytree(source, folder, dirs_exist_ok=True)
    under = {path: id_ for path, id_ in scenery.people.units.items() if path == unit or path.startswith(f"{unit}/")}
    everywhere = "/" not in unit
    database = opened(folder)
    _reduce(database, set(under.values()), {path.replace("/", "") for path in under}, everywhere, user_id, level)
    database.close()
    names = {path.replace("/", "") for path in under}
    index = CaseIndex.open(folder / "index", encoder=BigramEncoder())
    seen = [
        case
        for id_, *_ in index.contents()
        if (case := index.get(id_)) is not None and case.confidentiality <= level and (everywhere or case.unit in names)
    ]
    shutil.rmtree(folder / "index")
    if seen:
        CaseIndex.build(folder / "index", seen, encoder=BigramEncoder())
    with served(scenery, folder) as made:
        yield made


def _reduce(database: Database, units: set[str], names: set[str], everywhere: bool, user_id: str, level: int) -> None:
    with database.engine.connect() as connection:
        # Past SQLAlchemy, whose first statement begins a transaction: within one SQLite does not heed this.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        for table in _PLACED:
            _only(connection, table, lambda row: row.unit_id in units and row.confidentiality <= level)
        _only(connection, "reviews", lambda row: not row.sealed or row.reviewer_id == user_id)
        _only(connection, "saved_searches", lambda row: row.owner_id == user_id)
        _only(connection, "jobs", lambda row: row.owner_id == user_id)
        for table, owner in (("alert_hits", "owner_id"), ("assessment_cases", None)):
            _only(
                connection,
                table,
                lambda row, owner=owner: (
                    (owner is None or getattr(row, owner) == user_id)
                    and row.case_confidentiality <= level
                    and (everywhere or row.case_unit in names)
                ),
            )
        connection.commit()


def _only(connection: Connection, name: str, seen: Any) -> None:
    table = _TABLES[name]
    _remove(connection, table, [row.id for row in connection.execute(select(table)).all() if not seen(row)])


def _remove(connection: Connection, table: Table, ids: list[str]) -> None:
    """Remove rows, and what cannot be without them."""
    if not ids:
        return
    connection.execute(delete(table).where(table.c.id.in_(ids)))
    for other in _TABLES.values():
        for pointing in other.columns:
            if not any(key.column.table is table for key in pointing.foreign_keys):
                continue
            if pointing.nullable:
                connection.execute(update(other).where(pointing.in_(ids)).values({pointing.name: None}))
            elif "id" in other.columns:
                rows = connection.execute(select(other.c.id).where(pointing.in_(ids))).all()
                _remove(connection, other, [row.id for row in rows])
            else:
                connection.execute(delete(other).where(pointing.in_(ids)))
