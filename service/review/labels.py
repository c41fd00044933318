"""The label set that reviewers choose from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from nlp.codebook import Codebook
from nlp.errors import InvalidInputError


@lru_cache(maxsize=4)
def codebook(path: Path | None = None) -> Codebook:
    """The codebook of the settings, without the models that work with it."""
    return Codebook.load(path)


def require_label(book: Codebook, label: str) -> None:
    """Go on only with a label of the codebook.

    Raises:
        InvalidInputError: there is no such label.
    """
    if label not in book:
        raise InvalidInputError("the codebook has no such label", place="label", expected="an id of GET /v1/codebook")
