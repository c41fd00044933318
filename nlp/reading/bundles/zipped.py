"""Zip bundles: every member is an item of its own, read in the order of the directory and never written to disk."""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final
from zipfile import ZipFile, ZipInfo

from nlp.errors import EncryptedFileError, ReadingError, TooLargeError, UnsafePathError
from nlp.reading.bundles.nest import SEPARATOR, Item, Nest
from nlp.reading.container import open_zip, too_dense, unpack
from nlp.reading.discover import is_junk
from nlp.reading.limits import Limits

_UTF8_FLAG: Final = 0x800
_UNICODE_PATH: Final = 0x7075
_UNIX: Final = 3
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def read(stream: BinaryIO, name: str, limits: Limits, nest: Nest) -> Iterator[Item]:
    """Read the members of a zip file.

    Args:
        stream: the file.
        name: path or name of the bundle.
        limits: ``max_file_bytes`` and ``max_ratio`` apply to each member.
        nest: where the bundle stands.

    Yields:
        What each member gives, under the path ``bundle.zip!/folder/a.docx``; one error for a member that cannot be
        unpacked, or for a bundle without any. Folders and what file managers leave behind are skipped.

    Raises:
        CorruptFileError: the directory is broken, so that no member can be found.
        TooLargeError: too many members, or standing too deep.
    """
    with open_zip(stream, "zip", max_members=limits.max_members) as bundle:
        members = [info for info in bundle.infolist() if not info.is_dir()]
        nest.count(len(members))
        taken: dict[str, int] = {}
        empty = True
        for info in members:
            shown = member_name(info)
            inner = [part for part in _DRIVE.sub("", shown.replace("\\", "/")).split("/") if part not in ("", ".")]
            if any(is_junk(part) for part in inner if part != ".."):
                continue
            empty = False
            path = name + SEPARATOR + _unused("/".join(inner) or "_", taken)
            try:
                data = _content(bundle, info, inner, limits, nest)
            except ReadingError as error:
                error.path, error.place = path, None
                yield error
            else:
                yield from nest.member(data, path)
        if empty:
            yield ReadingError("the bundle holds no files", path=name, hint="check that it was packed as intended")


def member_name(info: ZipInfo) -> str:
    """The name of a member as its author wrote it, without control characters.

    Where neither the flag for UTF-8 nor an Info-ZIP Unicode path field says otherwise, Chinese Windows and macOS write
    GBK or UTF-8 bytes under a header that means code page 437.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437", errors="replace")
        unicode_path = _unicode_path(info.extra)
        for data, codec in ((unicode_path, "utf-8"), (raw, "utf-8"), (raw, "gb18030")):
            try:
                name = data.decode(codec) if data else name
            except UnicodeDecodeError:
                continue
            if data:
                break
    return _UNPRINTABLE.sub("\ufffd", name)


def _unicode_path(extra: bytes) -> bytes:
    """The name in an Info-ZIP Unicode path field (APPNOTE 4.6.9), empty where there is none."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _UNICODE_PATH and size > 5 and extra[at + 4] == 1:
            return extra[at + 9 : at + 4 + size]
        at += 4 + size
    return b""


def _unused(inner: str, taken: dict[str, int]) -> str:
    """The name, numbered where an earlier member has it already: paths serve as ids."""
    count = taken[inner] = taken.get(inner, 0) + 1
    return inner if count == 1 else f"{inner} ({count})"


def _content(bundle: ZipFile, info: ZipInfo, inner: list[str], limits: Limits, nest: Nest) -> bytes:
    if ".." in inner:
        raise UnsafePathError(
            f"the member's name leads out of the bundle: {member_name(info)}",
            expected="names below the bundle",
            hint="pack the files anew; the member was not read",
        )
    if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
        raise UnsafePathError("the member is a symbolic link, not a file", hint="pack the file that it leads to")
    if info.flag_bits & 1:
        raise EncryptedFileError("the member is locked by a password", hint="unpack it with the password")
    if info.file_size > limits.max_file_bytes:
        raise TooLargeError(
            f"the member unpacks to {info.file_size:,} bytes",
            expected=f"at most {limits.max_file_bytes:,} (max_file_bytes)",
            hint="unpack it and split it",
        )
    error = too_dense(info, "zip", limits)
    if error is not None:
        raise error
    if info.file_size > nest.bytes_left:
        raise nest.spent(inner[-1] if inner else "")
    return unpack(bundle, info, limits.max_file_bytes)
