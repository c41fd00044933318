"""A dossier as a Word document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from service.dossier.outline import Block, Heading, Paragraph, Quotation, Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FONT = "宋体"
# XML 1.0 has no place for these.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def docx_bytes(blocks: Iterable[Block], footer: str) -> bytes:
    """The document.

    Args:
        blocks: of :func:`service.dossier.outline.outline`.
        footer: on every page.
    """
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = docx.Document()
    document.core_properties.title = "研判卷宗"
    document.core_properties.author = ""
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Intense Quote"):
        _set_font(document.styles[name])
    document.styles["Normal"].font.size = Pt(11)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        line = section.footer.paragraphs[0]
        line.text = _clean(footer)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for block in blocks:
        if isinstance(block, Heading):
            document.add_heading(_clean(block.text), level=block.level)
        elif isinstance(block, Paragraph):
            document.add_paragraph(_clean(block.text))
        elif isinstance(block, Quotation):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(0.8)
            paragraph.add_run(_clean(f"“{block.quote}”"))
            source = paragraph.add_run(_clean(f"\n——{block.source}"))
            source.font.size = Pt(9)
        else:
            _add_table(document, block)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _add_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]))
    table.style = "Table Grid"
    for number, row in enumerate(block.rows):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = ""
            cell.paragraphs[0].add_run(_clean(words)).bold = number == 0


def _set_font(style: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name = _FONT
    # Word takes the font of Chinese characters from an attribute of its own.
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)


def _clean(text: str) -> str:
    return _CONTROLS.sub("�", text)
