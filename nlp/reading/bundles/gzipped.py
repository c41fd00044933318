"""gzip: one packed file, read under its own name."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from nlp.errors import CorruptFileError, TooLargeError, UnsupportedFormatError
from nlp.reading.bundles.nest import SEPARATOR, Item, Nest
from nlp.reading.container import AGAIN, BROKEN
from nlp.reading.limits import Limits


def read(stream: BinaryIO, name: str, limits: Limits, nest: Nest) -> Iterator[Item]:
    """Read the file inside a gzip file.

    Args:
        stream: the packed file.
        name: its path or name; without ``.gz`` it is the name of the member.
        limits: ``max_file_bytes`` applies to what it unpacks to, so that no bomb takes more memory than that.
        nest: where the file stands.

    Yields:
        What the member gives.

    Raises:
        CorruptFileError: truncated or broken.
        TooLargeError: it unpacks to too much.
        UnsupportedFormatError: the member is a tar archive.
    """
    nest.count(1)
    try:
        with gzip.GzipFile(fileobj=stream) as packed:
            data = packed.read(limits.max_file_bytes + 1)
    except BROKEN as exc:
        raise CorruptFileError(f"the gzip file is truncated or broken ({exc})", hint=AGAIN) from exc
    if len(data) > limits.max_file_bytes:
        raise TooLargeError(
            "the gzip file unpacks to too much",
            expected=f"at most {limits.max_file_bytes:,} bytes (max_file_bytes)",
            hint="unpack it and split it",
        )
    if data[257:262] == b"ustar":
        raise UnsupportedFormatError("a tar archive packed by gzip", hint="unpack it and read the folder")
    inner = PurePosixPath(name).name
    inner = inner[:-3] if inner.lower().endswith(".gz") and len(inner) > 3 else inner
    yield from nest.member(data, name + SEPARATOR + inner)
