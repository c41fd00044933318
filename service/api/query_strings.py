"""Query strings name every parameter once: of two values one would be dropped without a word."""

from __future__ import annotations

from collections import Counter

from fastapi import Request
from fastapi.exceptions import RequestValidationError

LISTS = frozenset({"label"})
"""Parameters of which all values count."""


def each_once(request: Request) -> None:
    """Go on where no parameter is named twice, but for those that are lists.

    Raises:
        RequestValidationError: with every name that is there more than once.
    """
    names = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        {"type": "too_long", "loc": ("query", name), "msg": "given more than once", "ctx": {"max_length": 1}}
        for name, count in names.items()
        if count > 1 and name not in LISTS
    ]
    if errors:
        raise RequestValidationError(errors)
