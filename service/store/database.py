"""One database, SQLite or PostgreSQL: its engine, and sessions that know how to begin, to wait and to refuse.

A session always has a guard (``service.access`` supplies it): a function that sees every statement before it runs. No
session can be had without one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from nlp.errors import (
    ConfigurationError,
    ConflictError,
    StoreBusyError,
    StoreError,
    UnguardedQueryError,
    VersionConflictError,
    YanpanError,
)
from service.store.base import Base
from service.store.refusals import of_driver

log = logging.getLogger(__name__)
Guard = Callable[[ORMExecuteState], None]
WAIT_S = 30
_WRITING = {"yanpan_writing": True}
# Of libpq, which by itself waits for minutes on a machine that vanished: seconds, and probes without an answer.
_PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class StoreSession(Session):
    """A session whose statements pass a guard, and whose immutable rows stay as they are."""


@event.listens_for(StoreSession, "do_orm_execute")
def _pass_guard(state: ORMExecuteState) -> None:
    guard: Guard | None = state.session.info.get("guard")
    if guard is None:
        raise UnguardedQueryError("a session without a guard")
    guard(state)


@event.listens_for(StoreSession, "before_flush")
def _keep_immutable(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for row in session.deleted:
        if isinstance(row, Base) and row.immutable:
            raise UnguardedQueryError(f"a row of {row.__tablename__} is never deleted")
    for row in session.dirty:
        if isinstance(row, Base) and row.immutable and session.is_modified(row):
            raise UnguardedQueryError(f"a row of {row.__tablename__} is never changed")


class Database:
    """The database behind one URL.

    Args:
        url: ``sqlite:////folder/file.db`` or ``postgresql://user:password@host/name`` (psycopg is the driver).
        pool: most connections at once, PostgreSQL only.

    Raises:
        ConfigurationError: the URL cannot be read, or names another kind of database.
    """

    def __init__(self, url: str, *, pool: int = 20) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # Writers of one process take turns here: SQLite's own waiting is polling, which starves somebody under load.
        self._turn = Lock()
        self._writing_thread: int | None = None
        if self.is_sqlite:
            self.engine = create_engine(self.url, connect_args={"timeout": WAIT_S}, pool_size=pool, max_overflow=20)
            _tune_sqlite(self.engine)
        else:
            self.engine = create_engine(
                self.url,
                pool_size=pool,
                max_overflow=10,
                pool_timeout=WAIT_S,
                pool_pre_ping=True,
                connect_args={name: value for name, value in _PATIENCE.items() if name not in self.url.query},
            )
        self._writer = self.engine.execution_options(**_WRITING)

    @contextmanager
    def read(self, guard: Guard) -> Iterator[StoreSession]:
        """A session that only reads: one consistent view of the data, undone at the end.

        Raises:
            UnguardedQueryError: something was changed in it.
        """
        with self._translated(), StoreSession(self.engine, expire_on_commit=False, info={"guard": guard}) as session:
            yield session
            if session.new or session.dirty or session.deleted:
                raise UnguardedQueryError("a change in a session for reading")
            # Closing it undoes the transaction and leaves what was loaded usable, which a rollback would not.

    @contextmanager
    def write(self, guard: Guard, **info: Any) -> Iterator[StoreSession]:
        """A session that is committed when the block ends, undone when it raises.

        On SQLite it holds the one writer's place from its first statement on, so that nothing it read has changed when it
        writes.

        Raises:
            ConflictError: a unique name is taken, or something refers to what was to be removed.
            VersionConflictError: a row was changed by somebody else in between.
            StoreBusyError: no turn within ``WAIT_S`` seconds.
            StoreUnavailableError: the database does not answer; where it went away while committing, nobody knows
                whether the change was kept.
        """
        with self._translated(), self._taking_turns():
            made = StoreSession(self._writer, expire_on_commit=False, info={"guard": guard, **info})
            with made as session:
                yield session
                session.commit()

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if self._writing_thread == get_ident():
            raise StoreError("a session for writing was begun inside another", hint="use the outer one")
        if not self._turn.acquire(timeout=WAIT_S):
            raise StoreBusyError("the database is busy", hint="try again")
        self._writing_thread = get_ident()
        try:
            yield
        finally:
            self._writing_thread = None
            self._turn.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of the driver as errors of the product; statements and values, which may be personal, stay out."""
        try:
            yield
        except StaleDataError as error:
            log.info("stale: %s", error)  # names the table, never a value
            raise VersionConflictError("somebody else changed it in the meantime", hint="read it again") from None
        except IntegrityError as error:
            log.info("integrity: %s", type(error.orig).__name__)
            raise ConflictError("the change contradicts what is stored", place=_constraint(error)) from None
        except PoolTimeout:
            raise StoreBusyError("all connections to the database are in use", hint="try again") from None
        except DBAPIError as error:
            raise of_driver(error, self.is_sqlite) from None
        except StatementError as error:
            if isinstance(error.orig, YanpanError):
                raise error.orig from None
            raise

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _checked(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError:
        # The message of the library repeats the URL, which may hold a password.
        raise ConfigurationError("YANPAN_DATABASE is no database URL", expected=_EXPECTED) from None
    if made.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return made.set(drivername="postgresql+psycopg")
    if made.drivername in ("sqlite", "sqlite+pysqlite") and made.database and made.database != ":memory:":
        Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        return made.set(drivername="sqlite+pysqlite")
    raise ConfigurationError(f"YANPAN_DATABASE: {made.drivername} cannot be used", expected=_EXPECTED)


_EXPECTED = "sqlite:////folder/file.db or postgresql://user:password@host/name"


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; "begin" below does
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={WAIT_S * 1000}",
            "cache_size=-32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that begins by reading cannot always be turned into a writing one; writers say so at once.
        writing = connection.get_execution_options().get("yanpan_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _constraint(error: IntegrityError) -> str | None:
    """The constraint's name (PostgreSQL) or its columns (SQLite); never the values."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name is not None:
        return str(name)
    _, mark, columns = str(error.orig).partition("\n")[0].partition("failed: ")
    return columns if mark else None
