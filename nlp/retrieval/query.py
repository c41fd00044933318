"""Phrases and proximity in a query: ``"新官不理旧账"`` and ``"推诿 群众"~8``.

A quoted part is a condition when it stands by itself, between blanks or the ends of a query of one line; quotation marks
inside running text (他说“不归我管”,…) are text like any other. Quotes are ``"…"``, ``“…”``, ``「…」``, ``『…』`` and ``＂…＂``. Without
a number the quoted characters must occur in the case as they are; with ``~N`` the words between the blanks must all occur,
in any order, with at most N other characters between the first and the last of them.

Nothing else is syntax, so any text can be searched for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAIRS = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"), ("＂", "＂"))
_QUOTED = "|".join(f"{left}(?P<q{number}>[^{left}{right}]+){right}" for number, (left, right) in enumerate(_PAIRS))
_CONDITION = re.compile(rf"(?<!\S)(?:{_QUOTED})(?:[~～](?P<within>\d{{1,4}}))?(?!\S)")


PHRASE_UP_TO = 24
"""Characters up to which a query counts as a phrase."""


@dataclass(frozen=True)
class Condition:
    """A quoted part of a query.

    Attributes:
        text: between the quotes, as written.
        words: that must occur; a phrase is one word.
        within: most characters between the words, None for a phrase.
    """

    text: str
    words: tuple[str, ...]
    within: int | None = None


@dataclass(frozen=True)
class ParsedQuery:
    """A query and its conditions.

    Attributes:
        given: the query as it was typed.
        text: what the channels search with, of the same length: the query with its conditions blanked, or, when nothing
            else is in it, with their quotes blanked.
        conditions: in order.
    """

    given: str
    text: str
    conditions: tuple[Condition, ...]


def is_phrase(text: str) -> bool:
    """Whether a query is a phrase rather than a narrative."""
    return len(text.strip()) <= PHRASE_UP_TO


def parse_query(text: str) -> ParsedQuery:
    """Take the conditions out of a query; one without any is left as it is."""
    if "\n" in text.strip():
        return ParsedQuery(text, text, ())
    found = [(match, _condition(match)) for match in _CONDITION.finditer(text)]
    conditions = tuple(condition for _, condition in found if condition.words)
    if not conditions:
        return ParsedQuery(text, text, ())
    rest, bare = list(text), list(text)
    for match, condition in found:
        if condition.words:
            inner = match.span(_quoted(match))
            for place in range(*match.span()):
                rest[place] = " "
                if not inner[0] <= place < inner[1]:
                    bare[place] = " "
    says = any(map(str.isalnum, rest))
    return ParsedQuery(text, "".join(rest if says else bare), conditions)


def _quoted(match: re.Match[str]) -> str:
    return next(name for name, value in match.groupdict().items() if name != "within" and value is not None)


def _condition(match: re.Match[str]) -> Condition:
    text = match[_quoted(match)]
    words = tuple(text.split())
    if match["within"] is not None and len(words) > 1:
        return Condition(text, words, int(match["within"]))
    return Condition(text, (" ".join(words),) if words else ())
