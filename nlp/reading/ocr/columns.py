"""Columns of a page: which boxes are read before which.

A cut in the manner of the recursive XY-cut (Nagy and Seth 1984): boxes that are wider than a column part the page into
bands; a band is two columns where a gutter runs through it and both sides are filled with lines. Columns of short
entries are a table, read row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nlp.reading.ocr.rules import Box

_LEAST_LINES: Final = 3
_LEAST_EM: Final = 8
_SPANNING: Final = 0.55
_FULL: Final = 0.85
_FILLED: Final = 0.25
_CROSSING: Final = 0.25
_DEPTH: Final = 4


def split_columns(boxes: Sequence[Box], em: float) -> list[list[int]]:
    """Blocks of boxes, in reading order; inside a block lines are read from top to bottom.

    Args:
        boxes: lines and tables of a straight page.
        em: width of an ideograph in pixels.

    Returns:
        Indexes into ``boxes``; each stands in exactly one block.
    """
    return [block for block in _split(list(range(len(boxes))), boxes, em, 0) if block]


def _split(indexes: list[int], boxes: Sequence[Box], em: float, depth: int) -> list[list[int]]:
    if len(indexes) < 2 * _LEAST_LINES or depth >= _DEPTH:
        return [indexes]
    left = min(boxes[index].left for index in indexes)
    right = max(boxes[index].right for index in indexes)
    wide = [index for index in indexes if boxes[index].width > _SPANNING * (right - left)]
    narrow = [index for index in indexes if boxes[index].width <= _SPANNING * (right - left)]
    blocks: list[list[int]] = []
    block: list[int] = []
    for band, spanning in _bands(narrow, wide, boxes):
        gutter = _gutter(band, boxes, em)
        if gutter is None:
            block += band
        else:
            blocks.append(block)
            block = []
            crossing = [index for index in band if boxes[index].left < gutter < boxes[index].right]
            beside = [index for index in band if index not in crossing]
            for inner, between in _bands(beside, crossing, boxes):
                for side in (
                    [index for index in inner if boxes[index].right <= gutter],
                    [index for index in inner if boxes[index].left >= gutter],
                ):
                    blocks += _split(side, boxes, em, depth + 1)
                blocks.append(between)
        block += spanning
    return [*blocks, block]


def _bands(narrow: list[int], wide: list[int], boxes: Sequence[Box]) -> list[tuple[list[int], list[int]]]:
    """What stands between the wide boxes, each time with the wide box that ends it."""
    bands: list[tuple[list[int], list[int]]] = []
    rest = sorted(narrow, key=lambda index: boxes[index].middle[1])
    for ending in sorted(wide, key=lambda index: boxes[index].middle[1]):
        above = [index for index in rest if boxes[index].middle[1] < boxes[ending].middle[1]]
        rest = rest[len(above) :]
        bands.append((above, [ending]))
    return [*bands, (rest, [])]


def _gutter(band: list[int], boxes: Sequence[Box], em: float) -> float | None:
    """Where a gutter runs from top to bottom, ``None`` where the band is one column or a table."""
    if len(band) < 2 * _LEAST_LINES:
        return None
    best: tuple[int, float, float] | None = None
    edges = sorted({boxes[index].right for index in band})
    for edge in edges:
        beyond = [boxes[index].left for index in band if boxes[index].left >= edge]
        if not beyond:
            continue
        place = (edge + min(beyond)) / 2
        crossing = sum(boxes[index].left < place < boxes[index].right for index in band)
        room = min(beyond) - edge
        if room >= 0.6 * em and (best is None or (crossing, -room) < best[:2]):
            best = (crossing, -room, place)
    if best is None or best[0] > _CROSSING * len(band):
        return None
    sides = (
        [index for index in band if boxes[index].right <= best[2]],
        [index for index in band if boxes[index].left >= best[2]],
    )
    if all(_is_filled(side, boxes, em) for side in sides) and _beside(
        *([boxes[index] for index in side] for side in sides)
    ):
        return best[2]
    return None


def _is_filled(side: Sequence[int], boxes: Sequence[Box], em: float) -> bool:
    """Whether the lines of one side fill it, or again stand in columns."""
    if len(side) < _LEAST_LINES:
        return False
    across = max(boxes[index].right for index in side) - min(boxes[index].left for index in side)
    if across < _LEAST_EM * em:
        return False
    # Headings and last lines of paragraphs are short, and a column may have many of them.
    full = sum(boxes[index].width >= _FULL * across for index in side)
    return full >= max(_LEAST_LINES, _FILLED * len(side)) or _gutter(list(side), boxes, em) is not None


def _beside(first: Sequence[Box], second: Sequence[Box]) -> bool:
    """Whether two columns stand beside, not below one another."""
    top = max(min(box.top for box in side) for side in (first, second))
    bottom = min(max(box.bottom for box in side) for side in (first, second))
    lower = min(max(box.bottom for box in side) - min(box.top for box in side) for side in (first, second))
    return bottom - top >= 0.5 * lower
