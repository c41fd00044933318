"""Backups of a service at work, verified, put back."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from nlp.errors import BackupError, YanpanError
from nlp.retrieval import Case, CaseIndex
from service.access import Repository
from service.audit.log import record
from service.audit.verify import verify as walk
from service.backup.making import make, manifest_hash
from service.backup.places import Places
from service.backup.restoring import put_back
from service.backup.verifying import verify
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.searching import outbox, syncing
from service.store.base import table_of
from service.store.database import Database
from service.store.models.auditing import AuditEntry
from service.store.models.working import OutboxEntry
from tests.service.people import People

TEXT = "为迎接检查连夜粉刷沿街外墙，背街污水照流。"


@pytest.fixture
def places(tools: Tools, database_url: str, people: People) -> Places:
    people.record()
    for number in range(3):
        _case(tools, number)
    syncing.deliver(tools)
    held = tools.settings.data_dir / "spool" / "b1"
    held.mkdir(parents=True)
    (held / "x").write_bytes(b"waits")
    return Places.of(tools.settings.model_copy(update={"database": database_url}))


def _case(tools: Tools, number: int) -> None:
    with tools.repository.system_write("test") as session:
        outbox.case_added(session, Case(id=f"c{number}", text=f"{TEXT}第{number}处。"))
        record(session, "case.write", "case", f"c{number}")


def test_a_backup_made_under_load_is_whole_and_comes_back(tools: Tools, places: Places, tmp_path: Path) -> None:
    stop = threading.Event()

    def load() -> None:
        for number in range(100, 400):
            _case(tools, number)
            if number % 20 == 0:
                syncing.deliver(tools)
            if stop.is_set():
                return

    writer = threading.Thread(target=load)
    writer.start()
    try:
        made = make(places, tmp_path / "backups")
    finally:
        stop.set()
        writer.join()
    tools.repository.database.close()
    found = verify(made.folder)
    assert found.audit_seq
    kept = put_back(places, made.folder, replace=True)
    assert kept
    assert all(path.exists() for path in kept)
    assert (places.spool / "b1" / "x").read_bytes() == b"waits"
    # The index is at least as far as the store says; what the store has not delivered is delivered again.
    repository = Repository(Database(places.database_url))
    again = Tools(repository, type(tools.engine)(tools.settings), tools.settings)
    while syncing.deliver(again):
        pass
    with repository.system_read("test") as session:
        wanted = set(session.scalars(select(OutboxEntry.object_id)))
        assert session.scalar(select(func.count()).select_from(OutboxEntry).where(outbox.due())) == 0
        assert walk(session, None).seq == found.audit_seq
    index = again.engine.index()
    assert index is not None
    assert wanted <= {case.id for case in index.cases()}
    repository.database.close()


@pytest.mark.parametrize("part", ["store.db", "index/CURRENT", "spool/b1/x", "MANIFEST.json"])
def test_an_altered_backup_is_refused(places: Places, tmp_path: Path, part: str) -> None:
    folder = make(places, tmp_path / "backups").folder
    path = folder / part
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(BackupError):
        verify(folder)
    path.unlink()
    with pytest.raises(BackupError):
        verify(folder)


def test_an_altered_audit_log_is_found_behind_right_hashes(places: Places, tmp_path: Path) -> None:
    import hashlib
    import sqlite3

    folder = make(places, tmp_path / "backups").folder
    store = folder / "store.db"
    with sqlite3.connect(store) as opened:
        for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            opened.execute(f'DROP TRIGGER "{name}"')
        opened.execute(f"UPDATE {table_of(AuditEntry).name} SET action='x.y' WHERE seq=1")
    opened.close()
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    manifest["files"]["store.db"] = {
        "size": store.stat().st_size,
        "sha256": hashlib.sha256(store.read_bytes()).hexdigest(),
    }
    del manifest["sha256"]
    manifest["sha256"] = manifest_hash(manifest)
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    with pytest.raises(YanpanError) as caught:
        verify(folder)
    assert caught.value.code == "audit_chain"


def test_nothing_is_put_over_data_or_a_running_service(tools: Tools, places: Places, tmp_path: Path) -> None:
    folder = make(places, tmp_path / "backups").folder
    with pytest.raises(BackupError, match="in use"):
        put_back(places, folder, replace=True)
    tools.repository.database.close()
    with pytest.raises(BackupError, match="replace"):
        put_back(places, folder)
    made = Worker(tools, tick=0.05)
    made.start()
    try:
        with pytest.raises(BackupError, match="running"):
            put_back(places, folder, replace=True)
    finally:
        made.stop()


def test_a_backup_that_fails_leaves_nothing(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.backup.making.shutil.copytree", full)
    with pytest.raises(OSError, match="space"):
        make(places, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_index_of_a_backup_opens_by_itself(places: Places, tmp_path: Path) -> None:
    folder = make(places, tmp_path / "backups").folder
    assert len(CaseIndex.open(folder / "index", rebuild=False)) == 3


def test_postgresql_needs_its_own_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    places = Places(None, "postgresql://a:b@127.0.0.1/x", tmp_path, tmp_path / "j", tmp_path / "s", tmp_path / "i")
    with pytest.raises(BackupError, match="pg_dump"):
        make(places, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
