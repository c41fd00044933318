"""HTML pages → their visible text, block by block in the order of the source."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from nlp.errors import UndecodableTextError
from nlp.reading.charset import decode, looks_like_text
from nlp.reading.document import Anchor, AnchorKind, RawDocument
from nlp.reading.html_page import Block, Page
from nlp.reading.limits import Limits
from nlp.reading.sniff import HTML
from nlp.reading.text import check_characters

_META: Final = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# Chinese pages call GBK and GB18030 by the name of their smaller ancestor.
_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
}


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read an HTML page.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_characters`` applies.

    Returns:
        The blocks joined by ``\n``; anchors count paragraphs and table rows. ``meta["title"]`` is the page's title.

    Raises:
        UndecodableTextError: no charset fits, not even the one the page names.
        TooLargeError: more characters than allowed.
    """
    source, charset = decode_page(data)
    page = Page(source)
    text, anchors = join_blocks(page.blocks, limits)
    meta = {"title": page.title} if page.title else {}
    return RawDocument(name, text, name, sha256(data).hexdigest(), HTML, anchors, charset, meta)


def decode_page(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode a page: by what the bytes are, and only where that fails by what it or its mail says they are.

    Args:
        data: the page.
        declared: the charset a mail names for it.

    Returns:
        The source, and the charset as a Python codec name.

    Raises:
        UndecodableTextError: no charset fits.
    """
    try:
        return decode(data)
    except UndecodableTextError:
        named = _META.search(data[:4096])
        for label in (declared, named[1].decode("ascii", errors="ignore") if named else None):
            codec = _WIDER.get((label or "").lower(), label or "")
            try:
                text = data.decode(codec)
            except (LookupError, UnicodeDecodeError, ValueError):
                continue
            if codec and looks_like_text(text):
                return text, codec
        raise


def join_blocks(blocks: list[Block], limits: Limits) -> tuple[str, tuple[Anchor, ...]]:
    """The text of blocks, one a line, and their anchors.

    Raises:
        TooLargeError: more characters than ``limits.max_characters``.
    """
    anchors: list[Anchor] = []
    counts: dict[AnchorKind, int] = {}
    at = 0
    for block in blocks:
        counts[block.kind] = counts.get(block.kind, 0) + 1
        anchors.append(Anchor(at, at + len(block.text), block.kind, counts[block.kind], block.label))
        at += len(block.text) + 1
    text = "\n".join(block.text for block in blocks)
    check_characters(text, limits)
    return text, tuple(anchors)
