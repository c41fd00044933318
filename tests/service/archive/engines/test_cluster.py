"""The same run on a Ray cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from nlp.errors import MissingExtraError
from service.archive.engines import actor
from service.archive.options import StageOptions, WorkerLimits
from service.archive.outcome import FileTask
from tests.archives.generator import generate
from tests.service.archive.conftest import ROOT
from tests.service.archive.standins import HERE
from tests.service.archive.test_crash import check_truth

with_ray = pytest.mark.skipif(find_spec("ray") is None, reason="the extra `cluster` is not installed")


@with_ray
@pytest.mark.timeout(900)  # three nodes of Ray on a busy machine take their time
def test_a_node_is_lost_in_mid_run(tmp_path):
    truths = generate(tmp_path / "in", 150, seed=8, broken=0.06, copies=0.06, longest=1000)
    command = [sys.executable, "-m", "tests.service.archive.engines.ray_nodes"]
    done = subprocess.run(
        [*command, str(tmp_path / "in"), str(tmp_path / "out"), f"{HERE}:load_slowly"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=850,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["nodes"], told["alive"], told["ended"]) == (3, 2, "finished")
    assert 0 < told["committed_at_kill"] < told["documents"]
    check_truth(tmp_path / "out", truths)


def test_an_actor_guards_its_files(tmp_path):
    """Without Ray: limits hold inside an actor, and its worker stays for the next batch."""
    import pickle

    (tmp_path / "spool").mkdir()
    for name, text in (("a.txt", "李某。"), ("卡.txt", "卡"), ("b.txt", "张某。")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    options = StageOptions(
        root=str(tmp_path),
        spool=str(tmp_path / "spool"),
        documents=f"{HERE}:misbehave",
        pipeline=f"{HERE}:load",
        finder="lexicon",
    )
    guarded = actor.FileActor(options, WorkerLimits(file_seconds=4))
    main = dict(vars(sys.modules["__main__"]))
    try:
        for batch in (["a.txt", "卡.txt"], ["b.txt"]):
            tasks = [FileTask(at, name.encode(), name, "0") for at, name in enumerate(batch)]
            given = guarded({actor.TASK: [pickle.dumps(task) for task in tasks]})
            outcomes = {outcome.file: outcome for outcome in map(pickle.loads, given[actor.OUTCOME])}
            assert outcomes.keys() == set(range(len(batch)))
            assert outcomes[0].spool is not None
            if len(batch) > 1:
                assert outcomes[1].errors[0]["code"] == "time_limit"
        assert vars(sys.modules["__main__"]).keys() == main.keys()
    finally:
        guarded._engine.close()


def test_without_ray_the_extra_is_named(archive, write, monkeypatch):
    write("a.txt", "李某。")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install yanpan\[cluster\]"):
        archive(processes=True, engine="ray")
