"""Styles and automatic numbering of a docx: which paragraphs are headings, and the numbers Word shows before them.

Follows ECMA-376 part 1, 17.9 (numbering): a level's counter goes up with each paragraph of the level and starts again
after one of a higher level; ``w:lvlText`` such as ``（%2）`` says how the counters are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nlp.reading.numerals import numeral

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING: Final = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_LEVEL: Final = re.compile(r"%([1-9])")


def is_on(switch: BaseOxmlElement | None) -> bool:
    """Whether an on/off element is there and not set to off."""
    return switch is not None and switch.get(W + "val", "true") not in ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    pattern: str
    tight: bool
    decimal: bool


class Styles:
    """Looks up what a paragraph's properties and its style say.

    Args:
        styles: root of the styles part, ``None`` where the file has none.
        numbering: root of the numbering part, likewise.
    """

    def __init__(self, styles: BaseOxmlElement | None, numbering: BaseOxmlElement | None) -> None:
        self._styles = {_get(item, "styleId"): item for item in _each(styles, "style")}
        self._abstract = {_get(item, "abstractNumId"): item for item in _each(numbering, "abstractNum")}
        self._numbers = {_get(item, "numId"): item for item in _each(numbering, "num")}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        self._headings: dict[str, str | None] = {}
        self._lists: dict[str, tuple[str | None, str | None]] = {}

    def heading(self, properties: BaseOxmlElement | None) -> str | None:
        """``heading 1`` … for a heading, by its style's name or outline level; ``None`` for other paragraphs.

        Args:
            properties: the paragraph's ``w:pPr``, ``None`` where it has none.
        """
        if properties is None:
            return None
        style = _value(properties, "pStyle") or ""
        if style not in self._headings:
            self._headings[style] = self._heading_of(style)
        # Level 9 means body text.
        outline = _int(_value(properties, "outlineLvl"), 9)
        return self._headings[style] or (f"heading {outline + 1}" if outline < 9 else None)

    def _heading_of(self, ident: str) -> str | None:
        outline = 9
        for style in self._chain(ident):
            match = _HEADING.fullmatch((_value(style, "name") or "").strip())
            if match is not None:
                return f"heading {match[1]}"
            outline = min(outline, _int(_value(style, "pPr", "outlineLvl"), 9))
        return f"heading {outline + 1}" if outline < 9 else None

    def number(self, properties: BaseOxmlElement | None) -> str:
        """The automatic number of a paragraph as shown, with the blank after it; empty for bullets and for none.

        Call it once for each paragraph in order: it moves the counters on.

        Args:
            properties: the paragraph's ``w:pPr``, ``None`` where it has none.
        """
        found = self._numbered(properties) if properties is not None else None
        if found is None:
            return ""
        number, depth = found
        abstract = _value(number, "abstractNumId") or ""
        level = self._level(number, abstract, depth)
        if level is None:
            return ""
        counters = self._counters.setdefault(abstract, {})
        restart = self._restart(number, depth)
        if restart is not None:
            counters[depth] = restart
        else:
            counters[depth] = counters[depth] + 1 if depth in counters else level.start
        for deeper in [key for key in counters if key > depth]:
            del counters[deeper]
        if level.form in ("bullet", "none"):
            return ""

        def written(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            its = self._level(number, abstract, other) or level
            form = "decimal" if level.decimal else its.form
            return numeral(counters.get(other, its.start), form)

        text = _LEVEL.sub(written, level.pattern)
        return text if level.tight or not text or text[-1] in "、，．。：）】〕" else f"{text} "

    def _chain(self, ident: str | None) -> Iterator[BaseOxmlElement]:
        """A style and those it is based on."""
        seen: set[str] = set()
        while ident is not None and ident not in seen and ident in self._styles:
            seen.add(ident)
            style = self._styles[ident]
            yield style
            ident = _value(style, "basedOn")

    def _numbered(self, properties: BaseOxmlElement) -> tuple[BaseOxmlElement, int] | None:
        """The list (``w:num``) and level of a paragraph, from itself or else from its style."""
        own = properties.find(W + "numPr")
        depth = _value(own, "ilvl") if own is not None else None
        ident = _value(own, "numId") if own is not None else None
        if ident is None:
            style = _value(properties, "pStyle") or ""
            if style not in self._lists:
                self._lists[style] = self._list_of(style)
            ident, inherited = self._lists[style]
            depth = depth or inherited
        number = self._numbers.get(ident or "")
        return None if number is None else (number, _int(depth, 0))

    def _list_of(self, ident: str) -> tuple[str | None, str | None]:
        """The list id and level a style gives its paragraphs."""
        depth: str | None = None
        for style in self._chain(ident):
            depth = depth or _value(style, "pPr", "numPr", "ilvl")
            number = _value(style, "pPr", "numPr", "numId")
            if number is not None:
                return number, depth or self._depth_of_style(number, _get(style, "styleId"))
        return None, depth

    def _depth_of_style(self, ident: str, style: str) -> str:
        number = self._numbers.get(ident)
        abstract = self._abstract.get(_value(number, "abstractNumId") or "") if number is not None else None
        for level in _each(abstract, "lvl"):
            if style and _value(level, "pStyle") == style:
                return _get(level, "ilvl")
        return "0"

    def _level(self, number: BaseOxmlElement, abstract: str, depth: int) -> _Level | None:
        overrides = (item.find(W + "lvl") for item in _each(number, "lvlOverride"))
        for level in (*overrides, *_each(self._abstract.get(abstract), "lvl")):
            if level is None or _get(level, "ilvl") != str(depth):
                continue
            return _Level(
                start=_int(_value(level, "start"), 1),
                form=_value(level, "numFmt") or "decimal",
                pattern=_value(level, "lvlText") or "",
                tight=_value(level, "suff") == "nothing",
                decimal=is_on(level.find(W + "isLgl")),
            )
        return None

    def _restart(self, number: BaseOxmlElement, depth: int) -> int | None:
        """The number a list starts anew with, the first time one of its paragraphs is met."""
        key = (_get(number, "numId"), depth)
        if key in self._started:
            return None
        self._started.add(key)
        for item in _each(number, "lvlOverride"):
            if _get(item, "ilvl") == str(depth) and item.find(W + "startOverride") is not None:
                return _int(_value(item, "startOverride"), 1)
        return None


def _each(root: BaseOxmlElement | None, name: str) -> Iterator[BaseOxmlElement]:
    return iter(()) if root is None else root.iterchildren(W + name)


def _get(element: BaseOxmlElement, name: str) -> str:
    return element.get(W + name) or ""


def _value(element: BaseOxmlElement, *path: str) -> str | None:
    found: BaseOxmlElement | None = element
    for name in path:
        found = found.find(W + name) if found is not None else None
    return None if found is None else found.get(W + "val")


def _int(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() else default
