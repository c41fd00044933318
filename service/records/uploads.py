"""The documents of an uploaded file, each with the bytes that are kept as its original."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from nlp.errors import ReadingError
from nlp.reading import RawDocument, read_bytes

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Original:
    """What is kept of the file a document came from."""

    content: bytes
    media_type: str | None
    name: str | None

    @property
    def sha256(self) -> str:
        """Of the content, in hex."""
        return sha256(self.content).hexdigest()

    @property
    def file_name(self) -> str | None:
        """The name as it is stored: its end, where it is too long, with nothing that cannot be shown."""
        if self.name is None:
            return None
        return "".join(char if char.isprintable() else "\ufffd" for char in self.name)[-500:]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One document of an upload."""

    document: RawDocument
    original: Original


def read_upload(data: bytes, name: str) -> Iterator[Uploaded | ReadingError]:
    """Read a file.

    The whole file is the original of its only document. Of one of several documents (a JSON line, a row of a sheet, a member
    of a bundle) only its own part is kept, as a JSON record with its text as read and its further fields: whoever may see
    this record need not be one who may see the others of the file.

    Args:
        data: its bytes.
        name: its file name, not empty.

    Yields:
        What it gives, in order; a failure comes as a value and names the item.
    """
    items = read_bytes(data, name=name)
    first, second = next(items, None), next(items, None)
    if isinstance(first, RawDocument) and second is None:
        yield Uploaded(first, Original(data, first.media_type, name))
        return
    for item in chain((first, second), items):
        if item is not None:
            yield _part(item)


def _part(item: RawDocument | ReadingError) -> Uploaded | ReadingError:
    if isinstance(item, ReadingError):
        return item
    record = {
        "id": item.id,
        "text": item.text,
        **{key: item.meta[key] for key in item.meta if key not in ("id", "text")},
    }
    # Escapes keep what no text column would take, such as half of a surrogate pair.
    content = json.dumps(record, ensure_ascii=True, default=str).encode()
    return Uploaded(item, Original(content, JSON, item.id))
