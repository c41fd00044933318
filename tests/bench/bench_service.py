"""The service under load on loopback: ``python -m tests.bench.bench_service [--cases 20000] [--seconds 10] [--soak 3000]``.

``yanpan serve`` runs as a process of its own, with the shipped models. Measured are annotating a note of 1,500 characters,
searching among cases, and listing records: requests a second and times of answers with one and more callers, beside an
endpoint that does nothing, in the same process at the same time of day; then memory over thousands of requests, and what
happens when more is asked than the machine can do. Only for measuring: it asserts nothing.

Cases are windows over the texts in ``corpora/``, tagged by the lexicon and encoded with the shipped encoder; the index is
kept in ``--cache`` and taken up from there the next time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from nlp.pipeline import Pipeline, load
from nlp.resources import corpora_path
from nlp.retrieval import Case, CaseIndex
from service.access import Repository
from service.records.details import Details, Placement
from service.records.ingest import ingest
from service.records.preparing import prepare, typed_document
from service.store import migrate
from service.store.database import Database
from tests.bench.bench_scale import texts_of, windows
from tests.service.people import People

RECORDS = 2000
NOTE = 1500
CALLERS = (1, 2, 4, 8)
CROWD = 64
Request = tuple[str, str, bytes | None]


@dataclass
class Outcome:
    """Answers of one load: seconds of each that was 200, and all statuses."""

    wall: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry: int = 0

    def row(self, what: str) -> str:
        done = sorted(self.times)
        at = [
            done[min(len(done) - 1, int(len(done) * share))] * 1000 if done else float("nan")
            for share in (0.5, 0.95, 0.99)
        ]
        others = {status: number for status, number in self.statuses.items() if status != 200}
        figures = "".join(f"{value:9.1f}" for value in at)
        return f"{what:34}{len(done) / self.wall:9.1f}{figures}   {others or ''}"


class Server:
    """``yanpan serve`` as a process."""

    def __init__(self, folder: Path, index: Path, key: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        environment = {**os.environ, "YANPAN_DATA_DIR": str(folder), "YANPAN_INDEX_DIR": str(index)}
        command = [sys.executable, "-m", "service", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def until_ready(self) -> float:
        began = time.perf_counter()
        while self.process.poll() is None:
            try:
                if (
                    self.ask(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), ("GET", "/readyz", None))[
                        0
                    ]
                    == 200
                ):
                    return time.perf_counter() - began
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError("the server did not start")

    def ask(self, connection: http.client.HTTPConnection, request: Request) -> tuple[int, bool]:
        """Status, and whether it said when to come back."""
        method, path, body = request
        connection.request(method, path, body=body, headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("retry-after") is not None

    def memory(self) -> tuple[float, float]:
        """Resident MiB: of its own, which must not grow; of mapped files, which the system takes back as it likes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        own, files = (int(status.partition(f"{name}:")[2].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
        return own, files

    def load(self, requests: Iterator[Request], callers: int, *, seconds: float = 1e9, most: int = 10**9) -> Outcome:
        """So many callers at once, each asking again as soon as it is answered."""
        found, lock, left = Outcome(), threading.Lock(), count()
        end = time.perf_counter() + seconds

        def call() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            while time.perf_counter() < end:
                with lock:
                    if next(left) >= most:
                        break
                    request = next(requests)
                began = time.perf_counter()
                status, said = self.ask(connection, request)
                took = time.perf_counter() - began
                with lock:
                    found.statuses[status] += 1
                    if status == 200:
                        found.times.append(took)
                    elif not said:
                        found.without_retry += 1
                if status == 429:
                    time.sleep(0.05)  # less patient than the second it was asked for
            connection.close()

        threads = [threading.Thread(target=call) for _ in range(callers)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.wall = time.perf_counter() - began
        return found


def make_index(folder: Path, cases: int, texts: list[str], pipeline: Pipeline) -> None:
    """Build the index unless it is there."""
    if (folder / "CURRENT").exists():
        return
    began = time.perf_counter()
    drawn = enumerate(windows(texts, cases, seed=3))
    CaseIndex.build(
        folder,
        (Case(id=f"c{n}", text=text) for n, text in drawn),
        encoder="yanpan-joined-v1",
        annotate=pipeline.annotate,
    )
    print(f"index of {cases} cases built in {time.perf_counter() - began:.0f} s")


def fill_store(folder: Path, texts: list[str], pipeline: Pipeline) -> str:
    """Records, and the key of somebody who may see all of them."""
    database = Database(f"sqlite:///{folder / 'yanpan.db'}")
    migrate.upgrade(database)
    repository = Repository(database)
    people = People(repository)
    archivist, key = people.principal("archivist"), people.key("analyst", "archivist")
    place = Placement(unit_id=people.unit(), confidentiality=1)
    for number, text in enumerate(windows(texts, RECORDS, seed=5)):
        document = prepare(pipeline, typed_document(f"第{number}份。{text}", "d"), None)
        with repository.write(archivist) as session:
            ingest(session, archivist, document, place, Details(title=f"第{number}份"))
    database.close()
    return key


def notes(texts: list[str]) -> Iterator[Request]:
    """A different note of 1,500 characters each time."""
    text = "".join(texts)
    for number in count():
        start = number * 977 % (len(text) - NOTE)
        yield "POST", "/v1/annotate", json.dumps({"text": text[start : start + NOTE]}).encode()


def searches(texts: list[str]) -> Iterator[Request]:
    for window in windows(texts, 10**9, seed=11):
        yield "POST", "/v1/search", json.dumps({"text": window, "k": 10}).encode()


def same(path: str) -> Iterator[Request]:
    while True:
        yield "GET", path, None


def measure(server: Server, kinds: dict[str, Iterator[Request]], seconds: float) -> None:
    print(f"\n{'':34}{'a second':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}   other answers")
    for name, requests in kinds.items():
        server.load(requests, 2, most=20)
        for callers in CALLERS:
            baseline = server.load(same("/healthz"), 1, seconds=1.5)
            found = server.load(requests, callers, seconds=seconds)
            idle = sorted(baseline.times)[len(baseline.times) // 2]
            middle = sorted(found.times)[len(found.times) // 2] / idle
            print(
                found.row(f"{name}, {callers} callers"),
                f"  {middle:.0f} x /healthz, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


def overload(server: Server, requests: Iterator[Request], seconds: float) -> None:
    """More callers than are let in, and somebody who lists records in the meantime."""
    before = server.load(requests, 2, seconds=seconds)
    beside: list[Outcome] = []
    other = threading.Thread(
        target=lambda: beside.append(server.load(same("/v1/records?limit=50"), 1, seconds=seconds))
    )
    other.start()
    crowd = server.load(requests, CROWD, seconds=seconds)
    other.join()
    after = server.load(requests, 2, seconds=seconds)
    print(f"\npast saturation: annotate, {CROWD} callers against {server_limit()} let in")
    for name, found in (
        ("2 callers before", before),
        (f"{CROWD} callers", crowd),
        ("list records meanwhile", beside[0]),
        ("2 callers after", after),
    ):
        print(found.row(name))
    print(f"429 without Retry-After: {crowd.without_retry}")


def server_limit() -> int:
    from service.settings import Settings

    return Settings().max_in_flight


def soak(server: Server, kinds: dict[str, Iterator[Request]], most: int) -> None:
    """Everything in turn; the memory of the server after each tenth."""
    turns = mixed(list(kinds.values()))
    figures = [server.memory()]
    for _ in range(10):
        server.load(turns, 4, most=most // 10)
        figures.append(server.memory())
    print(f"\nsoak of {most} requests: resident MiB (own + mapped files) at the start and after each tenth")
    print("  ".join(told(figure) for figure in figures))
    print(f"growth of its own over the last half: {figures[-1][0] - figures[5][0]:+.1f} MiB")


def told(memory: tuple[float, float]) -> str:
    return f"{memory[0]:.0f}+{memory[1]:.0f}"


def mixed(kinds: list[Iterator[Request]]) -> Iterator[Request]:
    while True:
        for kind in kinds:
            yield next(kind)


@contextmanager
def folder_or(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="yanpan-bench-") as made:
        yield Path(made)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--soak", type=int, default=3000, help="requests")
    parser.add_argument("--cache", type=Path, help="folder that keeps the index")
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.2f}")
    texts, pipeline = texts_of(corpora_path()), load(finder="lexicon")
    with tempfile.TemporaryDirectory(prefix="yanpan-service-") as folder, folder_or(given.cache) as cache:
        index = cache / f"index-{given.cases}"
        make_index(index, given.cases, texts, pipeline)
        key = fill_store(Path(folder), texts, pipeline)
        server = Server(Path(folder), index, key)
        try:
            print(f"ready after {server.until_ready():.1f} s, {told(server.memory())} MiB resident")
            kinds: dict[str, Iterator[Request]] = {
                "annotate 1,500 characters": notes(texts),
                f"search among {given.cases:,} cases": searches(texts),
                f"list 50 of {RECORDS:,} records": same("/v1/records?limit=50"),
            }
            measure(server, kinds, given.seconds)
            overload(server, kinds["annotate 1,500 characters"], given.seconds)
            soak(server, kinds, given.soak)
        finally:
            server.process.terminate()
            server.process.wait(timeout=60)


if __name__ == "__main__":
    main(sys.argv[1:])
