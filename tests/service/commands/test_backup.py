"""``yanpan migrate``, ``backup`` and ``restore`` where they refuse, and what they leave behind."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from service.access import Repository
from service.store.database import Database
from tests.service.people import People

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TEXT = "李某从不推诿扯皮。"


@pytest.fixture
def place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one record."""
    folder = tmp_path / "data"
    _use(monkeypatch, folder)
    assert run("migrate").returncode == 0
    database = Database(f"sqlite:///{folder / 'yanpan.db'}")
    People(Repository(database)).record(TEXT)
    database.close()
    return folder


def _use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("YANPAN_DATA_DIR", str(folder))
    monkeypatch.setenv("YANPAN_INDEX_DIR", str(folder / "index"))


def _made(run: Run, out: Path) -> Path:
    done = run("backup", out)
    assert done.returncode == 0, done.stderr
    (folder,) = out.iterdir()
    assert str(folder) in done.stdout
    return folder


def test_migrating_says_what_it_did_and_does_it_once(run: Run, place: Path) -> None:
    again = run("migrate")
    assert again.returncode == 0
    assert "已是本版本" in again.stderr


def test_there_is_nothing_to_back_up(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, tmp_path / "nowhere")
    done = run("backup", tmp_path / "out")
    assert done.returncode == 3
    assert "no database" in done.stderr
    assert not (tmp_path / "nowhere").exists(), "looking for it makes nothing"
    assert not (tmp_path / "out").exists()


def test_the_making_of_a_backup_is_in_the_audit_log_and_in_the_backup(
    run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _made(run, tmp_path / "out")
    assert "backup.make" in run("audit", "list").stdout
    _use(monkeypatch, tmp_path / "other")
    assert run("restore", made).returncode == 0
    assert "backup.make" in run("audit", "list").stdout
    assert run("audit", "verify").returncode == 0


def test_a_restore_refuses_what_it_must_and_changes_nothing(
    run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _made(run, tmp_path / "out")
    store = place / "yanpan.db"
    before = store.read_bytes()
    there = run("restore", made)
    assert there.returncode == 3
    assert "backup" in there.stderr
    assert "--replace" in there.stderr
    assert store.read_bytes() == before

    copy = made / "store.db"
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    for words in (("--check",), ("--replace",), ()):
        damaged = run("restore", made, *words)
        assert damaged.returncode == 3, words
        assert "altered" in damaged.stderr
        assert "store.db" in damaged.stderr
    assert store.read_bytes() == before
    assert not list(place.glob("*.before-*"))
    _use(monkeypatch, tmp_path / "other")
    assert run("restore", made).returncode == 3
    assert not list((tmp_path / "other").glob("*")), "nothing of a damaged backup is put anywhere"

    no_backup = run("restore", tmp_path)
    assert no_backup.returncode == 3
    assert "MANIFEST.json" in no_backup.stderr


def test_what_is_replaced_is_kept(run: Run, place: Path, tmp_path: Path) -> None:
    made = _made(run, tmp_path / "out")
    done = run("restore", made, "--replace")
    assert done.returncode == 0, done.stderr
    (kept,) = place.glob("yanpan.db.before-*")
    assert str(kept) in done.stderr
    manifest = json.loads((made / "MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["files"]["store.db"]["size"] == (place / "yanpan.db").stat().st_size
