"""kill -9 of server and worker at work: nothing acknowledged is lost, nothing is doubled, the audit chain holds."""

from __future__ import annotations

from pathlib import Path

from tests.service.conftest import Run
from tests.service.crash.checking import check_index, check_spool, check_store
from tests.service.crash.rig import Rig
from tests.service.forked import ForkServer


def test_kill_9_at_random_moments_under_load(fork_server: ForkServer, tmp_path: Path, run: Run) -> None:
    rig = Rig(tmp_path, fork_server, seed=3)  # these few; tests/bench/bench_crash.py does fifty
    try:
        for way in ("both", "server dies", "worker dies"):
            rig.round(way)
        rig.start("both")
        rig.settle()
        rig.stop()
        counts = check_store(rig.repository, rig.ledger, rig.heads)
        check_index(rig.repository, tmp_path / "index", rig.ledger)
        check_spool(rig.repository, tmp_path)
        assert rig.kills == 7
        assert counts["records"] > 0
        head = tmp_path / "head.json"
        head.write_text(rig.heads[0].as_json(), encoding="utf-8")
        done = run("audit", "verify", "--head", head, "--database", str(rig.database.url))
        assert done.returncode == 0, done.stderr
        assert f"{counts['audit']} 条" in done.stdout
    finally:
        rig.close()
