"""A dossier as PDF.

The font is one of the fonts that PDF readers bring for Chinese (STSong-Light), so that no font file is needed. It holds the
characters of GBK; any other one is printed as its code point, ``[U+20BB7]``, rather than as an empty box.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from io import BytesIO
from typing import Any

from service.dossier.outline import Block, Heading, Paragraph, Quotation, Table

MEDIA_TYPE = "application/pdf"
_FONT = "STSong-Light"
_SIZES = {0: 18, 1: 14, 2: 11.5}


def pdf_bytes(blocks: Iterable[Block], footer: str) -> bytes:
    """The document, A4.

    Args:
        blocks: of :func:`service.dossier.outline.outline`.
        footer: on every page, before its number.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))

    def on_page(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(_FONT, 8)
        canvas.drawCentredString(A4[0] / 2, 10 * mm, printable(f"{footer}　第{document.page}页"))
        canvas.restoreState()

    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title="研判卷宗",
        author="",
    )
    document.build([part for block in blocks for part in _laid_out(block)], onFirstPage=on_page, onLaterPages=on_page)
    return out.getvalue()


def _laid_out(block: Block) -> list[Any]:
    from reportlab.lib import colors
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph as Laid
    from reportlab.platypus import Spacer, TableStyle
    from reportlab.platypus import Table as LaidTable

    if isinstance(block, Heading):
        size = _SIZES[block.level]
        return [Laid(_markup(block.text), _style(size, space=6, centred=block.level == 0, keep=True))]
    if isinstance(block, Paragraph):
        return [Laid(_markup(block.text), _style(10.5, space=3))]
    if isinstance(block, Quotation):
        words = _markup(f"“{block.quote}”")
        source = f'<br/><font size="8.5" color="#444444">——{_markup(block.source)}</font>'
        return [Laid(words + source, _style(10.5, space=4, indent=8 * mm))]
    assert isinstance(block, Table)
    cells = [[Laid(_markup(words), _style(9.5)) for words in row] for row in block.rows]
    count = len(block.rows[0])
    widths = [26 * mm, 140 * mm] if count == 2 else [166 * mm / count] * count
    table = LaidTable(cells, colWidths=widths, repeatRows=1)
    grid = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table.setStyle(TableStyle([*grid, ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)]))
    return [table, Spacer(0, 3 * mm)]


def _style(size: float, *, space: float = 0, indent: float = 0, centred: bool = False, keep: bool = False) -> Any:
    from reportlab.lib.enums import TA_CENTER, TA_LEFT
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "dossier",
        fontName=_FONT,
        fontSize=size,
        leading=size * 1.5,
        spaceBefore=space,
        spaceAfter=space,
        leftIndent=indent,
        alignment=TA_CENTER if centred else TA_LEFT,
        wordWrap="CJK",
        keepWithNext=keep,
        splitLongWords=True,
    )


def _markup(text: str) -> str:
    """Words for a paragraph: nothing in them is markup but their line ends."""
    return escape(printable(text), quote=False).replace("\n", "<br/>")


def printable(text: str) -> str:
    """The text with every character that the font lacks written as its code point."""
    return "".join(letter if _has(letter) else f"[U+{ord(letter):04X}]" for letter in text)


def _has(letter: str) -> bool:
    if letter == "\n":
        return True
    if not letter.isprintable() and letter != "\u3000":
        return False
    try:
        letter.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
