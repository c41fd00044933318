"""A run on a Ray cluster of several nodes on this machine, one of which is killed: ``python -m … SOURCE DEST PIPELINE``.

In a process of its own, since Ray leaves threads and open files behind. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from service.archive.options import PartLimits, RunOptions
from service.archive.run import run_archive

MIB = 1024 * 1024


def main(source: Path, dest: Path, pipeline: str) -> None:
    """Run with three actors on three nodes; the second node dies without warning once records are in force."""
    # Before Ray is imported; a folder of its own, so that two such runs know nothing of each other, and a quick eye for
    # nodes that are gone.
    folder = tempfile.mkdtemp(prefix="yr")
    (Path(folder) / "ray").mkdir()
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_TMPDIR": folder,
        "RAY_health_check_initial_delay_ms": "1000",
        "RAY_health_check_period_ms": "500",
    }
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "object_store_memory": 128 * MIB, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = [cluster.add_node(num_cpus=1, object_store_memory=128 * MIB) for _ in range(2)]
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    told: dict[str, Any] = {"nodes": len(ray.nodes())}
    killer = threading.Thread(target=_kill_later, args=(cluster, nodes[0], dest, told), daemon=True)
    killer.start()
    options = RunOptions(
        source,
        dest,
        workers=3,
        engine="ray",
        finder="lexicon",
        pipeline=pipeline,
        part=PartLimits(max_files=10),
    )
    report = run_archive(options)
    killer.join(30)
    told |= {
        "ended": report.ended,
        "documents": report.tally.documents,
        "failed": report.tally.failed,
        "seconds": report.seconds,
        "alive": sum(node["Alive"] for node in ray.nodes()),
    }
    ray.shutdown()
    cluster.shutdown()
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(told))


def _kill_later(cluster: Any, node: Any, dest: Path, told: dict[str, Any]) -> None:
    listed: list[str] = []
    while not listed:
        time.sleep(0.05)
        if (dest / "parts.jsonl").exists():
            listed = (dest / "parts.jsonl").read_text(encoding="utf-8").splitlines()
    cluster.remove_node(node, allow_graceful=False)
    told["committed_at_kill"] = sum(json.loads(line)["rows"] for line in listed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
