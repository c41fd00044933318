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
from nlp.reading.bundles.nest import Item, Nest
from nlp.reading.discover import display_name
from nlp.reading.document import RawDocument
from nlp.reading.limits import DEFAULT_LIMITS, Limits
from nlp.reading.registry import bundle_reader_for, reader_for


def read_path(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Read one file.

    Args:
        path: the file.
        limits: what it may cost.

    Yields:
        One document for most files; for a JSONL file one a record, for a workbook one a sheet or a person, for a zip
        bundle or a mail what its members give, in order. Whatever cannot be read comes as a ``ReadingError`` value
        with its path and place. Bad content never raises.
    """
    name = display_name(path)
    try:
        # Opening a pipe would wait for a writer, so the kind of file is looked at first.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            yield ReadingError("not a file, or a folder that cannot be listed", path=name, hint="name a regular file")
            return
        with Path(path).open("rb") as stream:
            yield from _read(stream, os.fstat(stream.fileno()).st_size, name, limits, Nest(_member, limits))
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
    yield from _read(BytesIO(data), len(data), name, limits, Nest(_member, limits))


def _read(stream: BinaryIO, size: int, name: str, limits: Limits, nest: Nest) -> Iterator[Item]:
    head = stream.read(sniff.HEAD_BYTES)
    stream.seek(0)
    media_type = sniff.sniff_zip(stream) if sniff.is_zip(head) else sniff.sniff(head, name)
    if media_type == sniff.JSONL:
        from nlp.reading import jsonl

        yield from jsonl.read(stream, name, limits)
    elif media_type == sniff.ARCHIVE:
        # A bundle may be larger than any file it holds: its members are unpacked one at a time.
        yield from _items(media_type, stream, name, limits, nest)
    else:
        try:
            data = _whole(stream, size, limits)
        except ReadingError as error:
            error.at(path=name)
            yield error
            return
        yield from _items(sniff.sniff(data, name), BytesIO(data), name, limits, nest)


def _member(data: bytes, name: str, nest: Nest) -> Iterator[Item]:
    yield from _read(BytesIO(data), len(data), name, nest.limits, nest)


def _whole(stream: BinaryIO, size: int, limits: Limits) -> bytes:
    expected = f"at most {limits.max_file_bytes:,} bytes (max_file_bytes)"
    if size > limits.max_file_bytes:
        raise TooLargeError(
            f"the file has {size:,} bytes",
            expected=expected,
            hint="split it, or put one text a line into a .jsonl file",
        )
    # One byte more than allowed is asked for, since a file may grow after its size was taken.
    data = stream.read(limits.max_file_bytes + 1)
    if len(data) > limits.max_file_bytes:
        raise TooLargeError("the file grew while it was read", expected=expected)
    return data


def _items(media_type: str, stream: BinaryIO, name: str, limits: Limits, nest: Nest) -> Iterator[Item]:
    """What the reader of a media type gives, with its failures as values that name the file."""
    try:
        bundle = bundle_reader_for(media_type)
        if bundle is not None:
            nest.check_depth()
            result: RawDocument | Iterator[Item] = bundle(stream, name, limits, nest)
        else:
            result = reader_for(media_type)(stream.read(), name, limits)
        for item in (result,) if isinstance(result, RawDocument) else result:
            if isinstance(item, ReadingError):
                item.at(path=name)
            yield item
    except ReadingError as error:
        error.at(path=name)
        yield error
    except MemoryError:
        yield TooLargeError(f"the content needs more memory than there is, read as {media_type}", path=name)
    except Exception as exc:
        # A broken container can make a parser fail in ways its documentation does not list; one such file must not
        # end a run over an archive.
        broken = CorruptFileError(
            f"the content cannot be parsed as {media_type} ({type(exc).__name__}: {exc})",
            path=name,
            hint="open it in the program that wrote it and save it again",
        )
        broken.__cause__ = exc
        yield broken
