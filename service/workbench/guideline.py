"""The annotation guideline beside a codebook, as HTML for a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

NAME = "GUIDELINE.md"
"""Looked for in the folder of the codebook file, so that an organisation's own codebook brings its own guideline."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """A guideline to read.

    Attributes:
        html: of the whole text; headings carry the ids of ``contents`` and are one level lower than written.
        contents: id and title of every section.
    """

    html: Markup
    contents: tuple[tuple[str, str], ...]


def guideline_of(codebook: Path) -> Guideline | None:
    """The guideline beside a codebook file, None where there is none or it is no UTF-8 text."""
    path = codebook.with_name(NAME)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Guideline | None:  # noqa: ARG001  # part of the key: a changed file is read anew
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return to_html(text, prefix="guide")


def to_html(text: str, *, prefix: str) -> Guideline:
    """Markdown (CommonMark with tables) as HTML. HTML inside the text is shown, never obeyed.

    Args:
        text: of the file.
        prefix: of the headings' ids, which must be unique in the page.
    """
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
    tokens = parser.parse(text)
    contents: list[tuple[str, str]] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            id_ = f"{prefix}-{len(contents) + 1}"
            opening.attrSet("id", id_)
            contents.append((id_, _plain(inline)))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"
        # markdown-it aligns cells by a style attribute, which the pages' policy forbids.
        if token.type in ("th_open", "td_open"):
            token.attrs.pop("style", None)
    return Guideline(Markup(parser.renderer.render(tokens, parser.options, {})), tuple(contents))


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
