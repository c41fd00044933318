"""``yanpan serve``, ``worker``, ``backup``, ``restore`` and ``audit verify`` as an administrator runs them."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.access import Repository
from service.store.database import Database
from tests.service.forked import Forked, ForkServer
from tests.service.people import People

TEXT = "该同志处事公道，从不推诿扯皮。李某𠮷😀"
CASE = "为迎接检查连夜粉刷沿街外墙，背街污水照流。"
Rows = dict[str, set[tuple[Any, ...]]]


class Place:
    """A data folder and the commands over it."""

    def __init__(self, folder: Path, forks: ForkServer) -> None:
        self.folder = folder
        self.store = folder / "yanpan.db"
        self._forks = forks
        self._environment = {
            **os.environ,
            "YANPAN_DATA_DIR": str(folder),
            "YANPAN_INDEX_DIR": str(folder / "index"),
            "YANPAN_LOG_FORMAT": "text",
        }
        folder.mkdir(exist_ok=True)

    def start(self, *words: str, says: str) -> Forked:
        """A command that goes on; returns once it has said these words."""
        needs = ["service", "models"]
        process = self._forks.start("service", list(words), cwd=self.folder, env=self._environment, needs=needs)
        _until(lambda: says in process.told() or process.poll() is not None)
        assert process.poll() is None, process.told()
        return process

    def run(self, *words: str | Path) -> Forked:
        """A command that ends."""
        process = self._forks.start("service", [*map(str, words)], cwd=self.folder, env=self._environment)
        process.wait(timeout=120)
        return process

    def serve(self) -> tuple[Forked, str]:
        """``yanpan serve --no-worker`` on a free port, and its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = self.start("serve", "--no-worker", "--port", str(port), says="接口文档")
        url = f"http://127.0.0.1:{port}"
        _until(lambda: _answers(url))
        return process, url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False, verify=False).is_success
    except httpx.TransportError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it takes too long")


def rows(store: Path) -> Rows:
    """Everything in a database."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as opened:
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: set(opened.execute(f'SELECT * FROM "{table}"')) for table in tables}


@pytest.fixture
def started(fork_server: ForkServer, tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A service at work: a server, a worker, and the address."""
    place = Place(tmp_path / "data", fork_server)
    server, url = place.serve()
    worker = place.start("worker", says="后台任务进程已启动")
    yield place, url
    for process in (server, worker):
        process.send_signal(signal.SIGTERM)
    for process in (server, worker):
        process.wait(timeout=60)


def client_of(place: Place, url: str) -> tuple[httpx.Client, str]:
    """Somebody who may take in records and cases, and the root unit."""
    database = Database(f"sqlite:///{place.store}")
    people = People(Repository(database))
    unit, key = people.unit(), people.key("archivist", "analyst")
    database.close()
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False, verify=False), unit


def test_a_backup_of_a_service_at_work_comes_back(
    started: tuple[Place, str], fork_server: ForkServer, tmp_path: Path
) -> None:
    place, url = started
    client, unit = client_of(place, url)
    with client:
        files = [("files", (f"{n}.txt", f"第{n}号：{TEXT}".encode())) for n in range(3)]
        batch = client.post("/v1/batches", data={"unit_id": unit}, files=files)
        assert batch.status_code == 201, batch.text
        case = {"id": "c1", "text": CASE}
        assert client.post("/v1/cases", json={"cases": [case]}).status_code == 201
        _until(lambda: client.get(f"/v1/batches/{batch.json()['id']}").json()["state"] == "done")

        refused = place.run("worker")
        assert refused.returncode == 3
        assert "another worker" in refused.told()

        stop = threading.Event()
        writer = threading.Thread(target=_write_on, args=(client, unit, stop))
        writer.start()
        busy = place.run("backup", tmp_path / "busy")
        stop.set()
        writer.join()
        assert busy.returncode == 0, busy.told()
        idle = place.run("backup", tmp_path / "idle")
        assert idle.returncode == 0, idle.told()
    (made,) = (tmp_path / "idle").iterdir()
    running = place.run("restore", made, "--replace")
    assert running.returncode == 3
    assert "running" in running.told()
    then = rows(place.store)

    other = Place(tmp_path / "other", fork_server)
    assert other.run("restore", made, "--check").returncode == 0
    done = other.run("restore", made)
    assert done.returncode == 0, done.told()
    assert rows(other.store) == then
    _check_busy(Place(tmp_path / "third", fork_server), tmp_path / "busy", then)

    verified = other.run("audit", "verify")
    assert verified.returncode == 0, verified.told()
    server, url = other.serve()
    try:
        with httpx.Client(base_url=url, headers=client.headers, timeout=60, trust_env=False, verify=False) as again:
            listed = again.get("/v1/records", params={"limit": 200}).json()["items"]
            assert len({row["id"] for row in listed}) == len(then["records"])
            hits = again.post("/v1/search", json={"text": "连夜刷墙迎检"}).json()["hits"]
            assert [hit["id"] for hit in hits] == ["c1"]
    finally:
        server.terminate()
        server.wait(timeout=60)


def _write_on(client: httpx.Client, unit: str, stop: threading.Event) -> None:
    for number in range(1000):
        if stop.is_set():
            return
        body = {"text": f"又{number}：{TEXT}", "unit_id": unit}
        assert client.post("/v1/records", json=body).status_code == 201


def _check_busy(place: Place, backups: Path, then: Rows) -> None:
    """A backup made while others wrote is the service as it was at one moment: an earlier part of what came later."""
    (made,) = backups.iterdir()
    done = place.run("restore", made)
    assert done.returncode == 0, done.told()
    found = rows(place.store)
    for table in ("audit_entries", "record_versions", "records"):
        assert found[table] <= then[table], table
    assert len(found["records"]) == len(found["record_versions"]) >= 3
    assert place.run("audit", "verify").returncode == 0
