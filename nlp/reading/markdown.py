"""Markdown → its text without the markup, each line anchored to its line in the file.

Headings, list items, quoted lines and table rows stand on lines of their own; numbers of ordered lists are kept, since
``1.`` is part of the numbering of Chinese documents; cells of a row are parted by a tab; links and images keep their
words; code keeps its text; HTML tags and comments go. Blocks that a blank line parts stay parted by one.

Parsed by markdown-it-py after CommonMark 0.31 with the table and strikethrough rules of GitHub Flavored Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import unescape
from typing import TYPE_CHECKING, Final

from nlp.errors import TooLargeError
from nlp.reading.charset import decode
from nlp.reading.document import Anchor, RawDocument
from nlp.reading.limits import Limits
from nlp.reading.sniff import MARKDOWN
from nlp.reading.text import check_characters

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_TAG: Final = re.compile(r"<!--.*?-->|</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>", re.DOTALL)
_MAX_BRACKETS: Final = 200
_ROW: Final = "table row"
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int
    label: str | None = None


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read a Markdown file.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_characters`` applies, to the file's text with its markup.

    Returns:
        The text with ``\n`` line ends; anchors of kind ``line`` count the lines of the file.

    Raises:
        UndecodableTextError: no charset fits.
        TooLargeError: more characters than allowed.
    """
    source, charset = decode(data)
    check_characters(source, limits)
    parts: list[str] = []
    anchors: list[Anchor] = []
    at = 0
    last: _Line | None = None
    for line in _lines(_parser().parse(source)):
        if not line.text.strip():
            continue
        if last is not None:
            # The delimiter row of a table leaves no text, yet is no blank line.
            near = line.number <= last.number + 1 or line.label == last.label == _ROW
            parts.append("\n" if near else "\n\n")
            at += len(parts[-1])
        anchors.append(Anchor(at, at + len(line.text), "line", line.number, line.label))
        parts.append(line.text)
        at += len(line.text)
        last = line
    return RawDocument(name, "".join(parts), name, sha256(data).hexdigest(), MARKDOWN, tuple(anchors), charset)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # The preset drops what is nested deeper than 20; no text may be lost so easily.
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "limit_brackets", _limit_brackets)
    return parser


def _limit_brackets(state: StateCore) -> None:
    """Refuse what takes the parser quadratic time: it looks for the end of a link after every opening bracket."""
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") > _MAX_BRACKETS:
            raise TooLargeError(
                "a paragraph has too many opening brackets",
                place=f"line {token.map[0] + 1}" if token.map else None,
                expected=f"at most {_MAX_BRACKETS}",
                hint="save the file as .txt if it is no Markdown",
            )


def _lines(tokens: Sequence[Token]) -> Iterator[_Line]:
    """Output lines in order; ``number`` is the 1-based line in the file."""
    prefix = ""
    label: str | None = None
    cells: list[str] | None = None
    row = 0
    for token in tokens:
        start = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                label = f"heading {token.tag[1:]}"
            case "heading_close":
                label = None
            case "list_item_open":
                # ``info`` holds the number of an ordered item and is empty for a bullet.
                prefix = f"{token.info}{token.markup} " if token.info else ""
            case "list_item_close":
                prefix = ""
            case "tr_open":
                cells, row = [], start
            case "tr_close" if cells is not None:
                yield _Line("\t".join(cells), row, _ROW)
                cells = None
            case "inline" if cells is not None:
                cells.append(" ".join(_inline(token)))
            case "inline":
                for offset, text in enumerate(_inline(token)):
                    yield _Line(prefix + text, start + offset, label)
                    prefix = ""
            case "fence" | "code_block":
                # The line of the opening fence is not part of the content.
                first = start + (token.type == "fence")
                for offset, text in enumerate(token.content.split("\n")):
                    yield _Line(text, first + offset)
            case "html_block":
                for offset, text in enumerate(_without_tags(token.content).split("\n")):
                    yield _Line(text.strip(), start + offset)
            case _:
                pass


def _inline(token: Token) -> list[str]:
    """The text of an inline token, one string for each line of the source."""
    lines = [""]
    for child in token.children or ():
        match child.type:
            case "softbreak" | "hardbreak":
                lines.append("")
            case "image":
                lines[-1] += child.content
            case "html_inline":
                lines[-1] += " " if _BREAK.fullmatch(child.content) else ""
            case _:
                lines[-1] += child.content.replace("\n", " ")
    return [line.strip() for line in lines]


def _without_tags(html: str) -> str:
    # A comment over several lines leaves its line breaks, so that the lines after it keep their numbers.
    text = _TAG.sub(lambda match: "\n" * match[0].count("\n"), _BREAK.sub(" ", html))
    return unescape(text)
