"""A real server on a real port, both databases, and the command line as a user runs it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from service.access import Principal, Repository
from service.app import create_app
from service.settings import Settings
from service.store.database import Database
from tests.service.databases import Databases, postgres_server
from tests.service.forked import ForkServer
from tests.service.people import People

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "settings(**fields): settings of the server behind the api fixture")


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def run(tmp_path: Path, fork_server: ForkServer) -> Run:
    """Run ``yanpan`` with these words; in an interpreter of its own with ``fresh=True``, which takes seconds."""

    def call(*words: str | Path, cwd: Path = tmp_path, fresh: bool = False) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "service", *map(str, words)]
        if fresh:
            return subprocess.run(
                command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False
            )
        process = fork_server.start("service", command[3:], cwd=cwd)
        try:
            status = process.wait(timeout=240)
        finally:
            process.kill()
        streams = [path.read_bytes().decode("utf-8") for path in (process.stdout, process.stderr)]
        return subprocess.CompletedProcess(command, status, *streams)

    return call


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(
        index_dir=folder / "index", data_dir=folder, max_body_bytes=300_000, warm_up=False, insecure_demo=True
    )
    with serving(create_app(settings)) as url:
        yield url


@pytest.fixture
def client(server_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server_url, timeout=120, trust_env=False, verify=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(lambda: stack.enter_context(postgres_server()), tmp_path_factory.mktemp("databases"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A new database with this version's schema; the test runs once on each kind."""
    url = databases.next_url(request.param)
    yield url
    databases.give_back(url)


@pytest.fixture
def database(databases: Databases, database_url: str) -> Iterator[Database]:
    opened = databases.opened(database_url)
    yield opened
    opened.close()


@pytest.fixture
def repository(database: Database) -> Repository:
    return Repository(database)


@pytest.fixture
def people(repository: Repository) -> People:
    return People(repository)


@pytest.fixture
def principal(people: People) -> Callable[..., Principal]:
    """``principal("analyst", unit="某省/A县", clearance=2)``: a new user, as one who signed in."""
    return people.principal


class Api:
    """A real server over the test's database; ``client`` signs in with a key of a new user."""

    def __init__(self, url: str, app: FastAPI, people: People, stack: ExitStack) -> None:
        self.url = url
        self.app = app
        self.people = people
        self._stack = stack

    def client(self, *roles: str, **reach: Any) -> httpx.Client:
        """With a key of a new user of these roles; ``unit`` and ``clearance`` as for ``People``."""
        return self.opened({"authorization": f"Bearer {self.people.key(*roles, **reach)}"})

    def opened(self, headers: dict[str, str] | None = None) -> httpx.Client:
        """With these headers only."""
        # Reading the machine's certificates takes 30 ms, and nobody here has one.
        made = httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False, verify=False)
        return self._stack.enter_context(made)


@pytest.fixture
def api(repository: Repository, people: People, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Api]:
    """Settings can be given by ``@pytest.mark.settings(session_idle_minutes=1)``."""
    marker = request.node.get_closest_marker("settings")
    people.unit()
    settings = Settings(
        index_dir=tmp_path / "index", data_dir=tmp_path, warm_up=False, **(marker.kwargs if marker else {})
    )
    app = create_app(settings, repository)
    with ExitStack() as stack:
        url = stack.enter_context(serving(app))
        yield Api(url, app, people, stack)
