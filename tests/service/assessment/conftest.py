from __future__ import annotations

import pytest

from service.access import Repository
from tests.service.assessment.desk import Desk
from tests.service.people import People
from tests.service.review.conftest import database_url, world
from tests.service.review.world import World

__all__ = ["database_url", "world"]


@pytest.fixture
def desk(repository: Repository, world: World, people: People) -> Desk:
    return Desk(repository, world, people)
