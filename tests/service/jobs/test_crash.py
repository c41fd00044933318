"""kill -9 of a server at work: nothing acknowledged is lost, nothing is doubled, index and store agree, the chain holds."""

from __future__ import annotations

from pathlib import Path

from tests.service.crashing import Crashing


def test_kill_9_at_a_random_moment_under_load(tmp_path: Path) -> None:
    run = Crashing(tmp_path, seed=20)
    run.load_and_kill()  # one kill here, as each start loads everything; tests/bench/bench_crash.py does fifty
    run.finish_and_check()
    assert run.acknowledged
