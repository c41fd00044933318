"""Small marks at the ends of lines, such as a closing quotation mark, given back to their line.

They are found as lines of their own, or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nlp.reading.ocr.crops import sizes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlp.reading.ocr.engine import Pixels, Quads

_SMALL: Final = 0.75
_SHORT: Final = 1.2
_NEAR: Final = 0.6
_SLACK: Final = 0.25


def joined(lines: Quads, size: float) -> Quads:
    """The lines of a straight page, each with the small marks right before and behind it.

    A mark is read from the image of its line: alone, ``”`` looks like 99.

    Args:
        lines: corners.
        size: height of a line of text in pixels.

    Returns:
        The corners of fewer or as many lines.
    """
    import numpy as np

    widths, heights = sizes(lines)
    small = (heights < _SMALL * size) & (widths < _SHORT * size)
    if not small.any():
        return lines
    whole = lines.copy()
    kept = np.ones(len(lines), bool)
    hosts = np.flatnonzero(~small & (widths > size))
    for mark in np.flatnonzero(small):
        (left, top), (right, bottom) = lines[mark].min(axis=0), lines[mark].max(axis=0)
        for host in hosts:
            # The corners as they are by now: several marks may follow one another.
            corners = whole[host]
            beside = min(abs(left - corners[1:3, 0].max()), abs(corners[[0, 3], 0].min() - right)) <= _NEAR * size
            slack = _SLACK * size
            if beside and top >= corners[:, 1].min() - slack and bottom <= corners[:, 1].max() + slack:
                corners[1:3, 0] = np.maximum(corners[1:3, 0], right)
                corners[[0, 3], 0] = np.minimum(corners[[0, 3], 0], left)
                kept[mark] = False
                break
    return np.ascontiguousarray(whole[kept])


def grown(page: Pixels, lines: Quads, size: float) -> Quads:
    """The lines of a straight page, longer at either end where a mark stands that was not found.

    Args:
        page: height x width x 3.
        lines: corners.
        size: height of a line of text in pixels.

    Returns:
        The corners in the same order. A line never grows by more than its height, into another line or over a rule.
    """
    import cv2
    import numpy as np

    grey = cv2.medianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), 3)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = np.asarray(grey) <= level
    lefts, rights = lines[..., 0].min(axis=1), lines[..., 0].max(axis=1)
    tops, bottoms = lines[..., 1].min(axis=1), lines[..., 1].max(axis=1)
    whole = lines.copy()
    for index in range(len(lines)):
        left, right = round(float(lefts[index])), round(float(rights[index]))
        top, bottom = max(0, round(float(tops[index]))), round(float(bottoms[index]))
        if right - left < bottom - top:
            continue
        level_with = (tops < bottom) & (bottoms > top)
        behind = rights[level_with & (rights <= left + 1)]
        ahead = lefts[level_with & (lefts >= right - 1)]
        reach = round(size)
        start = max(0, left - reach, round(float(behind.max())) if len(behind) else 0)
        end = min(ink.shape[1], right + reach, round(float(ahead.min())) if len(ahead) else ink.shape[1])
        whole[index, 1:3, 0] += _mark(ink[top:bottom, right:end], size)
        whole[index, [0, 3], 0] -= _mark(ink[top:bottom, start:left][:, ::-1], size)
    return whole


def _mark(beside: NDArray[np.bool_], size: float) -> int:
    """How many columns of the strip beside a line belong to a mark that begins close to the line."""
    import numpy as np

    height, width = beside.shape
    if not height or not width:
        return 0
    filled = beside.sum(axis=0)
    inked = np.flatnonzero(filled >= 0.06 * size)
    # Rules, and what fills the strip to its end, are no marks.
    if not len(inked) or filled.max() > 0.8 * height or inked[0] > _NEAR * size or inked[-1] >= width - 1:
        return 0
    return int(inked[-1]) + 1 + round(0.1 * size)
