from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.access import Repository
from tests.service.databases import Databases
from tests.service.people import People
from tests.service.review.world import World


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """SQLite, and PostgreSQL for tests that ask for both (``@pytest.mark.parametrize("database_url", …, indirect)``)."""
    url = databases.next_url(getattr(request, "param", "sqlite"))
    yield url
    databases.give_back(url)


@pytest.fixture
def world(repository: Repository, people: People) -> World:
    return World(repository, people)
