"""kill -9 at random moments under load; run as ``python -m tests.bench.bench_crash [KILLS]`` (50 by default)."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.service.crashing import Crashing


def main(kills: int) -> None:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="yanpan-crash-") as folder:
        run = Crashing(Path(folder), seed=kills)
        for _ in range(kills):
            run.load_and_kill()
        run.finish_and_check()
    seconds = time.perf_counter() - began
    print(f"{run.kills} kills, {len(run.acknowledged)} acknowledged files, none lost, none doubled ({seconds:.0f} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
