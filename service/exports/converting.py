"""Turning annotations into another format one by one, so that one bad document costs itself only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nlp.errors import ReadingError
from nlp.schema import Annotation

Converted = TypeVar("Converted")


def convert(
    annotations: Iterable[Annotation], one: Callable[[Annotation], Converted], failures: list[ReadingError]
) -> Iterator[Converted]:
    """What ``one`` makes of each annotation.

    Args:
        annotations: read while iterating.
        one: raises a ``ReadingError`` where the format cannot hold a document.
        failures: those errors, with the document's id.
    """
    for annotation in annotations:
        try:
            yield one(annotation)
        except ReadingError as error:
            error.at(place=f"id {annotation.id!r}")
            failures.append(error)
