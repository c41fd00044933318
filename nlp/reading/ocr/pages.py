"""The pages of one file, as text or recognised → its document: anchors, confidences, and whether a person should look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from nlp.reading.document import Anchor, RawDocument, RecognisedLine
from nlp.reading.ocr.page import PageText

LOW_CONFIDENCE: Final = 0.8
"""A line under this confidence is likely to hold a wrong character."""

REVIEW_SHARE: Final = 0.1
"""Share of recognised characters in such lines, or of unreadable lines, from which on a person should compare the text
with the scan."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page with its text.

    Attributes:
        text: from the file, or recognised.
        label: printed number of the page, if the file has one.
        scan: what was recognised, ``None`` for a page with text of its own.
    """

    text: str
    label: str | None = None
    scan: PageText | None = None


def document(
    pages: Sequence[ReadPage], name: str, data: bytes, media_type: str, meta: dict[str, Any] | None = None
) -> RawDocument:
    r"""Put the pages of a file together.

    Args:
        pages: in order.
        name: path or name, used as the document's id.
        data: the file's bytes.
        media_type: of the file.
        meta: further notes of the reader.

    Returns:
        The pages joined by ``\n`` with one anchor a page. ``meta["low_confidence"]`` says in words what share of the
        recognised text is doubtful, where that share passes ``REVIEW_SHARE``.
    """
    anchors: list[Anchor] = []
    lines: list[RecognisedLine] = []
    at = 0
    for number, page in enumerate(pages, 1):
        anchors.append(Anchor(at, at + len(page.text), "page", number, page.label, page.scan is not None))
        if page.scan:
            lines += [RecognisedLine(at + line.start, at + line.end, line.confidence) for line in page.scan.lines]
        at += len(page.text) + 1
    notes = dict(meta or {})
    doubt = _doubt([page.scan for page in pages if page.scan])
    if doubt:
        notes["low_confidence"] = doubt
    text = "\n".join(page.text for page in pages)
    return RawDocument(
        name, text, name, sha256(data).hexdigest(), media_type, tuple(anchors), meta=notes, lines=tuple(lines)
    )


def _doubt(scans: Sequence[PageText]) -> str:
    """What is doubtful about the recognised pages, empty where little is."""
    lines = [line for scan in scans for line in scan.lines]
    characters = sum(line.end - line.start for line in lines)
    low = sum(line.end - line.start for line in lines if line.confidence < LOW_CONFIDENCE)
    unreadable = sum(scan.unreadable for scan in scans)
    found = len(lines) + unreadable
    if low <= REVIEW_SHARE * characters and unreadable <= REVIEW_SHARE * found:
        return ""
    share = low / characters if characters else 0.0
    return (
        f"{share:.0%} of {characters:,} recognised characters stand in lines with a confidence under {LOW_CONFIDENCE:g};"
        f" {unreadable:,} of {found:,} lines could not be read"
    )
