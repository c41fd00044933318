"""Ruled tables: the cells between the lines drawn on a page.

Forms of personnel files (考察表、审批表) are tables whose cells hold whole paragraphs, so the order of their text
follows from the lines and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlp.reading.ocr.engine import Pixels

    Mask = NDArray[np.uint8]

_LEAST_CELLS: Final = 2
_MOST_CELLS: Final = 4000


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; ``right`` and ``bottom`` lie outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point lies inside."""
        return self.left <= point[0] < self.right and self.top <= point[1] < self.bottom


def tables(page: Pixels, size: float) -> list[list[Box]]:
    """The cells of each ruled table of a straight page, from top to bottom.

    Args:
        page: height x width x 3.
        size: height of a line of text in pixels; rules are longer than twice that, cells at least half as high.

    Returns:
        For each table its cells by row and column; a frame with nothing but one cell is no table.
    """
    import cv2
    import numpy as np

    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    block = 2 * round(max(size, 8)) + 1
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 15)
    length = round(max(2 * size, 40))
    across = _strokes(np.asarray(ink, np.uint8), length, 1)
    down = _strokes(np.asarray(ink, np.uint8), 1, length)
    # Rules of forms often end a few pixels short of one another.
    grid = cv2.dilate(cv2.bitwise_or(across, down), np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    found: list[list[Box]] = []
    for left, top, width, height, _ in stats[1:count]:
        if width < 3 * size or height < size:
            continue
        part = grid[top : top + height, left : left + width]
        cells = _cells(np.asarray(part, np.uint8), int(left), int(top), size)
        if _LEAST_CELLS <= len(cells) <= _MOST_CELLS:
            found.append(cells)
    return sorted(found, key=lambda cells: cells[0].top)


def _strokes(ink: Mask, width: int, height: int) -> Mask:
    """What is left of the ink when only straight strokes of a length are kept; gaps of a few pixels are bridged."""
    import cv2
    import numpy as np

    bridge = np.ones((1, 7) if width > height else (7, 1), np.uint8)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, bridge)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((height, width), np.uint8)), np.uint8)


def _cells(grid: Mask, left: int, top: int, size: float) -> list[Box]:
    import cv2

    padded = cv2.copyMakeBorder(grid, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(padded), connectivity=4)
    height, width = padded.shape
    cells = []
    for x, y, wide, high, _ in stats[1:count]:
        outside = x == 0 or y == 0 or x + wide == width or y + high == height
        if not outside and wide >= 0.5 * size and high >= 0.5 * size:
            cells.append(Box(left + x - 2, top + y - 2, left + x - 2 + wide, top + y - 2 + high))
    return [cell for row in rows_of(cells, 0.5 * size) for cell in row]


def rows_of(cells: list[Box], near: float) -> list[list[Box]]:
    """Cells whose upper edges lie within ``near`` pixels are a row; rows from top to bottom, cells from left to right."""
    rows: list[list[Box]] = []
    for cell in sorted(cells, key=lambda cell: cell.top):
        if rows and cell.top - rows[-1][0].top <= near:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda cell: cell.left) for row in rows]
