"""A process that is killed while it writes leaves the index as it was before or as it would have been after."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp.errors import IndexMissingError, IndexTornError
from nlp.retrieval import Case, CaseIndex, DenseSettings

WRITER = """
import os, runpy, signal, sys
from nlp.retrieval import Case, CaseIndex, DenseSettings
what, folder, stage, done, conftest = sys.argv[1:]

def progress(now, number, total):
    if now == stage and int(done) in (number, -1):
        os.kill(os.getpid(), signal.SIGKILL)

encoder = runpy.run_path(conftest)["BigramEncoder"]()
new = [Case(id=f"new{number}", text=f"第{number}个新案例，讲修路治水。" * 30) for number in range(40)]
if what == "build":
    CaseIndex.build(folder, new, encoder=encoder, dense=DenseSettings(flat_below=30), progress=progress)
elif what == "add":
    CaseIndex.open(folder, encoder=encoder).add(new, progress=progress)
else:
    CaseIndex.open(folder, encoder=encoder).remove([f"old{number}" for number in range(30)], progress=progress)
"""
STAGES = [("cases", -1), ("cases", 75), ("lexical", 17), ("dense", 1), ("dense", 40), ("lists", -1), ("sealed", 0)]
NEW = {f"new{number}" for number in range(40)}
OLD = {f"old{number}" for number in range(35)}


def writer(what: str, folder: Path, stage: str = "", done: int = 0) -> list[str]:
    return [
        sys.executable,
        "-c",
        WRITER,
        what,
        str(folder),
        stage,
        str(done),
        str(Path(__file__).with_name("conftest.py")),
    ]


def kill(what, folder, stage, done):
    ended = subprocess.run(
        writer(what, folder, stage, done), cwd=Path(__file__).parents[3], check=False, capture_output=True
    )
    return ended.returncode


def ids(index):
    by_search = {hit.id for hit in index.search("案例讲的是修路治水", k=1000, explain=False)}
    by_file = {case.id for case in index.cases()}
    assert by_search == by_file
    assert len(index) == len(by_file)
    return by_file


def writable(folder, encoder):
    index = CaseIndex.open(folder, encoder=encoder, rebuild=False)
    index.add([Case(id="after", text="之后的案例")])
    assert "after" in ids(index)
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {"CURRENT", "LOCK", "gen"}
    assert len(list(folder.glob("gen-*"))) == 1


@pytest.fixture
def folder(tmp_path, encoder):
    cases = [Case(id=f"old{number}", text=f"第{number}个旧案例，讲拆迁。" * 20) for number in range(35)]
    CaseIndex.build(tmp_path / "index", cases, encoder=encoder, dense=DenseSettings(flat_below=30))
    return tmp_path / "index"


@pytest.mark.parametrize(("stage", "done"), STAGES)
def test_killed_while_adding(folder, encoder, stage, done):
    assert kill("add", folder, stage, done) == -signal.SIGKILL
    assert ids(CaseIndex.open(folder, encoder=encoder, rebuild=False)) == OLD
    writable(folder, encoder)


@pytest.mark.parametrize("stage", ["switched", "cleaned"])
def test_killed_after_the_switch(folder, encoder, stage):
    assert kill("add", folder, stage, 0) == -signal.SIGKILL
    assert ids(CaseIndex.open(folder, encoder=encoder, rebuild=False)) == OLD | NEW
    writable(folder, encoder)


@pytest.mark.parametrize(
    ("stage", "left"), [("sealed", OLD), ("switched", {f"old{number}" for number in range(30, 35)})]
)
def test_killed_while_removing(folder, encoder, stage, left):
    assert kill("remove", folder, stage, 0) == -signal.SIGKILL
    assert ids(CaseIndex.open(folder, encoder=encoder, rebuild=False)) == left
    writable(folder, encoder)


@pytest.mark.parametrize(("stage", "done"), [("cases", 1), ("lexical", 40), ("dense", 40)])
def test_killed_in_the_first_build(tmp_path, encoder, stage, done):
    assert kill("build", tmp_path, stage, done) == -signal.SIGKILL
    with pytest.raises(IndexMissingError):
        CaseIndex.open(tmp_path, encoder=encoder)
    assert kill("build", tmp_path, "never", 0) == 0
    assert ids(CaseIndex.open(tmp_path, encoder=encoder)) == NEW
    writable(tmp_path, encoder)


def test_killed_just_before_the_first_switch(tmp_path, encoder):
    assert kill("build", tmp_path, "sealed", 0) == -signal.SIGKILL
    with pytest.raises(IndexTornError):
        CaseIndex.open(tmp_path, encoder=encoder, rebuild=False)
    assert ids(CaseIndex.open(tmp_path, encoder=encoder)) == NEW
    writable(tmp_path, encoder)


def test_killed_at_any_moment(folder, encoder):
    draw = random.Random(11)
    began = time.monotonic()
    assert kill("add", folder, "never", 0) == 0
    whole = time.monotonic() - began
    CaseIndex.open(folder, encoder=encoder).remove(NEW)
    for _ in range(5):
        process = subprocess.Popen(writer("add", folder), cwd=Path(__file__).parents[3])
        time.sleep(whole * draw.uniform(0.5, 1.0))
        process.kill()
        process.wait()
        index = CaseIndex.open(folder, encoder=encoder, rebuild=False)
        left = ids(index)
        assert left in (OLD, OLD | NEW)
        index.remove(left - OLD)
    writable(folder, encoder)
