"""An archive run, measured: ``python -m tests.bench.bench_archive [--files 10000] [--kills 20] [--tagger-files 60]``.

Four parts: the whole archive with two workers and ``kill -9`` of all its processes at random moments, what came out
compared with what went in; one worker against two on the same files, in turns; a smaller run with the learned tagger; a
Ray cluster of three nodes, one of them killed. Only for measuring: the comparisons alone can fail.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from service.archive.layout import Layout
from service.archive.manifest.reading import ManifestReader
from service.archive.options import PartLimits, RunOptions
from service.archive.records import read
from service.archive.run import Report, run_archive
from tests.archives.generator import Truth, generate

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
SCRIPT = """
import sys
from pathlib import Path
from service.archive.options import PartLimits, RunOptions
from service.archive.run import run_archive
if __name__ == "__main__":
    source, dest, pipeline, seconds = sys.argv[1:]
    part = PartLimits(max_seconds=float(seconds))
    report = run_archive(
        RunOptions(Path(source), Path(dest), workers=2, finder="lexicon", pipeline=pipeline, part=part)
    )
    print(report.tally.line())
"""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pair-files", type=int, default=400, help="files of the comparison of one worker with two")
    parser.add_argument("--rounds", type=int, default=2, help="turns of that comparison")
    parser.add_argument("--tagger-files", type=int, default=60, help="files of the run with the learned tagger")
    parser.add_argument("--ray-files", type=int, default=600, help="files of the run on a Ray cluster; 0 leaves it out")
    parser.add_argument(
        "--stand-in",
        action="store_true",
        help="the run that is killed does not annotate: reading, records, parts and manifest are real, the pipeline is not",
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        work = Path(folder)
        if options.files:
            _killed_run(work / "all", options.files, options.kills, options.seed, stand_in=options.stand_in)
        if options.pair_files:
            _pair(work / "pair", options.pair_files, options.rounds, options.seed)
        if options.tagger_files:
            _tagger(work / "tagger", options.tagger_files, options.seed)
        if options.ray_files:
            _ray(work / "ray", options.ray_files, options.seed)


def _killed_run(work: Path, files: int, kills: int, seed: int, *, stand_in: bool) -> None:
    begin = time.perf_counter()
    truths = generate(work / "in", files, seed)
    documents = sum(len(truth.marks) for truth in truths)
    print(f"{files} files with {documents} documents generated in {time.perf_counter() - begin:.0f} s", flush=True)
    draw = random.Random(seed)
    pipeline = "tests.service.archive.standins:load" if stand_in else "nlp.pipeline:load"
    command = [sys.executable, "-c", SCRIPT, str(work / "in"), str(work / "out"), pipeline, "2" if stand_in else "4"]
    peak, killed, commits, begin = 0, 0, 0, time.perf_counter()
    while True:
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, text=True)
        before = _done(work / "out")
        # Most kills come when some records were committed, at a random moment after that; every fourth comes early.
        wanted = draw.uniform(0, 1) * documents / max(kills, 1)
        late = draw.uniform(0, 3)
        deadline = time.monotonic() + draw.uniform(0.5, 15) if killed % 4 == 3 else float("inf")
        while process.poll() is None:
            peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
            reached = _done(work / "out") - before > wanted
            if killed < kills and (reached or time.monotonic() > deadline):
                time.sleep(late if reached else 0)
                _kill(process.pid)
                killed += 1
                break
            time.sleep(0.1)
        process.wait()
        commits += _done(work / "out") > before
        _check_no_doubles(work / "out")
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.returncode
    print((process.stdout.read() if process.stdout else "").strip())
    print(
        f"{killed} times kill -9 ({commits} of the {killed + 1} starts committed something), "
        f"{time.perf_counter() - begin:.0f} s in all, peak memory {peak / MIB:,.0f} MiB",
        flush=True,
    )
    _check(work / "out", truths)


def _pair(work: Path, files: int, rounds: int, seed: int) -> None:
    generate(work / "in", files, seed + 1, broken=0, copies=0)
    for turn in range(rounds):
        for workers in (1, 2):
            report = _run(work / "in", work / f"out-{turn}-{workers}", workers, "lexicon")
            _say(f"lexicon, {workers} worker(s), turn {turn + 1}", report)


def _tagger(work: Path, files: int, seed: int) -> None:
    truths = generate(work / "in", files, seed + 2)
    for workers in (1, 2):
        report = _run(work / "in", work / f"out-{workers}", workers, "both")
        _say(f"lexicon and tagger, {workers} worker(s)", report)
        _check(work / f"out-{workers}", truths)


def _ray(work: Path, files: int, seed: int) -> None:
    truths = generate(work / "in", files, seed + 3)
    command = [sys.executable, "-m", "tests.service.archive.engines.ray_nodes"]
    done = subprocess.run(
        [*command, str(work / "in"), str(work / "out"), "nlp.pipeline:load"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    print(f"Ray: {(done.stdout.strip().splitlines() or [done.stderr[-2000:]])[-1]}")
    _check(work / "out", truths)


def _run(source: Path, dest: Path, workers: int, finder: Any) -> Report:
    shutil.rmtree(dest, ignore_errors=True)
    return run_archive(RunOptions(source, dest, workers=workers, finder=finder, part=PartLimits()))


def _say(what: str, report: Report) -> None:
    worked, tally = report.worked, report.tally
    busy = worked.reading + worked.annotating + worked.writing
    working = report.seconds - report.loading
    print(
        f"{what}: {tally.files} files, {tally.characters:,} characters in {report.seconds:.1f} s, {working:.1f} s of them "
        f"after loading: {tally.files / working:.1f} files/s, {tally.characters / working:,.0f} characters/s; of the "
        f"workers' time with files reading {worked.reading / busy:.1%}, annotating {worked.annotating / busy:.1%}, writing "
        f"{worked.writing / busy:.1%}; without files {1 - busy / (working * report.workers):.1%}; "
        f"{tally.characters / worked.processor:,.0f} characters a second of processor time, of which a worker had "
        f"{worked.processor / busy:.0%}; joining {report.joining:.2f} s; peak {report.peak_bytes / MIB:,.0f} MiB",
        flush=True,
    )


def _check_no_doubles(dest: Path) -> None:
    if not (dest / "parts.jsonl").exists():
        return
    keys: Counter[tuple[str, int]] = Counter()
    for line in (dest / "parts.jsonl").read_text(encoding="utf-8").splitlines():
        with (dest / json.loads(line)["part"]).open(encoding="utf-8") as part:
            for record in map(json.loads, part):
                keys[record["identity"]["file"], record["identity"]["document"]] += 1
    doubled = [key for key, count in keys.items() if count > 1]
    assert not doubled, doubled[:5]


def _check(dest: Path, truths: list[Truth]) -> None:
    wanted = {mark for truth in truths for mark in truth.marks}
    seen: Counter[str] = Counter()
    size = len(next(iter(wanted)))
    for record in read(dest):
        text = record["text"]
        at = text.find("档号GA")
        found = set()
        while at != -1:
            found.add(text[at : at + size])
            at = text.find("档号GA", at + 1)
        seen.update(found)
    lost, doubled = wanted - seen.keys(), [mark for mark, count in seen.items() if count > 1]
    with ManifestReader(Layout(dest)) as manifest:
        failures = {failure.name for failure in manifest.failures()}
        states = manifest.counts().states
    broken = {truth.file for truth in truths if truth.broken}
    print(
        f"of {len(wanted)} documents {len(lost)} lost, {len(doubled)} doubled; of {len(broken)} broken files "
        f"{len(broken - failures)} without an error; other files with errors {len(failures - broken)}; {states}"
    )
    assert not lost
    assert not doubled
    assert failures == broken


def _done(dest: Path) -> int:
    try:
        lines = (dest / "parts.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(json.loads(line)["rows"] for line in lines)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        try:
            for thread in Path(f"/proc/{process}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _kill(pid: int) -> None:
    for process in _tree(pid):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
