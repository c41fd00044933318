"""Rich text (RTF 1.9) → its text: paragraphs, and table rows with their cells parted by a tab.

Read here and not by LibreOffice, since RTF is plain text with marks and many personnel systems export it. Characters
come as Unicode escapes, or as bytes in the charset of the font in use. Headers, footnotes, pictures, hidden text and
tracked deletions are left out.
"""

from __future__ import annotations

from hashlib import sha256

from nlp.reading.document import RawDocument
from nlp.reading.html import join_blocks
from nlp.reading.html_page import Block
from nlp.reading.legacy.rtf_tokens import CELL, INNER, ROW, Reader
from nlp.reading.limits import Limits
from nlp.reading.sniff import RTF


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read an RTF file.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_characters`` applies.

    Returns:
        The blocks joined by ``\n``; anchors count paragraphs and table rows.

    Raises:
        CorruptFileError: the file is cut off: groups are left open, or it is nested beyond reason.
        TooLargeError: more characters than allowed.
    """
    reader = Reader(data)
    text, anchors = join_blocks(_blocks("".join(reader.pieces)), limits)
    return RawDocument(name, text, name, sha256(data).hexdigest(), RTF, anchors, reader.charset)


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    text = text.replace("\0", "")
    *rows, tail = text.split(ROW)
    for part in rows:
        # What stands before the first cell of a row may hold paragraphs that came before the table.
        first, *others = part.split(CELL)
        *before, start = first.split("\n")
        if not others:
            before.append(start)
        blocks += [
            Block(line, "paragraph", None)
            for piece in before
            for line in piece.replace(INNER, "\n").split("\n")
            if line.strip()
        ]
        if others:
            cells = [_cell(cell) for cell in (start, *others[:-1])]
            if any(cells):
                blocks.append(Block("\t".join(cells), "table_row", None))
    return blocks + [
        Block(line, "paragraph", None)
        for line in tail.replace(CELL, "\t").replace(INNER, "\n").split("\n")
        if line.strip()
    ]


def _cell(text: str) -> str:
    lines = text.replace(INNER, "\n").split("\n")
    return "\n".join(line for line in lines if line.strip())
