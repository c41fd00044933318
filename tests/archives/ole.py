"""Writers of old binary files for tests: OLE2 containers and the workbooks of Excel 5 and 97 inside them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A valid OLE2 container ([MS-CFB] version 3) with its streams at the top; each is padded to 4096 bytes."""
    fat: list[int] = []
    body = b""
    entries = []
    for name, data in streams.items():
        padded = data.ljust(max(4096, -(-len(data) // SECTOR) * SECTOR), b"\0")
        start = len(fat)
        count = len(padded) // SECTOR
        fat += [*range(start + 1, start + count), _END]
        entries.append((name, 2, start, len(padded)))
        body += padded
    directory_start = len(fat)
    directory = _entry("Root Entry", 5, _END, 0, child=1 if entries else _FREE)
    for number, (name, kind, start, size) in enumerate(entries, 1):
        directory += _entry(name, kind, start, size, right=number + 1 if number < len(entries) else _FREE)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    count = len(directory) // SECTOR
    fat += [*range(directory_start + 1, directory_start + count), _END]
    fat_sectors = 1
    while len(fat) + fat_sectors > fat_sectors * 128:
        fat_sectors += 1
    fat_start = len(fat)
    fat += [0xFFFFFFFD] * fat_sectors
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(fat_sectors * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<LLLLLLLLL", 0, fat_sectors, directory_start, 0, 4096, _END, 0, _END, 0)
    difat = [*range(fat_start, fat_start + fat_sectors)]
    header += struct.pack("<109L", *difat, *[_FREE] * (109 - len(difat)))
    return header + body + directory + table


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    raw = f"{name}\0".encode("utf-16-le")
    links = struct.pack("<LLL", _FREE, right, child)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<LQ", start, size)
    )


def record(kind: int, data: bytes = b"") -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", kind, len(data)) + data


def xls(rows: Sequence[Sequence[str | float]], *, biff: int = 8, locked: bool = False, far: bool = False) -> bytes:
    """A workbook of one sheet.

    Args:
        rows: texts and numbers.
        biff: 5 (Excel 5 and 95, texts in GBK) or 8 (Excel 97 on).
        locked: with a FILEPASS record, which announces encryption.
        far: with one more cell in the last row and column of the format.
    """
    version = {5: 0x0500, 8: 0x0600}[biff]
    cells = [(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)]
    if far:
        cells.append((65_535 if biff == 8 else 16_383, 255, "远"))
    sheet = record(0x0809, struct.pack("<HHHH", version, 0x10, 0, 0) + b"\0" * (8 if biff == 8 else 0))
    for r, c, value in cells:
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            if biff == 5:
                raw = value.encode("gbk")
                text = struct.pack("<H", len(raw)) + raw
            sheet += record(0x0204, struct.pack("<HHH", r, c, 0) + text)
        else:
            sheet += record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    sheet += record(0x000A)
    start = record(0x0809, struct.pack("<HHHH", version, 0x05, 0, 0) + b"\0" * (8 if biff == 8 else 0))
    start += record(0x002F, struct.pack("<HHH", 0, 1, 1)) if locked else b""
    start += record(0x0042, struct.pack("<H", 1200 if biff == 8 else 936))
    name = "评语"
    label = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    if biff == 5:
        label = struct.pack("<B", len(name.encode("gbk"))) + name.encode("gbk")
    at = len(start) + 4 + 6 + len(label) + 4
    start += record(0x0085, struct.pack("<LH", at, 0) + label) + record(0x000A)
    return compound({"Workbook" if biff == 8 else "Book": start + sheet})
