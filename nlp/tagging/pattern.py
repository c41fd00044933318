"""The small pattern language of the lexicon.

============  =================================================================
``盯着``       these characters
``…``         a gap of 0 to 8 characters inside one clause, without a plain negator (从不, 没有, 未 …)
``（a|b|c）``   one of the alternatives (ASCII parentheses work too); an empty one makes it optional
``#``         a number, in digits or Chinese numerals
``，``         clause punctuation: lets a pattern run over two clauses
============  =================================================================

A pattern starts with literal characters (its anchors), so that one Aho-Corasick pass over the text finds every place
where it can start, and a compiled regular expression is tried only there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from nlp.errors import LexiconError

CLAUSE_STOP = "，。；！？：\n\t"
# A negator inside a gap turns the sense (突发面前从未慌乱), so a gap ends before it.
_GAP = f"(?:(?!从不|从未|从没|从来不|从来没|并未|并不|并没|没有|绝不|决不|毫不|未)[^{CLAUSE_STOP}]){{0,8}}?"
_NUMBER = r"(?:\d[\d,.]*|[零一二两三四五六七八九十百千万亿几数半]+)"
_COMMA = r"[，；：。]\s?"
_SPECIAL = set("…#（）()|，")
_MAX_ANCHORS = 64


@dataclass(frozen=True)
class Pattern:
    """A compiled lexicon expression.

    Attributes:
        source: the expression as written.
        anchors: literal strings one of which every match starts with.
        regex: matched at an anchor's start, on folded text; None when the expression is one literal.
    """

    source: str
    anchors: tuple[str, ...]
    regex: re.Pattern[str] | None

    def match_end(self, text: str, start: int, anchor_end: int) -> int | None:
        """End of the match that starts at ``start``, where an anchor was found; None if there is none."""
        if self.regex is None:
            return anchor_end
        found = self.regex.match(text, start)
        return found.end() if found else None


def compile_pattern(source: str) -> Pattern:
    """Compile one lexicon expression.

    Raises:
        LexiconError: unbalanced or nested parentheses, a pattern that starts or ends with a gap or a number, or too
            many alternatives at its start.
    """
    if not any(char in _SPECIAL for char in source):
        if not source.strip():
            raise LexiconError("an empty expression", hint="delete the line")
        return Pattern(source, (source,), None)
    pieces = _parse(source)
    anchors = _anchors(pieces, source)
    return Pattern(source, anchors, re.compile("".join(_to_regex(piece) for piece in pieces)))


_Piece = str | tuple[str, ...]
"""A literal run, one of the markers ``…`` ``#`` ``，``, or a tuple of alternatives."""


def _parse(source: str) -> list[_Piece]:
    text = source.replace("（", "(").replace("）", ")")
    pieces: list[_Piece] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == "(":
            close = text.find(")", position)
            inner = text[position + 1 : close] if close > 0 else ""
            if close < 0 or "(" in inner:
                raise LexiconError(f"unbalanced or nested parentheses in {source!r}")
            pieces.append(tuple(inner.split("|")))
            position = close + 1
        elif char in ")|":
            raise LexiconError(f"{char!r} outside parentheses in {source!r}")
        elif char in "…#，":
            pieces.append(char)
            position += 1
        else:
            end = position
            while end < len(text) and text[end] not in "()|…#，":
                end += 1
            pieces.append(text[position:end])
            position = end
    if pieces[0] in ("…", "#", "，") or pieces[-1] in ("…", "，"):
        raise LexiconError(f"{source!r} starts or ends with a gap", expected="literal characters at both ends")
    return pieces


def _anchors(pieces: list[_Piece], source: str) -> tuple[str, ...]:
    """All literal beginnings; a group that may be empty is multiplied out with what follows it."""
    options: list[tuple[str, ...]] = []
    for piece in pieces:
        if piece in ("…", "#", "，"):
            break
        choices = piece if isinstance(piece, tuple) else (piece,)
        choices = tuple(choice for choice in choices if not set(choice) & set("…#，"))
        if len(choices) != (len(piece) if isinstance(piece, tuple) else 1):
            break
        options.append(choices)
        if all(choices):
            break
    anchors = tuple(dict.fromkeys("".join(parts) for parts in product(*options)))
    if not options or "" in anchors or len(anchors) > _MAX_ANCHORS:
        raise LexiconError(
            f"{source!r} has no usable beginning",
            expected=f"1 to {_MAX_ANCHORS} literal beginnings, none of them empty or a gap",
        )
    return anchors


def _to_regex(piece: _Piece) -> str:
    if isinstance(piece, tuple):
        return "(?:" + "|".join("".join(_to_regex(part) for part in _parts(option)) for option in piece) + ")"
    if piece == "…":
        return _GAP
    if piece == "#":
        return _NUMBER
    if piece == "，":
        return _COMMA
    return re.escape(piece)


def _parts(option: str) -> list[str]:
    return [part for part in re.split("([…#，])", option) if part]
