"""Zip containers from unknown hands: opened only when small enough, read member by member within limits."""

from __future__ import annotations

import lzma
import struct
import zlib
from io import SEEK_END, BytesIO
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from nlp.errors import CorruptFileError, EncryptedFileError, ReadingError, TooLargeError
from nlp.reading.limits import Limits

_PART_MEMBERS: Final = 10_000
_RATIO_FREE_BYTES: Final = 1 << 20
_END: Final = b"PK\x05\x06"
_END64: Final = b"PK\x06\x06"
_ENTRY: Final = b"PK\x01\x02"
_TAIL: Final = 65_557 + 76
_CHUNK: Final = 1 << 20
AGAIN: Final = "get the file again, or open it in the program that wrote it and save it anew"

BROKEN: Final = (
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    struct.error,
)
"""What ``zipfile`` and the decompressors raise on broken input."""


def count_members(stream: BinaryIO) -> int | None:
    """How many entries the directory of a zip file has, counted without building them.

    Args:
        stream: the file; it is left at its start.

    Returns:
        ``None`` where the end of the directory is missing: the file is truncated.
    """
    size = stream.seek(0, SEEK_END)
    start = max(0, size - _TAIL)
    stream.seek(start)
    tail = stream.read(_TAIL)
    end = tail.rfind(_END)
    stream.seek(0)
    if end == -1 or len(tail) < end + 22:
        return None
    length = struct.unpack_from("<L", tail, end + 12)[0]
    at = start + end - length
    end64 = tail.rfind(_END64, 0, end)
    if length == 0xFFFFFFFF and end64 != -1 and end64 + 56 <= end:
        length = struct.unpack_from("<Q", tail, end64 + 40)[0]
        at = start + end64 - length
    if at < 0:
        return None
    count = 0
    left = b""
    stream.seek(at)
    while length > 0 and (chunk := stream.read(min(_CHUNK, length))):
        length -= len(chunk)
        count += (left + chunk).count(_ENTRY)
        left = chunk[-3:]
    stream.seek(0)
    return count


def open_zip(stream: BinaryIO, what: str, *, max_members: int) -> ZipFile:
    """Open a zip file.

    Args:
        stream: the file.
        what: its format, for messages.
        max_members: of its directory.

    Raises:
        CorruptFileError: truncated or broken.
        TooLargeError: too many members.
    """
    count = count_members(stream)
    if count is not None and count > max_members:
        raise TooLargeError(
            f"the {what} has {count:,} members", expected=f"at most {max_members:,} (max_members)", hint="split it"
        )
    try:
        return ZipFile(stream)
    except BROKEN as exc:
        raise CorruptFileError(f"the {what} container is truncated or broken ({exc})", hint=AGAIN) from exc


class Container:
    """The zip container of an Office document, whose parts are found without regard to case.

    Args:
        data: the file's bytes.
        what: its format, for messages.
        limits: ``max_unpacked_bytes`` and ``max_ratio`` apply to all members.

    Raises:
        CorruptFileError: truncated or broken.
        TooLargeError: it has too many members, unpacks to too much, or has a member packed too densely.
    """

    def __init__(self, data: bytes, what: str, limits: Limits) -> None:
        self._limits = limits
        self._zip = open_zip(BytesIO(data), what, max_members=_PART_MEMBERS)
        members = self._zip.infolist()
        total = sum(info.file_size for info in members)
        if total > limits.max_unpacked_bytes:
            raise TooLargeError(
                f"the {what} unpacks to {total:,} bytes",
                expected=f"at most {limits.max_unpacked_bytes:,} (max_unpacked_bytes)",
                hint="remove its pictures, or split it",
            )
        for info in members:
            error = too_dense(info, what, limits)
            if error is not None:
                raise error
        # Part names do not tell upper from lower case, and some programs write backslashes.
        self._members = {info.filename.replace("\\", "/").lower(): info for info in members}

    def names(self) -> list[str]:
        """Names of all parts, in lower case."""
        return list(self._members)

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, ``None`` where there is none of that name.

        Raises:
            EncryptedFileError: it is locked by a zip password.
            CorruptFileError: it cannot be unpacked.
            TooLargeError: it unpacks to more than its directory says and than is allowed.
        """
        info = self._members.get(name.lower())
        return None if info is None else unpack(self._zip, info, self._limits.max_unpacked_bytes)


def too_dense(info: ZipInfo, what: str, limits: Limits) -> ReadingError | None:
    """The error of a member that unpacks to more than ``max_ratio`` times its packed size; small ones are exempt."""
    if info.file_size <= max(_RATIO_FREE_BYTES, limits.max_ratio * info.compress_size):
        return None
    return TooLargeError(
        f"a part of the {what} is packed {info.file_size // max(1, info.compress_size):,} to 1",
        place=info.filename,
        expected=f"at most {limits.max_ratio} to 1 (max_ratio)",
        hint="the file looks made to exhaust memory; if it is genuine, unpack it or save it anew",
    )


def unpack(source: ZipFile, info: ZipInfo, limit: int) -> bytes:
    """The bytes of one member.

    Raises:
        EncryptedFileError: it is locked by a password.
        CorruptFileError: it cannot be unpacked.
        TooLargeError: more than ``limit`` bytes.
    """
    if info.flag_bits & 1:
        raise EncryptedFileError("the container is locked by a password", hint="save it without a password")
    try:
        with source.open(info) as member:
            # The directory's sizes may lie, so what is really unpacked is bounded as well.
            data = member.read(limit + 1)
    except BROKEN as exc:
        raise CorruptFileError(f"a part cannot be unpacked ({exc})", place=info.filename, hint=AGAIN) from exc
    except RuntimeError as exc:  # how zipfile asks for a password it does not see announced
        raise EncryptedFileError(f"a part cannot be opened ({exc})", place=info.filename) from exc
    if len(data) > limit:
        raise TooLargeError("a part unpacks to too much", place=info.filename, expected=f"at most {limit:,} bytes")
    return data
