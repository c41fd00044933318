"""Whether a backup is whole: every file by its hash, every database and the index by opening, the audit log link by link."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.errors import BackupError, CaseIndexError
from service.backup.databases import check_sqlite
from service.backup.making import FORMAT, manifest_hash, sha256_of
from service.backup.places import DUMP, INDEX, JOBS, MANIFEST, STORE


@dataclass(frozen=True, slots=True)
class Verified:
    """What a sound backup holds; ``audit_seq`` is None for a dump of PostgreSQL, which is opened when it is put back."""

    files: int
    size: int
    audit_seq: int | None


def verify(folder: Path) -> Verified:
    """Check a backup.

    Raises:
        BackupError: a file is missing, altered or not sound.
        AuditChainError: the audit log in it was altered.
        StoreBehindError: it was made by a newer version.
    """
    files = read_manifest(folder)
    for name, entry in files.items():
        path = folder / name
        if not path.is_file():
            raise BackupError("a file of the backup is missing", path=name)
        if path.stat().st_size != entry["size"] or sha256_of(path) != entry["sha256"]:
            raise BackupError("a file of the backup was altered", path=name)
    # Opening an index leaves empty lock files of its search engine beside it.
    own = (path for path in folder.rglob("*") if path.is_file() and not path.match(".tantivy-*.lock"))
    present = {path.relative_to(folder).as_posix() for path in own}
    unknown = sorted(present - set(files) - {MANIFEST})
    if unknown:
        raise BackupError("the backup holds a file that is not its own", path=unknown[0])
    if STORE not in files and DUMP not in files:
        raise BackupError("the backup holds no database", path=str(folder))
    for name in (STORE, JOBS):
        if name in files:
            check_sqlite(folder / name)
    if any(name.startswith(f"{INDEX}/") for name in files):
        _check_index(folder / INDEX)
    seq = _check_audit(folder / STORE) if STORE in files else None
    return Verified(len(files), sum(entry["size"] for entry in files.values()), seq)


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and hash of every file of a backup.

    Raises:
        BackupError: there is no manifest, it was altered, or it is of another version.
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        digest = found.pop("sha256")
    except (OSError, ValueError, KeyError, AttributeError):
        raise BackupError("this is no backup", path=str(folder), expected=f"a folder with {MANIFEST}") from None
    if digest != manifest_hash(found):
        raise BackupError("the manifest of the backup was altered", path=MANIFEST)
    if found.get("format") != FORMAT:
        raise BackupError("the backup has another version's format", path=str(folder), expected=str(FORMAT))
    files: dict[str, dict[str, Any]] = found["files"]
    return files


def _check_index(folder: Path) -> None:
    from nlp.retrieval.recovery import open_current
    from nlp.retrieval.store import CURRENT
    from nlp.structure.words import default_words

    if not (folder / CURRENT).is_file():
        return  # a folder that held saved searches or a ledger, but no case yet
    try:
        open_current(folder, tokenizer=default_words().version, verify=True)
    except CaseIndexError as error:
        if error.code != "index_mismatch":  # an older version's index is rebuilt from its cases when it is opened
            raise BackupError("the index in the backup is not sound", path=INDEX) from error


def _check_audit(store: Path) -> int:
    """Walk the chain in a copy: opening a database for the service writes beside it."""
    from service.access import Repository
    from service.audit.verify import verify as walk
    from service.store.database import Database

    with tempfile.TemporaryDirectory(prefix="yanpan-verify-", dir=store.parent.parent) as aside:
        copy = Path(aside) / STORE
        shutil.copy2(store, copy)
        database = Database(f"sqlite:///{copy.absolute()}")
        try:
            with Repository(database).system_read("backup") as session:
                return int(walk(session, None).seq)
        finally:
            database.close()
