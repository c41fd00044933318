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


@pytest.fixture(scope="session")
def kept_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One SQLite engine for many files, one after another: what it compiled once serves all tests."""
    opened = Database(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'store.db'}")

    @event.listens_for(opened.engine, "connect")
    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # the file lives as long as a test

    yield opened
    opened.close()


@pytest.fixture
def database(database_url: str, kept_engine: Database) -> Iterator[Database]:
    if not database_url.startswith("sqlite:///"):
        opened = Database(database_url)
        yield opened
        opened.close()
        return
    place = Path(str(kept_engine.url.database))
    for old in place.parent.glob(f"{place.name}*"):
        old.unlink()
    Path(database_url.removeprefix("sqlite:///")).rename(place)
    yield kept_engine
    kept_engine.close()


@pytest.fixture
def world(repository: Repository, people: People) -> World:
    return World(repository, people)
