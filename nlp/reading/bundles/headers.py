"""Headers and attachment names of mails, also those that programs of the 1990s wrote as bare GBK bytes."""

from __future__ import annotations

import mimetypes
import re
from email.header import decode_header
from email.message import EmailMessage
from typing import Final

from nlp.errors import UndecodableTextError
from nlp.reading.charset import decode

_BLANKS: Final = re.compile(r"\s+")
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_ENCODED: Final = re.compile(r"=\?[\w.:-]+\?[bqBQ]\?")
# Chinese mails name GB2312 and hold characters of its successors.
_WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030", "hz-gb-2312": "hz"}


def header(message: EmailMessage, name: str) -> str:
    """The text of a header, on one line; empty where there is none.

    Args:
        message: parsed with any policy.
        name: of the header, in any case.
    """
    # The parsed form turns bytes that are not ASCII into U+FFFD and fails on some malformed headers.
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _BLANKS.sub(" ", _decoded(raw)).strip()


def safe_name(part: EmailMessage, number: int) -> str:
    """The file name of an attachment without folders, or one made of its number and type.

    Args:
        part: the attachment.
        number: 1-based place among the attachments.
    """
    try:
        name = part.get_filename() or ""
    except (
        ValueError,
        IndexError,
        AttributeError,
        LookupError,
    ):  # malformed parameters (python/cpython#87112 and others)
        name = ""
    if "\ufffd" in name or not name:
        name = _raw_name(part) or name
    name = _BLANKS.sub(" ", _UNSAFE.sub("\ufffd", _decoded(name))).replace("\\", "/").rpartition("/")[2].strip()
    if name in ("", ".", ".."):
        extension = ".eml" if part.get_content_type() == "message/rfc822" else None
        name = f"附件{number}{extension or mimetypes.guess_extension(part.get_content_type()) or ''}"
    return name


def _raw_name(part: EmailMessage) -> str:
    for key, value in part.raw_items():
        if key.lower() in ("content-disposition", "content-type"):
            found = re.search(r"(?:file)?name\s*=\s*(?:\"([^\"]*)\"|([^;\s]+))", str(value))
            if found is not None:
                return found[1] or found[2]
    return ""


def _decoded(raw: str) -> str:
    raw = _plain(raw)
    if not _ENCODED.search(raw):
        return raw
    pieces: list[str] = []
    try:
        words = decode_header(raw)
    except ValueError:
        return raw
    # One character may be cut by the border of two encoded words in the same charset.
    joined: list[tuple[bytes, str | None]] = []
    for word, charset in words:
        data = word.encode("utf-8", errors="replace") if isinstance(word, str) else word
        if joined and joined[-1][1] == charset and charset:
            joined[-1] = (joined[-1][0] + data, charset)
        else:
            joined.append((data, charset))
    for data, charset in joined:
        codec = _WIDER.get((charset or "utf-8").lower(), charset or "utf-8")
        try:
            pieces.append(data.decode(codec))
        except (LookupError, UnicodeDecodeError):
            pieces.append(data.decode("gb18030", errors="replace"))
    return "".join(pieces)


def _plain(raw: str) -> str:
    """Bytes that stand unencoded in a header reach Python as lone surrogates."""
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        try:
            return decode(raw.encode("utf-8", errors="surrogateescape"))[0]
        except (UnicodeEncodeError, UndecodableTextError):
            return raw.encode("utf-8", errors="replace").decode("utf-8")
    return raw
