"""Plain text: the file's characters as they are, one anchor a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from nlp.errors import TooLargeError
from nlp.reading.charset import decode
from nlp.reading.document import Anchor, RawDocument
from nlp.reading.limits import Limits
from nlp.reading.sniff import TEXT

_LINE: Final = re.compile(r"[^\r\n]+|\r\n|\r|\n")


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    """Read a text file.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_characters`` applies.

    Returns:
        The text as decoded, without a byte order mark; line ends stay as they are.

    Raises:
        UndecodableTextError: no charset fits.
        TooLargeError: more characters than allowed.
    """
    text, charset = decode(data)
    check_characters(text, limits)
    return RawDocument(name, text, name, sha256(data).hexdigest(), TEXT, tuple(line_anchors(text)), charset)


def line_anchors(text: str) -> Iterator[Anchor]:
    """One anchor for each line that is not empty, without its line end (CR LF, LF or CR)."""
    number = 1
    for match in _LINE.finditer(text):
        if match[0][0] in "\r\n":
            number += 1
        else:
            yield Anchor(match.start(), match.end(), "line", number)


def check_characters(text: str, limits: Limits) -> None:
    """Refuse a text of more than ``limits.max_characters`` code points.

    Raises:
        TooLargeError: with both counts.
    """
    if len(text) > limits.max_characters:
        raise TooLargeError(
            f"the text has {len(text):,} characters",
            expected=f"at most {limits.max_characters:,}",
            hint="split the document, or put one text a line into a .jsonl file",
        )
