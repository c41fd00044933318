"""A service with a worker in the test's process, and two records taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.access import Repository
from service.app import create_app
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.settings import Settings
from service.store.models.working import Job
from tests.service import working
from tests.service.conftest import Api, serving
from tests.service.databases import Databases
from tests.service.people import People

TEXTS = ("该同志处事公道，从不推诿扯皮。😀", "𠮷某敢于担责，\n但有时听不进不同意见。")


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """SQLite only: what is told apart by database is tested with the store."""
    url = databases.next_url("sqlite")
    yield url
    databases.give_back(url)


@pytest.fixture
def tools(repository: Repository, tmp_path: Path) -> Tools:
    settings = Settings(index_dir=tmp_path / "index", data_dir=tmp_path, warm_up=False, shutdown_seconds=5)
    return Tools(repository, working.LightEngine(settings), settings)


@pytest.fixture
def worker(tools: Tools) -> Iterator[Worker]:
    made = Worker(tools, tick=0.05)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def ended(tools: Tools) -> Callable[[str], Job]:
    """Waits for a job's end and gives its row."""
    return lambda job_id: working.ended(tools.repository, job_id)


@pytest.fixture
def api(tools: Tools, people: People) -> Iterator[Api]:
    people.unit()
    app = create_app(tools.settings, tools.repository)
    app.state.engine = tools.engine
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


@pytest.fixture
def archivist(api: Api) -> httpx.Client:
    return api.client("archivist")


@pytest.fixture
def records(api: Api, archivist: httpx.Client) -> list[dict[str, Any]]:
    """Two records, at level 0 and 2, as the API shows them."""
    made = []
    for level, text in zip((0, 2), TEXTS, strict=True):
        body = {"text": text, "unit_id": api.people.unit(), "confidentiality": level, "doc_type": "inspection"}
        made.append(archivist.post("/v1/records", json=body).json()["record"])
    return made
