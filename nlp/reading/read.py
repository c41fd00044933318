"""One file or upload → its documents, every failure as a value."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from nlp.errors import CorruptFileError, ReadingError, TooLargeError
from nlp.reading import sniff
from nlp.reading.discover import display_name
from nlp.reading.document import RawDocument
from nlp.reading.limits import DEFAULT_LIMITS, Limits
from nlp.reading.registry import reader_for

Item = RawDocument | ReadingError


def read_path(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Read one file.

    Args:
        path: the file.
        limits: what it may cost.

    Yields:
        One document, or for a JSONL file one a record; whatever cannot be read comes as a ``ReadingError`` value with
        its path and place. Bad content never raises.
    """
    name = display_name(path)
    try:
        # Opening a pipe would wait for a writer, so the kind of file is looked at first.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            yield ReadingError("not a file, or a folder that cannot be listed", path=name, hint="name a regular file")
            return
        with Path(path).open("rb") as stream:
            yield from _read(stream, os.fstat(stream.fileno()).st_size, name, limits)
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        yield ReadingError(f"the file cannot be opened or read: {reason}", path=name, hint="check path and permissions")


def read_bytes(data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Read an upload.

    Args:
        data: its bytes.
        name: its file name, not empty; becomes the document's id and path.
        limits: what it may cost.

    Yields:
        The same as ``read_path``.
    """
    yield from _read(BytesIO(data), len(data), name, limits)


def _read(stream: BinaryIO, size: int, name: str, limits: Limits) -> Iterator[Item]:
    head = stream.read(sniff.HEAD_BYTES)
    if sniff.sniff(head, name) == sniff.JSONL:
        from nlp.reading import jsonl

        stream.seek(0)
        yield from jsonl.read(stream, name, limits)
        return
    try:
        if size > limits.max_file_bytes:
            raise TooLargeError(
                f"the file has {size:,} bytes",
                expected=f"at most {limits.max_file_bytes:,}",
                hint="split it, or put one text a line into a .jsonl file",
            )
        # One byte more than allowed is asked for, since a file may grow after its size was taken.
        data = head + stream.read(max(0, limits.max_file_bytes + 1 - len(head)))
        if len(data) > limits.max_file_bytes:
            raise TooLargeError("the file grew while it was read", expected=f"at most {limits.max_file_bytes:,} bytes")
        yield _read_one(data, name, limits)
    except ReadingError as error:
        error.at(path=name)
        yield error


def _read_one(data: bytes, name: str, limits: Limits) -> RawDocument:
    media_type = sniff.sniff(data, name)
    reader = reader_for(media_type)
    try:
        return reader(data, name, limits)
    except ReadingError:
        raise
    except Exception as exc:
        # A broken container can make a parser fail in ways its documentation does not list; one such file must not
        # end a run over an archive.
        raise CorruptFileError(
            f"the content cannot be parsed as {media_type} ({type(exc).__name__}: {exc})",
            hint="open it in the program that wrote it and save it again",
        ) from exc
