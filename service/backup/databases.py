"""Copies of databases that are in use: SQLite by its online backup, PostgreSQL by its own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from nlp.errors import BackupError

_PAGES = 2000
_TIMEOUT_S = 6 * 3600


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database as of one moment, while others read and write it.

    Raises:
        BackupError: it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as opened,
            closing(sqlite3.connect(target)) as made,
        ):
            # One read transaction: without it the copy starts anew whenever somebody writes, and may never end.
            opened.execute("BEGIN")
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
            opened.backup(made, pages=_PAGES)
            made.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError("the database cannot be copied", path=str(source), hint=type(error).__name__) from error


def check_sqlite(path: Path) -> None:
    """Open a database and have SQLite check every page.

    Raises:
        BackupError: it is damaged.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as opened:
            (answer,) = opened.execute("PRAGMA integrity_check").fetchone()
            broken = opened.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError("the copy is no sound database", path=path.name) from error
    if answer != "ok" or broken is not None:
        raise BackupError("the copy is no sound database", path=path.name)


def dump_postgres(url: str, target: Path) -> None:
    """Dump a PostgreSQL database with ``pg_dump``.

    Raises:
        BackupError: the tool is not installed, or fails.
    """
    _run("pg_dump", url, ["--format=custom", f"--file={target}"])


def load_postgres(url: str, source: Path) -> None:
    """Put a dump into an empty PostgreSQL database with ``pg_restore``, all of it or nothing.

    Raises:
        BackupError: the tool is not installed, or fails, for instance because the database is not empty.
    """
    _run("pg_restore", url, ["--single-transaction", "--no-owner", "--exit-on-error"], str(source))


def _run(tool: str, url: str, options: list[str], *files: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise BackupError(
            f"{tool} is not installed", hint="install PostgreSQL's client programs of the server's version"
        )
    address = make_url(url)
    # The password goes through the environment: arguments can be read by every user of the machine.
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [found, *options, f"--dbname={plain}", *files]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise BackupError(f"{tool} failed with status {done.returncode}", hint="look into the database server's log")
