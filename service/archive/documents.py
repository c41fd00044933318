"""The documents of one file: the one place where reading, splitting and identity come together for an archive run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from nlp.errors import ReadingError
from nlp.reading import RawDocument, read_path
from nlp.reading.discover import display_name
from nlp.reading.splitting import split_document

Documents = Callable[[Path], Iterator[RawDocument | ReadingError]]
"""A file → its documents in order, and an error for each thing in it that gave none."""


def documents_of(path: Path) -> Iterator[RawDocument | ReadingError]:
    """What the reader of the file's content gives, a bundle of documents split."""
    for item in read_path(path):
        if isinstance(item, ReadingError):
            yield item
        else:
            yield from split_document(item)


def below(root: str, item: RawDocument | ReadingError) -> RawDocument | ReadingError:
    """The item with names relative to the source, so that records do not change when the source folder moves."""
    prefix = display_name(root).rstrip("/") + "/"
    if isinstance(item, ReadingError):
        if item.path is not None:
            item.path = item.path.removeprefix(prefix)
        return item
    path = None if item.path is None else item.path.removeprefix(prefix)
    return replace(item, id=item.id.removeprefix(prefix), path=path)
