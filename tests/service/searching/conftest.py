"""A worker at work in the test's process, over a real database and a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.access import Repository
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.settings import Settings
from service.store.models.working import Job
from tests.service import working
from tests.service.databases import Databases


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
