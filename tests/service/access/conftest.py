"""Cheap password hashes, so that tests spend their time elsewhere; one test looks at the real parameters."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from service.access import passwords


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("real_hashes") is None:
        monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=256, parallelism=1))
        passwords._nobody.cache_clear()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_hashes: argon2 with the product's own parameters")
