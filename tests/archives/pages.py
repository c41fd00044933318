"""Pages as a printer and a scanner make them: text → images and PDFs without a text layer.

Drawn with a Chinese font of the machine, or with the small one beside this module, which has the characters of
``fonts/characters.txt`` only. Every maker also gives the text as it stands on the page, so that what was recognised can
be measured against it. ``python -m tests.archives.pages FOLDER`` writes one page of each kind.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

DPI = 200
A4 = (1654, 2339)
"""Pixels of an A4 page at 200 dpi."""

SMALL_FONT = Path(__file__).parent / "fonts" / "NotoSansSC-subset.otf"
"""A part of Noto Sans CJK SC (SIL Open Font License 1.1, ``fonts/OFL.txt``)."""

FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
"""Debian's fonts-noto-cjk: a Song face (2nd index of the collection is simplified Chinese) and a Hei face."""

_SIMPLIFIED = 2
_MARGIN = 190
_NEVER_FIRST = "，。、；：！？）》」』”’…·％%"
_NEVER_LAST = "（《「『“‘"


@cache
def font(points: float = 12, path: Path = SMALL_FONT) -> ImageFont.FreeTypeFont:
    """A font at a size in points of a 200 dpi page."""
    from PIL import ImageFont

    return ImageFont.truetype(path, round(points * DPI / 72), index=_SIMPLIFIED if path.suffix == ".ttc" else 0)


@cache
def drawable(path: Path = SMALL_FONT) -> frozenset[str]:
    """The characters a font has."""
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=_SIMPLIFIED if path.suffix == ".ttc" else -1) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break one paragraph into lines no wider than ``width`` pixels, without a closing mark at a line's start."""
    lines, line = [], ""
    for char in text:
        if line and face.getlength(line + char) > width and char not in _NEVER_FIRST:
            kept = len(line.rstrip(_NEVER_LAST)) or len(line)
            lines.append(line[:kept])
            line = line[kept:]
        line += char
    return [*lines, line]


class Sheet:
    """A white page that is written on from top to bottom.

    Args:
        size: width and height in pixels.
        path: of the font.

    Attributes:
        image: the page so far, greyscale.
        y: where the next line goes.
        lines: what was written, a line each, in reading order; cells of a row parted by a tab.
    """

    def __init__(self, size: tuple[int, int] = A4, path: Path = SMALL_FONT) -> None:
        from PIL import Image, ImageDraw

        self.image: Image.Image = Image.new("L", size, 255)
        self._draw = ImageDraw.Draw(self.image)
        self._path = path
        self.y = _MARGIN
        self.lines: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def room(self) -> int:
        """Pixels left above the lower margin."""
        return self.image.height - _MARGIN - self.y

    def put(self, x: int, y: int, text: str, face: ImageFont.FreeTypeFont) -> None:
        missing = set(text) - drawable(self._path) - set(" \u3000")
        if missing:
            raise ValueError(f"the font has no {''.join(sorted(missing))}")
        self._draw.text((x, y), text, fill=0, font=face)

    def title(self, text: str, points: float = 18) -> None:
        face = font(points, self._path)
        self.put(round((self.image.width - face.getlength(text)) / 2), self.y, text, face)
        self.y += round(face.size * 2)
        self.lines.append(text)

    def paragraph(
        self, text: str, points: float = 12, *, left: int = _MARGIN, width: int | None = None, indent: bool = True
    ) -> None:
        """Write a paragraph, its first line indented by two characters."""
        face = font(points, self._path)
        width = width or self.image.width - 2 * _MARGIN
        for line in wrap("\u3000\u3000" * indent + text, face, width):
            self.put(left, self.y, line, face)
            self.y += round(face.size * 1.6)
            self.lines.append(line.strip())

    def columns(self, left: Sequence[str], right: Sequence[str], points: float = 11) -> None:
        """Two columns of paragraphs."""
        top, gap = self.y, 80
        width = (self.image.width - 2 * _MARGIN - gap) // 2
        for text in left:
            self.paragraph(text, points, width=width)
        bottom, self.y = self.y, top
        for text in right:
            self.paragraph(text, points, left=_MARGIN + width + gap, width=width)
        self.y = max(bottom, self.y)

    def table(
        self, rows: Sequence[Sequence[str]], widths: Sequence[float], points: float = 11, *, ruled: bool = True
    ) -> None:
        """A table; ``widths`` are shares of the page's width. A cell's lines are joined in ``lines``."""
        face = font(points, self._path)
        across = self.image.width - 2 * _MARGIN
        edges = [_MARGIN]
        for share in widths:
            edges.append(edges[-1] + round(share * across))
        pad, step = 14, round(face.size * 1.5)
        for row in rows:
            cells = [
                list(cell)
                if len(cell) > 2 and right - left < 2.5 * face.size + 2 * pad
                else wrap(cell, face, right - left - 2 * pad)
                for cell, left, right in zip(row, edges, edges[1:], strict=False)
            ]
            height = max(map(len, cells)) * step + 2 * pad
            for lines, left, right in zip(cells, edges, edges[1:], strict=False):
                for number, line in enumerate(lines):
                    self.put(left + pad, self.y + pad + number * step, line, face)
                if ruled:
                    self._draw.rectangle((left, self.y, right, self.y + height), outline=0, width=2)
            self.y += height
            self.lines.append("\t".join(row))


def scanned(image: Image.Image, seed: int = 1, *, noise: float = 0, angle: float = 0, blur: float = 0) -> Image.Image:
    """What a scanner makes of a page.

    Args:
        image: greyscale.
        seed: of the noise.
        noise: standard deviation in grey levels (0 to 255); a thousandth of the dots turn black or white besides.
        angle: degrees by which the page lies askew, anticlockwise.
        blur: radius in pixels.
    """
    import numpy as np
    from PIL import Image, ImageFilter

    if angle:
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        chance = np.random.default_rng(seed)
        # Paper is not white and ink not black.
        dots = 20 + np.asarray(image, dtype=np.float32) * (220 / 255)
        dots += chance.normal(0, noise, dots.shape)
        struck = chance.random(dots.shape) < 0.001
        dots[struck] = chance.choice([0.0, 255.0], int(struck.sum()))
        image = Image.fromarray(dots.clip(0, 255).astype(np.uint8))
    return image


def encode(images: Sequence[Image.Image], kind: str = "PNG", **options: object) -> bytes:
    """An image file; several pages for TIFF."""
    buffer = io.BytesIO()
    rest = {"save_all": True, "append_images": list(images[1:])} if len(images) > 1 else {}
    images[0].save(buffer, kind, **{**rest, **options})  # type: ignore[arg-type]
    return buffer.getvalue()


def scan_pdf(images: Sequence[Image.Image]) -> bytes:
    """A PDF of scanned pages without a text layer, as a document feeder writes it."""
    return encode(images, "PDF", resolution=DPI, quality=85)


def narrative(texts: Sequence[str], path: Path = SMALL_FONT, points: float = 12) -> Sheet:
    """A page filled with the paragraphs of some texts."""
    sheet = Sheet(path=path)
    for text in texts:
        for line in filter(None, map(str.strip, text.split("\n"))):
            if sheet.room < 400:
                return sheet
            sheet.paragraph("".join(char for char in line if char in drawable(path) and not char.isspace()), points)
    return sheet


def main(folder: Path) -> None:
    """Write one page of each kind."""
    from tests.archives.page_texts import PARAGRAPHS, ROWS

    folder.mkdir(parents=True, exist_ok=True)
    plain = narrative(PARAGRAPHS)
    two = Sheet()
    two.title("考察材料")
    two.columns(PARAGRAPHS[:2], PARAGRAPHS[2:])
    form = Sheet()
    form.table(ROWS, (0.1, 0.35, 0.15, 0.4))
    tilt = random.Random(1).uniform(-1.5, 1.5)
    for name, image in (
        ("整洁", plain.image),
        ("扫描", scanned(plain.image, noise=12, angle=tilt, blur=0.6)),
        ("双栏", two.image),
        ("表格", form.image),
    ):
        (folder / f"{name}.png").write_bytes(encode([image]))
    (folder / "扫描.pdf").write_bytes(scan_pdf([plain.image, form.image]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
