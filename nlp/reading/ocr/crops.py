"""Line images cut out of a page."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlp.reading.ocr.engine import Pixels, Quads

_UPRIGHT: Final = 1.8
"""Height by width from which on a box on an upright page holds characters set below one another."""


def sizes(lines: Quads) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Widths and heights of boxes, in pixels along their edges."""
    import numpy as np

    widths = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=-1)
    heights = np.linalg.norm(lines[:, 3] - lines[:, 0], axis=-1)
    return widths.astype(np.float32), heights.astype(np.float32)


def cut(page: Pixels, corners: Quads) -> Pixels:
    """The image of one line, set straight; characters below one another are put side by side.

    Args:
        page: height x width x 3.
        corners: 4 x 2, from the upper left one clockwise.

    Returns:
        At least one pixel.
    """
    import cv2
    import numpy as np

    width = max(1, round(float(max(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[3]))))))
    height = max(1, round(float(max(np.hypot(*(corners[3] - corners[0])), np.hypot(*(corners[2] - corners[1]))))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    line = cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return side_by_side(np.asarray(line, np.uint8))


def side_by_side(line: Pixels) -> Pixels:
    """An image of characters set below one another (主/要/表/现) as one of a line; any other image as it is."""
    import cv2
    import numpy as np

    height, width = line.shape[:2]
    if height < _UPRIGHT * width or width < 4:
        return line
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
    level, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    rows = np.asarray(ink).sum(axis=1)
    count = max(2, round(height / width))
    step = height / count
    edges = [0]
    for number in range(1, count):
        # The emptiest row near where a character should end.
        low, high = round((number - 0.3) * step), round((number + 0.3) * step) + 1
        edges.append(low + int(rows[low:high].argmin()))
    paper = int(np.median(grey[grey > level])) if (grey > level).any() else 255
    tallest = max(below - above for above, below in pairwise([*edges, height]))
    strip = np.full((tallest, width * count, 3), paper, np.uint8)
    for number, (above, below) in enumerate(pairwise([*edges, height])):
        top = (tallest - (below - above)) // 2
        strip[top : top + below - above, number * width : (number + 1) * width] = line[above:below]
    return strip
