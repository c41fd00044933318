"""Making a backup while the service works.

The order makes the parts fit. The store is copied before the index, so the index is never behind the store's outbox: what
was delivered in between is delivered once more and found there. The store is copied before the state of the job engine,
whose workflows are brought in line with the store's jobs at the next start. Waiting files are copied before and after the
store, so every file that a copied row names is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nlp.errors import BackupError
from nlp.retrieval.store import write_lock
from nlp.version import PIPELINE_VERSION
from service.backup import databases
from service.backup.places import DUMP, INDEX, JOBS, MANIFEST, SPOOL, STORE, Places

FORMAT = 1
_INDEX_WAIT_S = 600.0
_IGNORED = shutil.ignore_patterns("LOCK", "*.lock", ".aside-*", ".partial-*", "*.partial")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and verified."""

    folder: Path
    files: int
    size: int


def make(places: Places, out: Path) -> Made:
    """Make a backup in a new folder below ``out``; it has its name only once it is whole and verified.

    Raises:
        BackupError: a part cannot be copied, or the copy is not sound; nothing is left.
        IndexLockedError: somebody has been writing to the index for ten minutes.
    """
    from service.backup.verifying import verify

    if places.store is not None and not places.store.is_file():
        raise BackupError("there is no database", path=str(places.store), hint="set YANPAN_DATA_DIR or --database")
    moment = datetime.now(UTC)
    folder = out / f"yanpan-{moment:%Y%m%dT%H%M%S%f}Z"
    aside = out / f".{folder.name}.partial"
    aside.mkdir(parents=True, mode=0o700)
    try:
        _copy_spool(places.spool, aside / SPOOL)
        if places.store is not None:
            databases.copy_sqlite(places.store, aside / STORE)
        else:
            databases.dump_postgres(places.database_url, aside / DUMP)
        _copy_spool(places.spool, aside / SPOOL)
        if places.jobs.is_file():
            databases.copy_sqlite(places.jobs, aside / JOBS)
        if places.index.is_dir():
            with write_lock(places.index, _INDEX_WAIT_S):
                shutil.copytree(places.index, aside / INDEX, ignore=_IGNORED)
        _write_manifest(aside, moment)
        found = verify(aside)
        aside.replace(folder)
        _sync(out)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return Made(folder, found.files, found.size)


def _copy_spool(source: Path, target: Path) -> None:
    for path in sorted(source.glob("*/*")) if source.is_dir() else []:
        to = target / path.relative_to(source)
        if to.exists() or path.name.startswith("."):
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, to)
        except FileNotFoundError:
            to.unlink(missing_ok=True)  # read and dropped in the meantime


def _write_manifest(folder: Path, moment: datetime) -> None:
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = {"size": path.stat().st_size, "sha256": sha256_of(path)}
            _sync(path)
    body: dict[str, Any] = {
        "format": FORMAT,
        "version": PIPELINE_VERSION,
        "made_at": moment.isoformat(),
        "files": files,
    }
    body["sha256"] = manifest_hash(body)
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _sync(manifest)
    _sync(folder)


def manifest_hash(body: dict[str, Any]) -> str:
    """SHA-256 of a manifest without its own hash."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
