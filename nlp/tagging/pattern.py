"""The small pattern language of the lexicon.

============  =================================================================
``盯着``       these characters
``…``         a gap of 0 to 8 characters inside one clause, without a plain negator (从不, 没有, 未 …)
``（a|b|c）``   one of the alternatives (ASCII parentheses work too); an empty one makes it optional
``#``         a number, in digits or Chinese numerals
``，``         clause punctuation: lets a pattern run over two clauses
============  =================================================================

Every pattern starts with literal characters, its leads, and most hold a rarer literal further on, their sign. One
Aho-Corasick pass over the text finds both; the regular expression is tried only at a lead with a sign in reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nlp.errors import LexiconError

CLAUSE_STOP = "，。；！？：\n\t"
# A gap may not end with 不 or 没, which would deny what follows it (论证…走过场 in 论证不走过场).
_GAP = f"((?:[^{CLAUSE_STOP}]{{0,7}}?[^{CLAUSE_STOP}不没])??)"
_NEGATOR = re.compile("从不|从未|从没|从来不|从来没|并未|并不|并没|没有|绝不|决不|毫不|未")
_NUMBER = r"(?:\d[\d,.]*|[零一二两三四五六七八九十百千万亿几数半]+)"
_COMMA = r"[，；：。]\s?"
_SPECIAL = set("…#（）()|，")
_MAX_ANCHORS = 64
_FREQUENCY = (4e-3, 2e-4, 2e-5, 2e-6)
_TOO_COMMON = 0.03
_MARKS = frozenset("…#，")
_MARK = re.compile("[…#，]")
_WIDTHS = {"…": 8, "#": 20, "，": 2}


@dataclass(frozen=True)
class Pattern:
    """A compiled lexicon expression.

    Attributes:
        source: the expression as written.
        leads: literal strings one of which every match starts with (or holds, where ``back`` is not 0).
        is_literal: whether the expression is one literal, without any mark of the pattern language.
        signs: literal strings one of which every match holds further on; empty when there are none, or only common ones.
        reach: most characters between the start of a match and the start of its sign.
        back: most characters between the start of a match and its lead.
    """

    source: str
    leads: tuple[str, ...]
    is_literal: bool
    signs: tuple[str, ...] = ()
    reach: int = 0
    back: int = 0

    @cached_property
    def regex(self) -> re.Pattern[str] | None:
        """The compiled expression, None for a literal; compiled at first use, since thousands take seconds."""
        if self.is_literal:
            return None
        return re.compile("".join(_to_regex(piece) for piece in _parse(self.source)))

    def find(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """The match whose lead was found at ``text[start:end]``; None if there is none."""
        if self.regex is None:
            return start, end
        for place in range(max(start - self.back, 0), start + 1):
            found = self.regex.match(text, place)
            if found and found.end() >= end:
                return None if _turned(found) else found.span()
        return None


def _turned(found: re.Match[str]) -> bool:
    """Whether a gap swallowed a negator, which turns the sense: 突发面前从未慌乱 does not show 突发…慌乱."""
    return any(gap and _NEGATOR.search(gap) for gap in found.groups())


def compile_pattern(source: str) -> Pattern:
    """Compile one lexicon expression.

    Raises:
        LexiconError: unbalanced or nested parentheses, a pattern that starts or ends with a gap, or one without any
            literal that could serve as anchor.
    """
    if not any(char in _SPECIAL for char in source):
        if not source.strip():
            raise LexiconError("an empty expression", hint="delete the line")
        return Pattern(source, (source,), is_literal=True)
    pieces = _parse(source)
    _check_ends(pieces, source)
    leads = _best(_runs_from(pieces, 0))
    index, signs = _signs(pieces, 1 if leads else 0)
    reach = sum(_width(piece) for piece in pieces[:index])
    if leads:
        return Pattern(source, leads, False, signs, reach)
    if not signs:
        raise LexiconError(
            f"{source!r} has nothing to look for", expected=f"a literal, or a group of at most {_MAX_ANCHORS} literals"
        )
    # It starts with a number or an optional group: found by its sign, its start looked for backwards.
    return Pattern(source, signs, False, back=reach)


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
    return pieces


def _check_ends(pieces: list[_Piece], source: str) -> None:
    """A gap at either end would match nothing in particular; so would an optional group before the first gap."""
    first = next((index for index, piece in enumerate(pieces) if not isinstance(piece, tuple) or all(piece)), 0)
    heads = [option[:1] for piece in pieces[: first + 1] for option in _options(piece)]
    tails = [option[-1:] for option in _options(pieces[-1])]
    if "…" in heads or "…" in tails or "，" in (pieces[0], pieces[-1]):
        raise LexiconError(f"{source!r} starts or ends with a gap", expected="literal characters at both ends")


def _options(piece: _Piece) -> tuple[str, ...]:
    return piece if isinstance(piece, tuple) else (piece,)


def _weight(words: tuple[str, ...]) -> float:
    """Roughly how often one of the literals occurs in running text, per character; short ones dominate."""
    return sum(_FREQUENCY[min(len(word), len(_FREQUENCY)) - 1] for word in words)


def _best(sets: Iterable[tuple[str, ...]]) -> tuple[str, ...] | None:
    return min(sets, key=_weight, default=None)


def _signs(pieces: list[_Piece], first: int) -> tuple[int, tuple[str, ...]]:
    """The rarest literals from piece ``first`` on, and the piece they start at; none when all are too common."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    for index in range(first, len(pieces)):
        words = _best(_runs_from(pieces, index))
        if words is not None and _weight(words) < (_weight(best[1]) if best[1] else _TOO_COMMON):
            best = index, words
    return best


def _runs_from(pieces: list[_Piece], index: int) -> Iterator[tuple[str, ...]]:
    """The literals piece ``index`` can start with, then those it can start with together with the next pieces."""
    anchors: tuple[str, ...] = ("",)
    for piece in pieces[index:]:
        if piece in _WIDTHS:
            return
        options = _options(piece)
        plain = [option if _MARKS.isdisjoint(option) else _MARK.split(option, maxsplit=1)[0] for option in options]
        anchors = tuple(dict.fromkeys(head + tail for head in anchors for tail in plain))
        if len(anchors) > _MAX_ANCHORS:
            return
        if "" not in anchors:
            yield anchors
        if plain != list(options):
            return


def _width(piece: _Piece) -> int:
    return max(sum(_WIDTHS.get(char, 1) for char in option) for option in _options(piece))


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
