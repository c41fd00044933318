"""kill -9 at random moments under load; run as ``python -m tests.bench.bench_crash [KILLS [SEED]] [--postgresql]`` (50 by default).

Four hands at once type in texts, upload batches, add cases, and go from a record over a review and an approved note to a
decision that becomes a case. Server and worker are killed, together or one of them, and PostgreSQL under
both where it is the store. What was acknowledged must be there
afterwards, once; what got no answer is asked again with the same key and must not be there twice.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.service.crash.checking import check_index, check_spool, check_store
from tests.service.crash.postgres import killable_postgres
from tests.service.crash.rig import Rig
from tests.service.forked import ROOT, ForkServer

LONGEST_S = 4.0
"""At most so long between a start and a kill."""


def main(kills: int, seed: int, postgresql: bool) -> None:
    print(f"load of the machine before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores; seed {seed}")
    began = time.perf_counter()
    forks = ForkServer()
    with tempfile.TemporaryDirectory(prefix="yanpan-crash-") as folder, ExitStack() as stack:
        store = stack.enter_context(killable_postgres()) if postgresql else None
        rig = Rig(Path(folder), forks, seed, LONGEST_S, store)
        try:
            while rig.kills < kills:
                rig.round()
            rig.start("both")
            again = time.perf_counter()
            rig.settle(600)
            settled = time.perf_counter() - again
            rig.stop()
            counts = check_store(rig.repository, rig.ledger, rig.heads)
            cases = check_index(rig.repository, rig.folder / "index", rig.ledger)
            swept = check_spool(rig.repository, rig.folder)
            _verify(forks, rig)
        finally:
            rig.close()
            forks.close()
    acknowledged = {kind: len(kept) for kind, kept in rig.ledger.kept.items()}
    print(f"{rig.kills} kills in {time.perf_counter() - began:.0f} s; {rig.ledger.requests} requests,")
    print(f"{rig.ledger.repeated} of them asked again because the service died before it answered")
    print(f"acknowledged: {acknowledged}; lost: none; doubled: none")
    print(f"in the store: {counts}; cases in the index: {cases}, as the store has them")
    print(f"the last start needed {settled:.1f} s to end what was left; {swept} files were swept from the spool")


def _verify(forks: ForkServer, rig: Rig) -> None:
    """``yanpan audit verify`` with the end of the log as it was after the first kill, in the middle and after the last."""
    for number in (0, len(rig.heads) // 2, -1):
        head = rig.folder / "head.json"
        head.write_text(rig.heads[number].as_json(), encoding="utf-8")
        words = ["audit", "verify", "--head", str(head), "--database", rig.url]
        process = forks.start("service", words, cwd=ROOT)
        assert process.wait() == 0, process.told()
        print(process.stdout.read_text(encoding="utf-8").strip())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("seed", type=int, nargs="?", default=7)
    parser.add_argument("--postgresql", action="store_true", help="as the store, instead of SQLite")
    words = parser.parse_args()
    main(words.kills, words.seed, words.postgresql)
