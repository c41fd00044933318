"""kill -9 of server, worker and PostgreSQL at work: nothing acknowledged is lost, nothing is doubled, the audit chain holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.service.conftest import Run
from tests.service.crash.checking import check_index, check_spool, check_store
from tests.service.crash.postgres import killable_postgres
from tests.service.crash.rig import STORE_DIES, Rig
from tests.service.forked import ForkServer


def test_kill_9_at_random_moments_under_load(fork_server: ForkServer, tmp_path: Path, run: Run) -> None:
    rig = Rig(tmp_path, fork_server, seed=3)  # these few; tests/bench/bench_crash.py does fifty
    go_through(rig, ("both", "server dies", "worker dies"), run)
    assert rig.kills == 7


def test_kill_9_with_postgresql_which_is_killed_as_well(fork_server: ForkServer, tmp_path: Path, run: Run) -> None:
    with killable_postgres() as postgres:
        rig = Rig(tmp_path, fork_server, seed=4, postgres=postgres)
        go_through(rig, ("both", STORE_DIES, "worker dies"), run)
        assert rig.kills == 6


def go_through(rig: Rig, ways: Sequence[str], run: Run) -> None:
    """Kill in each of these ways, and look at what is left."""
    try:
        for way in ways:
            rig.round(way)
        rig.start("both")
        rig.settle()
        rig.stop()
        counts = check_store(rig.repository, rig.ledger, rig.heads)
        check_index(rig.repository, rig.folder / "index", rig.ledger)
        check_spool(rig.repository, rig.folder)
        assert counts["records"] > 0
        head = rig.folder / "head.json"
        head.write_text(rig.heads[0].as_json(), encoding="utf-8")
        done = run("audit", "verify", "--head", head, "--database", rig.url)
        assert done.returncode == 0, done.stderr
        assert f"{counts['audit']} 条" in done.stdout
    finally:
        rig.close()
