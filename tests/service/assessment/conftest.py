from __future__ import annotations

import pytest

from service.access import Repository
from tests.service.assessment.desk import Desk
from tests.service.people import People
from tests.service.review.conftest import database, database_url, kept_engine, world
from tests.service.review.world import World

__all__ = ["database", "database_url", "kept_engine", "world"]


@pytest.fixture
def desk(repository: Repository, world: World, people: People) -> Desk:
    return Desk(repository, world, people)
