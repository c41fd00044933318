"""Runs over small archives, in this process or in one that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
# Workers are spawned with this process's path; the stand-ins are found from the root of the repository.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from service.archive.engines.local import LocalEngine  # noqa: E402
from service.archive.options import PartLimits, RunOptions  # noqa: E402
from service.archive.outcome import FileOutcome, FileTask  # noqa: E402
from service.archive.preparing import make_engine  # noqa: E402
from service.archive.records import read  # noqa: E402
from service.archive.run import Report, run_archive  # noqa: E402
from service.archive.stage import Stage  # noqa: E402

STANDINS = "tests.service.archive.standins"
SCRIPT = """
import sys
from pathlib import Path
from service.archive.engines.local import LocalEngine  # noqa: E402
from service.archive.options import PartLimits, RunOptions
from service.archive.run import run_archive
if __name__ == "__main__":
    source, dest, pipeline = sys.argv[1:4]
    part = PartLimits(max_files=5)
    run_archive(RunOptions(Path(source), Path(dest), workers=2, finder="lexicon", part=part, pipeline=pipeline))
"""


def options(source: Path, dest: Path, **more: Any) -> RunOptions:
    """A run with one worker, the stand-in pipeline and small parts."""
    given = {"workers": 1, "finder": "lexicon", "pipeline": f"{STANDINS}:load", "part": PartLimits(max_files=5)}
    return RunOptions(source, dest, **{**given, **more})


class Inline:
    """The stage in this process: for what a run does with outcomes, whoever made them."""

    workers = 1
    peak_bytes = 0
    ready = None

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stopped = False

    def process(self, tasks: Iterator[FileTask]) -> Iterator[FileOutcome | None]:
        for task in tasks:
            yield self._stage.process(task, lambda: None)
            yield None
            if self._stopped:
                return

    def stop(self) -> None:
        self._stopped = True

    def kill(self) -> None:
        self._stopped = True


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Run over ``tmp_path / in`` into ``tmp_path / out``; with ``processes=True`` in worker processes."""

    def run(*, processes: bool = False, source: Path | None = None, dest: Path | None = None, **more: Any) -> Report:
        asked = options(source or tmp_path / "in", dest or tmp_path / "out", **more)
        with monkeypatch.context() as patch:
            if not processes:
                patch.setattr("service.archive.run.make_engine", inline)
            return run_archive(asked)

    def inline(asked: RunOptions, layout: Any) -> Inline:
        engine = make_engine(asked, layout)
        assert isinstance(engine, LocalEngine)
        return Inline(Stage(engine.options))

    (tmp_path / "in").mkdir()
    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text into the archive."""

    def put(name: str, text: str | bytes) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


@pytest.fixture
def records(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    """The records in force; they must be those of the parts that lie there, and of the manifest's list."""

    def give() -> list[dict[str, Any]]:
        found = list(read(tmp_path / "out"))
        check_whole(tmp_path / "out")
        return found

    return give


def check_whole(dest: Path) -> None:
    """A reader of the folder sees what the list says: whole parts and no record twice."""
    listed = [json.loads(line) for line in (dest / "parts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(path.name for path in (dest / "parts").iterdir()) == [
        row["part"].removeprefix("parts/") for row in listed
    ]
    keys: Counter[tuple[str, int]] = Counter()
    for row in listed:
        assert (dest / row["part"]).stat().st_size == row["bytes"]
    for record in read(dest):
        keys[record["identity"]["file"], record["identity"]["document"]] += 1
    assert set(keys.values()) <= {1}
    assert sum(keys.values()) == sum(row["rows"] for row in listed)


def start(source: Path, dest: Path, pipeline: str = f"{STANDINS}:load") -> subprocess.Popen[bytes]:
    """A run in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT, str(source), str(dest), pipeline]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)


def descendants(pid: int) -> list[int]:
    """A process and all it has started."""
    found = [pid]
    for process in found:
        try:
            for thread in Path(f"/proc/{process}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a run and all its workers at one moment."""
    for pid in descendants(process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """``start``, with whatever is still alive killed in the end."""
    alive: list[subprocess.Popen[bytes]] = []

    def begin(*words: Any) -> subprocess.Popen[bytes]:
        alive.append(start(*words))
        return alive[-1]

    yield begin
    for process in alive:
        if process.poll() is None:
            kill_all(process)
