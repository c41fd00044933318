"""What a file is, told from its content; its name only tells plain text, Markdown and JSON lines apart."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from nlp.reading.charset import bom_of

TEXT: Final = "text/plain"
MARKDOWN: Final = "text/markdown"
JSONL: Final = "application/jsonl"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument"
DOC: Final = "application/msword"
XLS: Final = "application/vnd.ms-excel"
PPT: Final = "application/vnd.ms-powerpoint"
WORKS: Final = "application/vnd.ms-works"
ENCRYPTED_OFFICE: Final = "application/vnd.ms-office.encrypted"
OLE: Final = "application/x-ole-storage"
HTML: Final = "text/html"
RTF: Final = "application/rtf"
MHTML: Final = "multipart/related"
IMAGE: Final = "image"
ARCHIVE: Final = "application/zip"
BINARY: Final = "application/octet-stream"

HEAD_BYTES: Final = 8192
"""How many bytes from the start of a file are enough to tell that it is plain text."""

_SUFFIXES: Final = {".md": MARKDOWN, ".markdown": MARKDOWN, ".jsonl": JSONL, ".ndjson": JSONL}

_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams that name the program which wrote an OLE2 file; the first one present decides.
_OLE_STREAMS: Final = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
    ("MatOST", WORKS),
)
_MAGIC: Final = (
    (b"\x89PNG\r\n", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF8", IMAGE),
    (b"II*\0", IMAGE),
    (b"MM\0*", IMAGE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b\x08", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"{\\rtf", RTF),
)
# A member's name follows the 30 bytes of its local header.
_ZIP_PART: Final = re.compile(rb"PK\x03\x04.{26}(word|xl|ppt)/", re.DOTALL)
_ZIP_TYPES: Final = {b"word": DOCX, b"xl": XLSX, b"ppt": PPTX}
_HTML: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_CONTROLS: Final = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b")


def sniff(data: bytes, name: str) -> str:
    """The media type of a file.

    Args:
        data: the whole file. Its first ``HEAD_BYTES`` are enough to tell text from everything else.
        name: the file's name, read only where the content is plain text.

    Returns:
        One of the constants of this module.
    """
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        return PDF
    if data.startswith(_OLE_MAGIC):
        return _sniff_ole(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if _is_binary(data[:HEAD_BYTES]):
        # PDF readers accept a kilobyte of anything before the header.
        return PDF if b"%PDF-" in data[:1024] else BINARY
    media_type = _SUFFIXES.get(PurePosixPath(name).suffix.lower(), TEXT)
    if media_type == TEXT:
        head = data[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
        if _HTML.match(head):
            return HTML
        if head[:64].lower().startswith(b"mime-version:"):
            return MHTML
    return media_type


def _sniff_ole(data: bytes) -> str:
    for stream, media_type in _OLE_STREAMS:
        name = f"{stream}\0".encode("utf-16-le")
        at = data.find(name)
        while at != -1:
            # Directory entries are 128 bytes each, begin with the name and hold its length in bytes at 64 ([MS-CFB]
            # 2.6.1); the same words inside the document's text do not line up so.
            if at % 128 == 0 and data[at + 64 : at + 66] == len(name).to_bytes(2, "little"):
                return media_type
            at = data.find(name, at + 2)
    return OLE


def _sniff_zip(data: bytes) -> str:
    # Names stand uncompressed in front of every member, so a truncated container is still known for what it was.
    if b"[Content_Types].xml" in data:
        part = _ZIP_PART.search(data)
        if part is not None:
            return _ZIP_TYPES[part[1]]
        # Cut off before its first part: Word writes [Content_Types].xml first.
        if b"PK\x05\x06" not in data:
            return DOCX
    return OPEN_DOCUMENT if data[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument") else ARCHIVE


def _is_binary(head: bytes) -> bool:
    """NUL bytes or many control bytes where no byte order mark announces UTF-16 or UTF-32."""
    if not head or bom_of(head) is not None:
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return head.count(0) > len(head) * 0.001 or controls > max(2, len(head) * 0.02)
