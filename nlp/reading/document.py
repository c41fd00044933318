"""What a reader gives: the text of one document, and anchors that lead from the text back to the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

AnchorKind = Literal["page", "paragraph", "table_row", "line", "row", "slide"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A range of ``RawDocument.text`` and the place in the file it was read from.

    Attributes:
        start: first code point of the range.
        end: one past the last code point; the line break that parts two ranges belongs to neither.
        kind: what ``number`` counts.
        number: 1-based count of that kind within the file (of lines in a text or JSONL file, of pages in a PDF, of
            paragraphs and of table rows in a docx or HTML page, of rows in a sheet, of slides).
        label: what the file itself calls the place: the printed label of a PDF page, ``heading 2`` for a heading,
            ``table 3`` for the table a row stands in, ``评语!C5`` for a cell of a sheet, ``评语!5`` for a whole row.
        recognised: whether the text of a page was recognised from its image (OCR); else it is the file's own text.
    """

    start: int
    end: int
    kind: AnchorKind
    number: int
    label: str | None = None
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of a scan, or the part of one that stands in a table cell, as recognition (OCR) read it.

    Attributes:
        start: first code point of the range in ``RawDocument.text``.
        end: one past the last code point.
        confidence: mean over the characters, 0 to 1, as the recognition model gives it.
    """

    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class RawDocument:
    r"""The text of one document as its file has it, before any normalisation.

    Attributes:
        id: the record's id in a JSONL file, ``path#sheet`` or ``path#sheet/person`` in a workbook, ``path#1`` … for
            the documents a bundle was split into, else the path as given with ``/`` between the parts.
        text: the text; line ends are those of the file for plain text and JSONL, ``\n`` for the other formats.
        path: the file the document stands in, or the name of an upload; ``bundle.zip!/folder/a.docx`` inside a bundle.
        sha256: lower-case hex digest of the file's bytes; for one of several documents of a file (a JSONL record, a
            sheet), of its text in UTF-8.
        media_type: what the content was found to be.
        anchors: in order of their start, without overlap.
        charset: how the bytes were decoded, ``None`` for formats that fix it themselves.
        meta: the other fields of a JSONL record; notes of a reader on what it could not read.
        lines: what was recognised (OCR), ascending, without overlap; text outside of them was in the file as text.
        breaks: code points before which the author of a docx had a new page or section begin, ascending.
    """

    id: str
    text: str
    path: str | None
    sha256: str | None
    media_type: str | None
    anchors: tuple[Anchor, ...]
    charset: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)
    lines: tuple[RecognisedLine, ...] = ()
    breaks: tuple[int, ...] = ()

    def anchor_at(self, offset: int) -> Anchor | None:
        """The anchor a code point lies in.

        Args:
            offset: a code point offset into ``text``.

        Returns:
            ``None`` for a line break between two anchors or an offset outside the text.
        """
        index = bisect_right(self.anchors, offset, key=lambda anchor: anchor.start) - 1
        if index < 0 or offset >= self.anchors[index].end:
            return None
        return self.anchors[index]
