"""The events of an HTML parser → blocks of visible text.

Paragraphs and other blocks are lines; table rows are lines with their cells parted by a tab, as in the docx reader.
Scripts, styles, comments and what is marked as hidden are left out. No tree is built, so that depth of nesting costs
nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from nlp.reading.document import AnchorKind

_UNSEEN = "script style head template noscript noframes object applet svg datalist rt rp iframe canvas"
_LINES = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody"
    " tfoot thead title tr ul textarea"
)
_SKIPPED: Final = frozenset(_UNSEEN.split())
_BLOCKS: Final = frozenset(_LINES.split())
_CELLS: Final = frozenset({"td", "th"})
_VERBATIM: Final = frozenset({"pre", "textarea", "listing", "xmp"})
_HEADING: Final = re.compile("h[1-6]")
_HIDDEN: Final = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[ \t\r\n\f\v]+")
_XML: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_PIECE: Final = 1 << 16
# Line ends and blanks that are meant as such pass the folding of blanks as control characters that no page may hold.
_BREAK: Final = "\x01"
_KEPT: Final = str.maketrans({"\n": "\x01", " ": "\x02", "\t": "\x03"})
_SHOWN: Final = str.maketrans({"\x01": "\n", "\x02": " ", "\x03": "\t"})
_MARKS: Final = str.maketrans(dict.fromkeys("\0\x01\x02\x03", "\ufffd"))


class Block(NamedTuple):
    """One line of the page's text; ``label`` is ``heading 2`` or ``table 3`` as in the docx reader."""

    text: str
    kind: AnchorKind
    label: str | None


@dataclass(slots=True)
class _Row:
    """An open table row; ``layout`` rows hold a table in a cell and are read as if the outer table were not there."""

    depth: int
    cells: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    layout: bool = False


class Page:
    """The blocks of one page, gathered from the events of the parser.

    Args:
        source: decoded HTML.

    Attributes:
        blocks: in the order of the source.
        title: the page's title, empty where it has none.
    """

    def __init__(self, source: str) -> None:
        from lxml import etree

        self.blocks: list[Block] = []
        self.title = ""
        self._line: list[str] = []
        self._title: list[str] | None = None
        self._hidden = 0
        self._verbatim = 0
        self._heading: str | None = None
        self._rows: list[_Row] = []
        self._tables: list[int] = []
        self._table_count = 0
        self._lists: list[int | None] = []
        # The text is decoded already; a charset named in the page would be believed otherwise.
        parser = etree.HTMLParser(target=self, encoding="utf-8", huge_tree=True)
        data = _XML.sub("", source).translate(_MARKS).encode("utf-8", errors="replace")
        if data.strip():
            for at in range(0, len(data), _PIECE):
                parser.feed(data[at : at + _PIECE])
            parser.close()
        self._end_rows(0)
        self._end_line()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; the parser gives an end for each, also where the source has none."""
        if tag == "title" and not self.title:
            self._title = []
        if self._hidden or tag in _SKIPPED or _is_hidden(tag, attributes):
            self._hidden += 1
            return
        if tag in _BLOCKS or tag in _CELLS:
            self._end_line()
        if tag == "br":
            self._line.append(_BREAK)
        elif tag == "table":
            self._start_table()
        elif tag == "tr":
            self._end_rows(len(self._tables))
            self._rows.append(_Row(len(self._tables)))
        elif tag in _CELLS and self._tables and (not self._rows or self._rows[-1].depth < len(self._tables)):
            self._rows.append(_Row(len(self._tables)))
        elif tag in ("ol", "ul", "menu", "dir"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li" and self._lists:
            number = self._lists[-1]
            if number is not None:
                self._lists[-1] = number + 1
                self._line.append(f"{number + 1}. ")
        elif _HEADING.fullmatch(tag):
            self._heading = f"heading {tag[1]}"
        self._verbatim += tag in _VERBATIM

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._title is not None and tag == "title":
            self.title = _BLANKS.sub(" ", "".join(self._title)).strip()
            self._title = None
        if self._hidden:
            self._hidden -= 1
            return
        if tag in _BLOCKS or tag in _CELLS:
            self._end_line()
        if tag in _CELLS and self._rows:
            row = self._rows[-1]
            row.cells.append("\n".join(row.lines))
            row.lines = []
        elif tag in ("tr", "table"):
            self._end_rows(len(self._tables))
            if tag == "table" and self._tables:
                self._tables.pop()
        elif tag in ("ol", "ul", "menu", "dir") and self._lists:
            self._lists.pop()
        elif _HEADING.fullmatch(tag):
            self._heading = None
        self._verbatim -= tag in _VERBATIM and self._verbatim > 0

    def data(self, text: str) -> None:
        """Characters between tags."""
        if self._title is not None:
            self._title.append(text)
        if not self._hidden:
            self._line.append(text.replace("\r\n", "\n").translate(_KEPT) if self._verbatim else text)

    def comment(self, text: str) -> None:
        """Comments are not shown."""

    def close(self) -> None:
        """The page ends."""

    def _start_table(self) -> None:
        if self._rows and not self._rows[-1].layout:
            row = self._rows[-1]
            row.layout = True
            for text in (*row.cells, *row.lines):
                self._paragraphs(text.split("\n"))
            row.cells, row.lines = [], []
        self._table_count += 1
        self._tables.append(self._table_count)

    def _end_rows(self, depth: int) -> None:
        """Close the rows of tables at ``depth`` and deeper; unclosed tags leave them open."""
        while self._rows and self._rows[-1].depth >= depth:
            self._end_line()
            row = self._rows.pop()
            if row.lines:
                row.cells.append("\n".join(row.lines))
            if row.layout or len(row.cells) == 1:
                self._paragraphs("\n".join(row.cells).split("\n"))
            elif any(row.cells):
                label = f"table {self._tables[-1]}" if self._tables else None
                self.blocks.append(Block("\t".join(row.cells), "table_row", label))

    def _end_line(self) -> None:
        text = _BLANKS.sub(_fold, "".join(self._line)).translate(_SHOWN)
        self._line = []
        lines = [line.strip(" \t") for line in text.split("\n")]
        if self._rows and not self._rows[-1].layout:
            self._rows[-1].lines.extend(line for line in lines if line.strip())
        else:
            self._paragraphs(lines)

    def _paragraphs(self, lines: list[str]) -> None:
        self.blocks.extend(Block(line, "paragraph", self._heading) for line in lines if line.strip())


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    if tag == "option" and "selected" not in attributes:
        return True
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _fold(match: re.Match[str]) -> str:
    """A run of blanks is one blank; a line end of the source inside Chinese text is nothing, as in a browser's layout."""
    text, start, end = match.string, match.start(), match.end()
    if "\n" in match[0] and start > 0 and end < len(text) and _is_wide(text[start - 1]) and _is_wide(text[end]):
        return ""
    return " "


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
