"""What a file is, told from its content; its name only tells plain text, Markdown and JSON lines apart."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from nlp.errors import ReadingError
from nlp.reading.charset import bom_of
from nlp.reading.container import open_zip

TEXT: Final = "text/plain"
MARKDOWN: Final = "text/markdown"
JSONL: Final = "application/jsonl"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSB: Final = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument"
ODT: Final = "application/vnd.oasis.opendocument.text"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
DOC: Final = "application/msword"
XLS: Final = "application/vnd.ms-excel"
PPT: Final = "application/vnd.ms-powerpoint"
WORKS: Final = "application/vnd.ms-works"
ENCRYPTED_OFFICE: Final = "application/vnd.ms-office.encrypted"
OLE: Final = "application/x-ole-storage"
HTML: Final = "text/html"
RTF: Final = "application/rtf"
OFFICE_XML: Final = "application/vnd.ms-office.xml"
MHTML: Final = "multipart/related"
MAIL: Final = "message/rfc822"
IMAGE: Final = "image"
PHONE_IMAGE: Final = "image/heic"
ARCHIVE: Final = "application/zip"
GZIP: Final = "application/gzip"
RAR: Final = "application/vnd.rar"
SEVEN_ZIP: Final = "application/x-7z-compressed"
PACKED: Final = "application/x-compressed"
BINARY: Final = "application/octet-stream"

HEAD_BYTES: Final = 8192
"""How many bytes from the start of a file are enough to tell that it is plain text."""

_EXCEL: Final = frozenset({".xls", ".xlt", ".et"})
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
    (b"II+\0", IMAGE),
    (b"MM\0+", IMAGE),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b\x08", GZIP),
    (b"\xfd7zXZ\0", PACKED),
    (b"BZh", PACKED),
    (b"{\\rtf", RTF),
)
# WebP, and BMP with its reserved zeros and one of its header sizes.
_BITMAP: Final = re.compile(rb"RIFF....WEBP|BM....\0\0\0\0....[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL)
_PHONE_IMAGE: Final = re.compile(rb"....ftyp(?:hei[cfmsx]|hev[cmx]|mif1|msf1|avif|avis)", re.DOTALL)
_OLD_BIFF: Final = (b"\x09\x00", b"\x09\x02", b"\x09\x04")
"""How workbooks of Excel 2 to 4 begin, before they were put into OLE2 containers."""
_ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_FOLDERS: Final = {"word": DOCX, "xl": XLSX, "ppt": PPTX}
_MANY_MEMBERS: Final = 10_000
# The first member of an Office document, for those whose directory at the end is cut off.
_OOXML_FIRST: Final = re.compile(
    rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|(?:word|xl|ppt)/)", re.DOTALL
)
_ZIP_PART: Final = re.compile(rb"PK\x03\x04.{26}(word|xl|ppt)/", re.DOTALL)
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_HTML: Final = re.compile(
    rb"(?:\s|<\?xml[^>]*>|<!--.{,2000}?-->)*<(?:!doctype\s+html|(?:html|head|body|meta|title|table)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
# Word and Excel 2003 XML, and the flat form of Office documents.
_OFFICE_XML: Final = re.compile(
    rb"\s*<\?xml[^>]*>\s*(?:<\?mso-application|<(?:\w+:)?(?:wordDocument|Workbook|package)\s[^>]*schemas[.-]microsoft"
    rb"|<office:document\s)",
    re.IGNORECASE,
)
# Names that mails and saved web pages begin with; a text that begins with two such lines is one.
_HEADER: Final = re.compile(
    rb"(From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding"
    rb"|Delivered-To|Reply-To|Cc|Sender|X-[A-Za-z0-9-]+|DKIM-Signature|Authentication-Results|Snapshot-Content-Location)"
    rb":[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|$)",
    re.IGNORECASE,
)
_OF_MAIL: Final = frozenset({b"to", b"received", b"message-id", b"delivered-to", b"return-path", b"cc"})
_RELATED: Final = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
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
    if data.startswith(_ZIP_MAGIC):
        return sniff_zip(BytesIO(data))
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if _BITMAP.match(data):
        return IMAGE
    if _PHONE_IMAGE.match(data):
        return PHONE_IMAGE
    if _is_binary(data[:HEAD_BYTES]):
        # PDF readers accept a kilobyte of anything before the header.
        if b"%PDF-" in data[:1024]:
            return PDF
        return XLS if data.startswith(_OLD_BIFF) and PurePosixPath(name).suffix.lower() in _EXCEL else BINARY
    media_type = _SUFFIXES.get(PurePosixPath(name).suffix.lower(), TEXT)
    if media_type == TEXT:
        mark, codec = bom_of(data) or (b"", "utf-8")
        head = data[len(mark) : HEAD_BYTES]
        if codec != "utf-8":
            head = head.decode(codec, errors="ignore").encode("utf-8", errors="ignore")
        if _OFFICE_XML.match(head):
            return OFFICE_XML
        if _HTML.match(head):
            return HTML
        mail = _sniff_mail(head)
        if mail is not None:
            return mail
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


def is_zip(head: bytes) -> bool:
    """Whether a file begins like a zip container."""
    return head.startswith(_ZIP_MAGIC)


def sniff_zip(stream: BinaryIO) -> str:
    """The media type of a zip container, told from the names in its directory.

    A bundle may hold whole Office documents uncompressed, so names found anywhere else in it prove nothing.

    Args:
        stream: the whole file; it is left at its start.
    """
    try:
        names = open_zip(stream, "zip", max_members=_MANY_MEMBERS).namelist()
    except ReadingError:
        stream.seek(0)
        head = stream.read(1 << 20)
        return _sniff_broken_zip(head)
    finally:
        stream.seek(0)
    lower = [name.replace("\\", "/").lower() for name in names]
    if "[content_types].xml" in lower:
        for name in lower:
            media_type = _ZIP_FOLDERS.get(name.partition("/")[0])
            if media_type is not None:
                return XLSB if "xl/workbook.bin" in lower else media_type
    if names and names[0] == "mimetype":
        head = stream.read(200)
        stream.seek(0)
        return _open_document(head)
    return ARCHIVE


def _sniff_broken_zip(data: bytes) -> str:
    # Names stand uncompressed in front of every member, so a truncated container is still known for what it was.
    if _OOXML_FIRST.match(data):
        part = _ZIP_PART.search(data)
        # Cut off before its first part: Word writes [Content_Types].xml first.
        return _ZIP_FOLDERS[part[1].decode()] if part is not None else DOCX
    return _open_document(data[:200])


def _open_document(head: bytes) -> str:
    kind = head[30:].removeprefix(_OPEN_DOCUMENT)
    if len(kind) == len(head[30:]):
        return ARCHIVE
    return ODT if kind.startswith(b".text") else ODS if kind.startswith(b".spreadsheet") else OPEN_DOCUMENT


def _sniff_mail(head: bytes) -> str | None:
    names = set()
    at = 0
    while (match := _HEADER.match(head, at)) is not None and match.end() > at:
        names.add(match[1].lower())
        at = match.end()
    if len(names) < 2 and b"mime-version" not in names:
        return None
    return MHTML if _RELATED.search(head) and not names & _OF_MAIL else MAIL


def _is_binary(head: bytes) -> bool:
    """NUL bytes or many control bytes where no byte order mark announces UTF-16 or UTF-32."""
    if not head or bom_of(head) is not None:
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return head.count(0) > len(head) * 0.001 or controls > max(2, len(head) * 0.02)
