"""One page image → its text in reading order, with the confidence of each piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from nlp.reading.document import RecognisedLine
from nlp.reading.ocr import engine as engines
from nlp.reading.ocr.crops import cut, sizes
from nlp.reading.ocr.fragments import grown, joined
from nlp.reading.ocr.layout import Piece, Row, arrange
from nlp.reading.ocr.punctuation import mend
from nlp.reading.ocr.rules import Box, tables
from nlp.reading.ocr.straighten import straighten

if TYPE_CHECKING:
    from nlp.reading.ocr.engine import Pixels, Quads

UNREADABLE: Final = 0.5
"""Confidence under which a line is no text but specks, a stamp or a photograph: it is left out and counted."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What was recognised on a page.

    Attributes:
        text: lines parted by a line feed; empty for a page without text.
        lines: ranges of ``text`` with their confidence, ascending.
        unreadable: how many lines were found and could not be read.
    """

    text: str
    lines: tuple[RecognisedLine, ...] = ()
    unreadable: int = 0


def recognise(page: Pixels, *, what: str, seconds: float) -> PageText:
    """Recognise the text of a page.

    Args:
        page: height x width x 3, blue, green and red with 8 bits each.
        what: the page in words, for the error where recognition is not installed.
        seconds: the most it may take. Looking for lines (a second or two) is not interrupted.

    Raises:
        UnsupportedFormatError: the extra ``ocr`` is not installed.
        TimeLimitError: it took too long.
    """
    with engines.LOCK:
        engine = engines.engine(what)
        deadline = engines.Deadline(seconds)
        page, corners = straighten(page, engine.find(page), engine)
        engines.count_page()
        if not len(corners):
            return PageText("")
        deadline.check()
        size = median(map(float, sizes(corners)[1]))
        corners = grown(page, joined(corners, size), size)
        ruled = tables(page, size)
        boxes = [part for line in corners for part in _parts(line, ruled, size)]
        readings = engine.read([cut(page, line) for _, line in boxes], deadline)
    pieces, unreadable = [], 0
    for (box, _), reading in zip(boxes, readings, strict=True):
        text = mend(reading.text)
        if text and reading.confidence >= UNREADABLE:
            pieces.append(Piece(box, text, reading.confidence))
        else:
            unreadable += bool(text)
    return _assembled(arrange(pieces, ruled, size), unreadable)


def _parts(corners: Quads, ruled: Sequence[Sequence[Box]], size: float) -> list[tuple[Box, Quads]]:
    """A line as it was found, or its parts inside the cells it runs across, without the rules."""
    import numpy as np

    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    middle = (top + bottom) / 2
    for cells in ruled:
        beside = [
            Box(max(left, cell.left), max(top, cell.top), min(right, cell.right), min(bottom, cell.bottom))
            for cell in cells
            if cell.top <= middle < cell.bottom and min(right, cell.right) - max(left, cell.left) > 0.5 * size
        ]
        # A rule in the image of a line would be read as a character.
        if beside and beside != [Box(left, top, right, bottom)]:
            return [
                (
                    box,
                    np.array(
                        [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]],
                        np.float32,
                    ),
                )
                for box in beside
            ]
    return [(Box(left, top, right, bottom), corners)]


def _assembled(rows: Sequence[Row], unreadable: int) -> PageText:
    parts: list[str] = []
    lines: list[RecognisedLine] = []
    at = 0
    for number, row in enumerate(rows):
        for place, (before, piece) in enumerate(row):
            lead = before if place or not number else "\n" + before
            text = piece.text if piece else ""
            parts += (lead, text)
            at += len(lead) + len(text)
            if piece:
                lines.append(RecognisedLine(at - len(text), at, round(piece.confidence, 4)))
    return PageText("".join(parts), tuple(lines), unreadable)
