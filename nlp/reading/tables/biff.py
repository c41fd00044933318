"""What the parser of binary workbooks (.xls) gets wrong, looked up in the first records of the file.

Some encrypted workbooks are read as if their scrambled text were text. In workbooks of Excel 5 and 95 the bytes of a
text are decoded one at a time, which destroys Chinese: they are read as Windows-1252, which loses nothing, and
decoded here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from nlp.errors import EncryptedFileError, UndecodableTextError
from nlp.reading.charset import decode
from nlp.reading.tables.grid import Grid

_SECTOR: Final = 512
_BOF: Final = 0x0809
_GLOBALS: Final = 0x0005
_BIFF5: Final = 0x0500
_EOF: Final = 0x000A
_FILEPASS: Final = 0x002F
_CODEPAGE: Final = 0x0042
_WESTERN: Final = 1252
_CHARSETS: Final = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "cp950", 54936: "gb18030"}


def check_not_locked(data: bytes) -> None:
    """Refuse a workbook of Excel 5 to 2003 with a password.

    Raises:
        EncryptedFileError: its records hold FILEPASS ([MS-XLS] 2.4.117).
    """
    for _, records in _books(data):
        if any(kind == _FILEPASS for kind, _, _ in records):
            raise EncryptedFileError(
                "the workbook is protected by a password", hint="open it with the password and save it without one"
            )


def as_western(data: bytes) -> tuple[bytes, str | None]:
    """A workbook of Excel 5 or 95 that says its texts are Windows-1252, and what it said before.

    Returns:
        The file, and the charset as a Python codec name: empty where it did not name an East Asian one, ``None`` (and
        the file unchanged) for a workbook of another version, whose texts are Unicode.
    """
    raw = bytearray(data)
    charset: str | None = None
    for version, records in _books(data):
        if version != _BIFF5:
            continue
        charset = charset or ""
        for kind, at, size in records:
            if kind == _CODEPAGE and size == 2:
                charset = _CHARSETS.get(struct.unpack_from("<H", data, at)[0], "")
                struct.pack_into("<H", raw, at, _WESTERN)
    return bytes(raw), charset


def decoded(grid: Grid, charset: str) -> Grid:
    """A grid read as Windows-1252, with its texts in their true charset.

    Args:
        grid: as the parser gave it.
        charset: what the file names; empty to tell it from the bytes of all cells.
    """
    cells = [grid.name, *(cell for _, row in grid.rows for cell in row)]
    raw = [_raw(cell) for cell in cells]
    if not charset:
        try:
            charset = decode(b"\n".join(raw))[1]
        except UndecodableTextError:
            return grid
    texts = iter([data.decode(charset, errors="replace") for data in raw])
    name = next(texts)
    return replace(grid, name=name, rows=tuple((number, tuple(next(texts) for _ in row)) for number, row in grid.rows))


def _raw(text: str) -> bytes:
    # The parser gives the five bytes that Windows-1252 leaves open as the control characters of the same number.
    return b"".join(
        bytes((ord(char),)) if ord(char) < 0xA0 else char.encode("cp1252", errors="replace") for char in text
    )


def _books(data: bytes) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Version of each workbook stream, and kind, place and size of its first records; the stream starts at a sector."""
    for start in range(0, len(data) - 8, _SECTOR):
        kind, size, version, content = struct.unpack_from("<HHHH", data, start)
        if kind != _BOF or content != _GLOBALS or not 4 <= size <= 16:
            continue
        records = []
        at = start + 4 + size
        while at + 4 <= len(data):
            kind, size = struct.unpack_from("<HH", data, at)
            if kind == _EOF or at + 4 + size > len(data):
                break
            records.append((kind, at + 4, size))
            at += 4 + size
        yield version, records
