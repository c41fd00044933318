"""Where the data files of the product lie."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def corpora_path(*parts: str) -> Path:
    """The path of a data file or folder shipped in ``corpora/``."""
    return Path(str(files("corpora"))).joinpath(*parts)
