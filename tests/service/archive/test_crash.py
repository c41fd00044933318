"""Killed at any moment, a run leaves whole parts, and the next run makes up for what is missing."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from service.archive.layout import Layout
from service.archive.manifest import Manifest
from service.archive.manifest.reading import ManifestReader
from service.archive.parts import PartWriter
from service.archive.records import read
from tests.archives.generator import Truth, generate
from tests.service.archive.conftest import check_whole, kill_all
from tests.service.archive.standins import HERE


def check_truth(dest: Path, truths: list[Truth]) -> None:
    """Every mark stands in exactly one record, every broken file has an error, every copy is linked."""
    seen: Counter[str] = Counter()
    marks = {mark for truth in truths for mark in truth.marks}
    for record in read(dest):
        seen.update(mark for mark in marks if mark in record["text"])
    assert seen == Counter(dict.fromkeys(marks, 1))
    with ManifestReader(Layout(dest)) as manifest:
        assert {failure.name for failure in manifest.failures()} == {truth.file for truth in truths if truth.broken}
        assert {(one, other) for one, others in manifest.copies().items() for other in others} == {
            (truth.copy_of, truth.file) for truth in truths if truth.copy_of is not None
        }
        assert set(manifest.counts().states) <= {"done", "failed", "duplicate"}
    check_whole(dest)


def test_killed_at_random_moments(started, tmp_path):
    truths = generate(tmp_path / "in", 60, seed=5, broken=0.1, copies=0.1, longest=2000)
    draw = random.Random(7)
    for _ in range(3):
        process = started(tmp_path / "in", tmp_path / "out", f"{HERE}:load_slowly")
        # From before the first part to the middle of the run; on a slow machine the moments come earlier in it.
        time.sleep(draw.uniform(1.5, 3.5))
        kill_all(process)
        if (tmp_path / "out" / "parts.jsonl").exists():
            rows = list(read(tmp_path / "out"))
            keys = {(row["identity"]["file"], row["identity"]["document"]) for row in rows}
            assert len(keys) == len(rows)
    assert started(tmp_path / "in", tmp_path / "out").wait() == 0
    check_truth(tmp_path / "out", truths)


@pytest.mark.parametrize("moment", ["aside", "renamed", "committed", "listed"])
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_killed_at_each_step_of_a_commit(archive, write, records, monkeypatch, tmp_path, moment, form):
    """An exception at a step leaves the disk as a kill there does: nothing after it happens."""
    for number in range(8):
        write(f"{number}.txt", f"第{number}号，李某。")
    archive(format=form)
    for number in range(3, 10):
        write(f"{number}.txt", f"第{number}号，改了，张某。")

    class Killed(BaseException):
        pass

    def die(*args: object, **more: object) -> None:
        raise Killed

    def after(step: Callable[..., object]) -> Callable[..., object]:
        def dying(*args: object, **more: object) -> None:
            step(*args, **more)
            raise Killed

        return dying

    with monkeypatch.context() as patch:
        patch.setattr(PartWriter, "abandon", lambda self: None)
        if moment == "aside":
            patch.setattr("service.archive.parts.sync_file", die)
        elif moment == "renamed":
            patch.setattr("service.archive.parts.sync_folder", die)
        elif moment == "committed":
            patch.setattr(Manifest, "commit", after(Manifest.commit))
        else:
            patch.setattr("service.archive.parts.write_part_list", die)
        with pytest.raises(Killed):
            archive(format=form)
    archive(format=form)
    expected = {f"{number}.txt": f"第{number}号，{'李某' if number < 3 else '改了，张某'}。" for number in range(10)}
    assert {row["identity"]["file"]: row["text"] for row in records()} == expected


def test_a_lost_or_damaged_part_is_made_again(archive, write, records, tmp_path):
    for number in range(12):
        write(f"{number:02d}.txt", f"第{number}号，李某。")
    archive()
    parts = sorted((tmp_path / "out" / "parts").iterdir())
    parts[0].unlink()
    with parts[1].open("r+b") as file:
        file.truncate(10)
    (tmp_path / "out" / "parts" / "000099.jsonl").write_text("{}\n", encoding="utf-8")
    report = archive()
    assert report.recovered.damaged == (parts[0].name, parts[1].name)
    assert "000099.jsonl" in report.recovered.orphans
    assert report.tally.total == 10
    assert len(records()) == 12


def test_first_signal_finishes_the_files_in_hand(started, tmp_path):
    truths = generate(tmp_path / "in", 120, seed=6, longest=500, broken=0)
    process = started(tmp_path / "in", tmp_path / "out", f"{HERE}:load_slowly")
    _wait_for_a_part(tmp_path / "out")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    with sqlite3.connect(tmp_path / "out" / "manifest.sqlite") as db:
        assert not db.execute("SELECT count(*) FROM files WHERE state = 'running'").fetchone()[0]
        assert db.execute("SELECT count(*) FROM files WHERE state = 'found'").fetchone()[0]
        assert db.execute("SELECT ended FROM runs").fetchone() == ("stopped",)
    db.close()
    check_whole(tmp_path / "out")
    assert started(tmp_path / "in", tmp_path / "out").wait() == 0
    check_truth(tmp_path / "out", truths)


def test_second_signal_ends_at_once(started, tmp_path, monkeypatch):
    generate(tmp_path / "in", 100, seed=6, longest=500, broken=0)
    hanging = tmp_path / "hanging"
    monkeypatch.setenv("HANGING", str(hanging))
    process = started(tmp_path / "in", tmp_path / "out", f"{HERE}:load_and_hang")
    _wait_for_a_part(tmp_path / "out")
    _wait(hanging.exists, "no worker hangs")
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) != 0
    check_whole(tmp_path / "out")


def _wait_for_a_part(dest: Path) -> None:
    """Until one more part is in force."""
    before = set((dest / "parts").glob("*.jsonl"))
    _wait(lambda: bool(set((dest / "parts").glob("*.jsonl")) - before), "no part came")


def _wait(until, otherwise):
    for _ in range(1200):
        if until():
            return
        time.sleep(0.05)
    raise AssertionError(otherwise)
