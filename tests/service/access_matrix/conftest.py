from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.access_matrix.making import copied
from tests.service.access_matrix.scenery import Scenery


@pytest.fixture(scope="module")
def scenery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenery]:
    """Of one test module, which may change it."""
    with copied(tmp_path_factory.mktemp("scenery")) as made:
        yield made
