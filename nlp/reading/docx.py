"""Word documents (.docx, .docm) → text, block by block in the order of the page.

Paragraphs, table rows (cells parted by a tab, a merged cell once), content controls and text boxes are read; tracked
insertions are text, tracked deletions and hidden text are not; automatic numbers of paragraphs are written out, since
headings such as 一、 are often only numbered so. Headers, footers, notes and comments are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from nlp.reading.document import Anchor, AnchorKind, RawDocument
from nlp.reading.docx_package import Package
from nlp.reading.docx_styles import Styles, W, is_on
from nlp.reading.limits import Limits
from nlp.reading.sniff import DOCX
from nlp.reading.text import check_characters

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_MATH: Final = frozenset(
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}" + name for name in ("oMath", "oMathPara")
)
# Elements that only wrap others: their content is read as if they were not there.
_TRANSPARENT: Final = frozenset(
    W + name
    for name in ("hyperlink", "smartTag", "ins", "moveTo", "fldSimple", "customXml", "dir", "bdo", "sdtContent")
)
_CHARACTERS: Final = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
# Stands for a page break until its place is known; XML cannot hold the character.
_PAGE: Final = "\f"
_GRAPHICS: Final = frozenset((W + "drawing", W + "pict", W + "object", _MC + "AlternateContent"))


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    kind: AnchorKind
    label: str | None = None
    breaks: tuple[int, ...] = ()


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read a docx.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_unpacked_bytes``, ``max_ratio`` and ``max_characters`` apply.

    Returns:
        The blocks joined by ``\n``. Anchors count paragraphs (empty ones too) and table rows; label ``heading 1`` …
        for headings, ``table 1`` … for rows. ``breaks`` are the page and section breaks that its author set.

    Raises:
        CorruptFileError: the container or its XML is broken.
        EncryptedFileError: the container is locked.
        TooLargeError: it unpacks to more, or has more characters, than allowed.
    """
    package = Package(data, limits)
    walker = _Walker(Styles(package.styles, package.numbering))
    parts: list[str] = []
    anchors: list[Anchor] = []
    breaks: list[int] = []
    counts: dict[AnchorKind, int] = {}
    at = 0
    for body in package.document.iter(W + "body"):
        for block in walker.blocks(body):
            counts[block.kind] = counts.get(block.kind, 0) + 1
            end = at + len(block.text)
            if block.text:
                anchors.append(Anchor(at, end, block.kind, counts[block.kind], block.label))
            breaks += (at + offset for offset in block.breaks)
            parts.append(block.text)
            at = end + 1
            if at > limits.max_characters + 1:
                check_characters("\n".join(parts), limits)
    text = "\n".join(parts)
    return RawDocument(name, text, name, sha256(data).hexdigest(), DOCX, tuple(anchors), breaks=tuple(breaks))


class _Walker:
    """Walks the XML of one document; keeps the state that runs through it (numbers, tables, joined paragraphs)."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._tables = 0
        self._joined = ""

    def blocks(self, container: Iterable[BaseOxmlElement]) -> Iterator[_Block]:
        """The paragraphs and table rows inside a body, cell, text box or wrapper."""
        for child in container:
            if child.tag == W + "p":
                yield from self._paragraph(child)
            elif child.tag == W + "tbl":
                yield from self._loose_end()
                self._tables += 1
                yield from self._rows(child, f"table {self._tables}")
            elif child.tag in _TRANSPARENT:
                yield from self.blocks(child)
            elif child.tag == W + "sdt":
                yield from self.blocks(_content(child))
            elif child.tag == _MC + "AlternateContent":
                yield from self.blocks(_chosen(child))
        yield from self._loose_end()

    def _loose_end(self) -> Iterator[_Block]:
        if self._joined:
            yield _Block(self._joined.replace(_PAGE, "\n"), "paragraph")
            self._joined = ""

    def _paragraph(self, paragraph: BaseOxmlElement) -> Iterator[_Block]:
        pieces: list[str] = []
        boxes: list[BaseOxmlElement] = []
        _inline(paragraph, pieces, boxes)
        text = self._joined + "".join(pieces)
        self._joined = ""
        properties = paragraph.find(W + "pPr")
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            # A tracked deletion of the paragraph mark: what is left belongs to the next paragraph.
            self._joined = text
        else:
            bare = text.replace(_PAGE, "\n")
            number = self._styles.number(properties)  # also of an empty paragraph: it moves the counters on
            number = number if bare.strip() else ""
            breaks = [len(number) + place + 1 for place, character in enumerate(text) if character == _PAGE]
            if properties is not None:
                breaks = _around(properties, len(number) + len(bare), breaks)
            yield _Block(number + bare, "paragraph", self._styles.heading(properties), tuple(breaks))
        for box in boxes:
            yield from self.blocks(box)

    def _rows(self, table: BaseOxmlElement, label: str) -> Iterator[_Block]:
        for row in _unwrapped(table, W + "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = [self._cell(cell) for cell in _unwrapped(row, W + "tc") if not _is_merged_across(cell)]
            yield _Block("\t".join(cells) if any(cells) else "", "table_row", label)

    def _cell(self, cell: BaseOxmlElement) -> str:
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        if cell.find(f"{W}tcPr/{W}cellDel") is not None:
            return ""
        if merge is not None and merge.get(W + "val", "continue") == "continue":
            # The lower part of a merged cell stays as an empty cell, so that the columns line up.
            return ""
        # Tables inside a cell are part of its text and have no number of their own.
        tables = self._tables
        texts = [block.text for block in self.blocks(cell)]
        self._tables = tables
        lines = [line for text in texts for line in text.split("\n") if line.strip()]
        # Narrow label cells of forms are often typed one character a line: 主/要/表/现.
        upright = len(lines) > 1 and all(len(line.strip()) == 1 for line in lines)
        return "".join(line.strip() for line in lines) if upright else "\n".join(lines)


def _inline(parent: Iterable[BaseOxmlElement], pieces: list[str], boxes: list[BaseOxmlElement]) -> None:
    """Collect the text of a paragraph or of a wrapper inside it, and the text boxes anchored there."""
    for child in parent:
        if child.tag == W + "r":
            properties = child.find(W + "rPr")
            if properties is None or not is_on(properties.find(W + "vanish")):
                _run(child, pieces, boxes)
        elif child.tag in _TRANSPARENT:
            _inline(child, pieces, boxes)
        elif child.tag == W + "sdt":
            _inline(_content(child), pieces, boxes)
        elif child.tag == _MC + "AlternateContent":
            _inline(_chosen(child), pieces, boxes)
        elif child.tag in _MATH:
            pieces.extend(node.text or "" for node in child.iter(_MATH_TEXT))


def _run(run: BaseOxmlElement, pieces: list[str], boxes: list[BaseOxmlElement]) -> None:
    for child in run:
        if child.tag == W + "t":
            # Line breaks inside w:t are layout of the XML and shown as a blank.
            pieces.append((child.text or "").replace("\r\n", " ").replace("\n", " ").replace("\r", " "))
        elif child.tag in _CHARACTERS:
            pieces.append(_PAGE if child.get(W + "type") == "page" else _CHARACTERS[child.tag])
        elif child.tag == W + "ruby":
            # The base text is read, the reading above it is not.
            for base in child.iter(W + "rubyBase"):
                _inline(base, pieces, boxes)
        elif child.tag in _GRAPHICS:
            boxes.extend(_text_boxes(child))


def _text_boxes(element: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    if element.tag == W + "txbxContent":
        yield element
    else:
        for child in _chosen(element) if element.tag == _MC + "AlternateContent" else element:
            yield from _text_boxes(child)


def _chosen(alternates: BaseOxmlElement) -> Iterable[BaseOxmlElement]:
    """Of the forms a drawing is saved in, the first: the others repeat it for older programs."""
    found = alternates.find(_MC + "Choice")
    if found is None:
        found = alternates.find(_MC + "Fallback")
    return () if found is None else list(found)


def _content(control: BaseOxmlElement) -> Iterable[BaseOxmlElement]:
    """The content of a content control; nothing where it still shows its prompt."""
    content = control.find(W + "sdtContent")
    if content is None or is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr")):
        return ()
    return list(content)


def _unwrapped(parent: BaseOxmlElement, tag: str) -> Iterator[BaseOxmlElement]:
    """The rows of a table or the cells of a row, also those inside content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag == W + "sdt":
            for content in child.iterchildren(W + "sdtContent"):
                yield from _unwrapped(content, tag)
        elif child.tag in _TRANSPARENT:
            yield from _unwrapped(child, tag)


def _around(properties: BaseOxmlElement, length: int, breaks: list[int]) -> list[int]:
    """The breaks of a paragraph, with those its properties set before it and behind it."""
    before = properties.find(W + "pageBreakBefore")
    section = properties.find(W + "sectPr")
    if before is not None and is_on(before):
        breaks = [0, *breaks]
    if section is not None:
        kind = section.find(W + "type")
        if kind is None or kind.get(W + "val") != "continuous":
            breaks = [*breaks, length]
    return breaks


def _is_merged_across(cell: BaseOxmlElement) -> bool:
    merge = cell.find(f"{W}tcPr/{W}hMerge")
    return merge is not None and merge.get(W + "val", "continue") == "continue"
