"""Turn a page upright: by quarters, as it was put into the scanner, and by the few degrees it lay askew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nlp.reading.ocr.crops import cut, sizes
from nlp.reading.ocr.engine import Engine

if TYPE_CHECKING:
    from nlp.reading.ocr.engine import Pixels, Quads

_TALL: Final = 1.5
_LONG: Final = 5.0
_SAMPLE: Final = 8
_ASKEW: Final = 0.15
"""Degrees below which a page counts as straight: one pixel in four hundred."""


def straighten(page: Pixels, lines: Quads, engine: Engine) -> tuple[Pixels, Quads]:
    """Turn a page and its lines so that the lines run from left to right.

    Args:
        page: height x width x 3.
        lines: corners of its lines.
        engine: tells lines that stand on their heads.

    Returns:
        The page and the corners in it.
    """
    if not len(lines):
        return page, lines
    widths, heights = sizes(lines)
    tall = heights > _TALL * widths
    if float(heights[tall].sum()) > float(widths[~tall].sum()):
        page, lines = _quarter(page, lines)
        widths, heights = heights, widths
    longest = (-widths / heights.clip(1)).argsort()[:_SAMPLE]
    sample = [cut(page, lines[index]) for index in longest if widths[index] >= 2 * heights[index]]
    if engine.upside_down(sample):
        page, lines = _quarter(*_quarter(page, lines))
    angle = _angle(lines)
    return (page, lines) if abs(angle) < _ASKEW else _rotate(page, lines, angle)


def _quarter(page: Pixels, lines: Quads) -> tuple[Pixels, Quads]:
    """A quarter turn anticlockwise."""
    import numpy as np

    width = page.shape[1]
    turned = np.stack([lines[..., 1], width - lines[..., 0]], axis=-1)
    # What was the upper right corner is now the upper left one.
    return np.ascontiguousarray(np.rot90(page)), np.ascontiguousarray(np.roll(turned, -1, axis=1))


def _angle(lines: Quads) -> float:
    """Degrees clockwise by which the long lines run downhill (median), 0 where there are none."""
    import numpy as np

    widths, heights = sizes(lines)
    long = widths > _LONG * heights
    if not long.any():
        return 0.0
    along = (lines[long, 1] - lines[long, 0]) + (lines[long, 2] - lines[long, 3])
    return float(np.median(np.degrees(np.arctan2(along[:, 1], along[:, 0]))))


def _rotate(page: Pixels, lines: Quads, angle: float) -> tuple[Pixels, Quads]:
    import cv2
    import numpy as np

    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    # The page grows so that no corner is cut off.
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(height * sine + width * cosine), round(height * cosine + width * sine))
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(page, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    corners = lines @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(turned, np.uint8), corners.astype(np.float32)
