"""What all tests share."""

from __future__ import annotations

import os

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores: a thread pool as wide as the machine in each of them would only make them wait.
    for _name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
        os.environ.setdefault(_name, "false" if _name.startswith("TOK") else "1")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names of tests must be the same in every worker, and containers made for a test hold the time they were made."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None
