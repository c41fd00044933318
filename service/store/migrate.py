"""Bringing a database to this version's schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from nlp.errors import StoreBehindError
from service.store.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x79616E70616E  # "yanpan"; two servers started at once must not both migrate


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest schema revision that this version knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(database: Database) -> str | None:
    """The revision of a database; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_empty(database: Database) -> bool:
    """Whether there is no table at all."""
    with database.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def upgrade(database: Database) -> tuple[str | None, str]:
    """Run what is missing, all of it or nothing; returns the revisions before and after.

    Raises:
        StoreBehindError: the database was written by a newer version.
    """
    with _alone(database) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        try:
            command.upgrade(_config(connection), "head")
        except CommandError:
            raise _newer(before) from None
    return before, head()


def require_head(database: Database) -> None:
    """Go on only with this version's schema.

    Raises:
        StoreBehindError: the schema is older, newer, or not there.
    """
    found = current(database)
    if found == head():
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise _newer(found)
    raise StoreBehindError(
        f"the database has schema {found or '(none)'}, this version needs {head()}",
        hint="make a backup, then run yanpan migrate",
    )


def _newer(found: str | None) -> StoreBehindError:
    return StoreBehindError(
        f"the database has schema {found}, which this version does not know", hint="install the newer version again"
    )


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    engine = database.engine.execution_options(yanpan_writing=True)
    with engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection
