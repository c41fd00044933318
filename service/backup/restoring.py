"""Putting a backup back, in place of nothing or of what is there; what is there is renamed, never removed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from nlp.errors import BackupError, IndexLockedError
from nlp.retrieval.store import file_lock
from service.backup import databases
from service.backup.places import DUMP, INDEX, JOBS, SPOOL, STORE, Places
from service.jobs.worker import LOCK


def put_back(places: Places, folder: Path, *, replace: bool = False) -> list[Path]:
    """Put a verified backup in place; returns what older data was renamed to.

    Everything is copied beside its place first, so that a full disk changes nothing.

    Args:
        places: of the service, which must not be running.
        folder: of the backup, checked by ``service.backup.verifying``.
        replace: whether data that is there may be renamed.

    Raises:
        BackupError: the service is running, data is there and ``replace`` is off, or the kinds of database differ.
    """
    dump = (folder / DUMP).is_file()
    if dump == (places.store is not None):
        raise BackupError(
            "the backup holds another kind of database than the service is set to",
            expected="PostgreSQL" if dump else "SQLite",
        )
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(places.data_dir, LOCK, 0.0, "a worker is at work"))
        except IndexLockedError:
            raise BackupError("the service is running", path=str(places.data_dir), hint="stop it first") from None
        _require_unused(places.store)
        return _swap(places, folder, replace)


def _swap(places: Places, folder: Path, replace: bool) -> list[Path]:
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    pairs = [(folder / JOBS, places.jobs), (folder / SPOOL, places.spool), (folder / INDEX, places.index)]
    if places.store is not None:
        pairs.insert(0, (folder / STORE, places.store))
    there = [target for _, target in pairs if _holds_something(target)]
    if there and not replace:
        raise BackupError("there is data already", path=str(there[0]), hint="--replace renames and keeps it")
    staged: list[tuple[Path, Path]] = []
    kept: list[Path] = []
    try:
        for source, target in pairs:
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                aside = target.with_name(f".{target.name}.restoring")
                _remove(aside)
                staged.append((aside, target))
                _copy(source, aside)
        if places.store is None:
            databases.load_postgres(places.database_url, folder / DUMP)
    except BaseException:
        for aside, _ in staged:
            _remove(aside)
        raise
    for _, target in pairs:
        for path in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
            if path.exists():
                before = path.with_name(f"{path.name}.before-{moment}")
                path.rename(before)
                kept.append(before)
    for aside, target in staged:
        aside.rename(target)
    return kept


def _require_unused(store: Path | None) -> None:
    """The one who holds a database in exclusive mode is alone with it."""
    if store is None or not store.is_file():
        return
    try:
        with closing(sqlite3.connect(store, timeout=0.5)) as opened:
            opened.execute("PRAGMA locking_mode=EXCLUSIVE")
            opened.execute("BEGIN EXCLUSIVE")
            opened.execute("ROLLBACK")
    except sqlite3.OperationalError:
        raise BackupError("the database is in use", path=str(store), hint="stop the service first") from None
    except sqlite3.DatabaseError:
        return  # a damaged database is one of the reasons to restore


def _holds_something(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".tantivy-*.lock"))
    else:
        shutil.copy2(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
