from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from service.access import Repository
from service.store.database import Database
from tests.service.databases import Databases
from tests.service.people import People
from tests.service.review.world import World


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """SQLite, and PostgreSQL for tests that ask for both (``@pytest.mark.parametrize("database_url", …, indirect)``)."""
    url = databases.url(getattr(request, "param", "sqlite"), tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    if opened.is_sqlite:

        @event.listens_for(opened.engine, "connect")
        def hurry(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # lives as long as a test

    yield opened
    opened.close()


@pytest.fixture
def world(repository: Repository, people: People) -> World:
    return World(repository, people)
