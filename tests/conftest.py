"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores: a thread pool as wide as the machine in each of them would only make them wait.
    for _name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
        os.environ.setdefault(_name, "false" if _name.startswith("TOK") else "1")


_LONGEST = (
    "service/archive/engines/test_cluster.py",
    "test_notebooks.py",
    "service/crash/test_kill.py",
    "service/demo/test_command.py",
    "service/archive/engines/test_local.py",
)
"""Files whose tests take longest, first those that mostly wait: begun last, they would be waited for alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order is the same in every worker."""
    here = Path(__file__).parent
    ranks = {here / name: rank for rank, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names of tests must be the same in every worker, and containers made for a test hold the time they were made."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None
