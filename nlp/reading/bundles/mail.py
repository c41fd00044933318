"""Mails (.eml) and saved web pages (.mhtml): header block and body, then the attachments, each read on its own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from hashlib import sha256
from typing import BinaryIO, Final, cast

from nlp.errors import CorruptFileError
from nlp.reading import sniff
from nlp.reading.bundles.headers import header, safe_name
from nlp.reading.bundles.nest import SEPARATOR, Item, Nest
from nlp.reading.discover import is_junk
from nlp.reading.document import RawDocument
from nlp.reading.html import decode_page, join_blocks
from nlp.reading.html_page import Block, Page
from nlp.reading.limits import Limits

_SHOWN: Final = (("Subject", "主题"), ("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))


def read(stream: BinaryIO, name: str, limits: Limits, nest: Nest) -> Iterator[Item]:
    """Read a mail.

    Args:
        stream: the file.
        name: its path or name, the id of the document made of headers and body.
        limits: ``max_characters`` applies.
        nest: where the mail stands; its attachments count as members.

    Yields:
        Header block and body (plain text rather than HTML where a mail has both) as one document, then what each
        attachment gives under the path ``mail.eml!/name``. ``meta["headers"]`` holds the headers. Pictures that
        the body shows inside itself are left out and counted in ``meta["inline_pictures"]``.

    Raises:
        CorruptFileError: nothing of a mail is found.
    """
    data = stream.read()
    message = email.message_from_bytes(data, policy=email.policy.default)
    headers = {label: value for key, label in _SHOWN if (value := header(message, key))}
    body = _body(message)
    attached, pictures = _attachments(message, body)
    if not headers and body is None and not attached:
        raise CorruptFileError("no header, body or attachment of a mail was found", hint="save the mail again")
    is_page = sniff.sniff(data[: sniff.HEAD_BYTES], "") == sniff.MHTML
    blocks, charset = ([], None) if body is None else _blocks(body)
    if not is_page:
        blocks = [
            *(Block(f"{label}：{value}", "paragraph", "mail header") for label, value in headers.items()),
            *blocks,
        ]
    text, anchors = join_blocks(blocks, limits)
    meta: dict[str, object] = {"headers": headers}
    if pictures:
        meta["inline_pictures"] = pictures
    media_type = sniff.MHTML if is_page else sniff.MAIL
    yield RawDocument(name, text, name, sha256(data).hexdigest(), media_type, anchors, charset, meta)
    nest.count(len(attached))
    taken: set[str] = set()
    for number, part in enumerate(attached, 1):
        inner = safe_name(part, number)
        if is_junk(inner):
            continue
        if inner in taken:
            inner = f"{number}-{inner}"
        taken.add(inner)
        yield from nest.member(_content(part), name + SEPARATOR + inner)


def _body(message: EmailMessage) -> EmailMessage | None:
    found = message.get_body(preferencelist=("plain", "html"))
    if found is None and not message.is_multipart() and message.get_content_maintype() in ("text", "multipart"):
        # A multipart mail that names no border between its parts is read as one text.
        found = message if _content(message).strip() else None
    return cast(EmailMessage | None, found)


def _blocks(part: EmailMessage) -> tuple[list[Block], str]:
    data = _content(part)
    declared = part.get_content_charset()
    text, charset = decode_page(data, declared)
    if part.get_content_subtype() == "html":
        return Page(text).blocks, charset
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [Block(line, "paragraph", None) for line in lines if line.strip()], charset


def _content(part: EmailMessage) -> bytes:
    """The decoded bytes of a part; of a mail attached to a mail, its source."""
    if part.get_content_maintype() == "message" and part.is_multipart():
        return b"".join(inner.as_bytes() for inner in cast(list[EmailMessage], part.get_payload()))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachments(message: EmailMessage, body: EmailMessage | None) -> tuple[list[EmailMessage], int]:
    """The leaves that are no form of the body, in order, and the number of pictures shown inside it."""
    attached: list[EmailMessage] = []
    pictures = 0
    stack: list[tuple[EmailMessage, str]] = [(message, "")]
    while stack:
        part, around = stack.pop()
        kind = part.get_content_type()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            stack.extend((inner, kind) for inner in reversed(cast(list[EmailMessage], part.get_payload())))
        elif part is body or (around == "multipart/alternative" and kind in ("text/plain", "text/html")):
            continue
        elif around == "multipart/related" and not part.is_attachment() and kind not in ("text/plain", "text/html"):
            # Pictures, style sheets and scripts of the page itself.
            pictures += kind.startswith("image/")
        elif part is not message or (kind != "text/plain" and part.get_content_maintype() != "multipart"):
            attached.append(part)
    return attached, pictures
