"""A text → the names in it, each with the person it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nlp.identity import identify
from nlp.redaction.model import Finding
from nlp.redaction.names.dotted import find_dotted
from nlp.redaction.names.lattice import read_line
from nlp.redaction.names.likelihood import likelihood
from nlp.redaction.names.mentions import (
    Mention,
    find_again,
    find_partial,
    group,
    settle,
    surname_of,
    without_blanks,
)
from nlp.redaction.names.repeated import find_repeated
from nlp.structure.folding import fold

_SURE: Final = ("header", "form")
_COMMON: Final = 11.0
"""Cost of a word below which it is no part of a name."""


def find_names(text: str, plain: str, known: Iterable[str] = ()) -> Iterator[Finding]:
    """Names of persons.

    Args:
        text: any text.
        plain: its matching form.
        known: names of persons that are known to be meant, whatever they look like.

    Yields:
        Findings without overlap, in order. A title (局长, 同志) is no part of a name.

    Raises:
        ConfigurationError: a word list is missing or invalid.
    """
    folded = fold(plain)
    headed, dotted = _from_headers(text, known), list(_dotted(folded))
    read = settle(folded, _read(folded))
    names = {without_blanks(folded[m.start : m.end]) for m in read if m.shape in ("full", "masked")}
    names |= {folded[m.start : m.end] for m in dotted} | headed | find_repeated(folded)
    names = {name for name in names if len(name) >= 2 and not _is_nickname(name)}
    surnames = {surname_of(name) for name in names if "·" not in name}
    surnames |= {surname_of(folded[m.start : m.end]) for m in read if m.shape in ("surname", "nickname")}
    again = find_again(folded, names)
    partial = find_partial(folded, names, surnames)
    mentions = _without_overlap(dotted, again, read, partial)
    people = group(folded, mentions)
    for mention in mentions:
        identity, local = people[mention]
        yield Finding(mention.start, mention.end, text[mention.start : mention.end], "person", identity, local)


def _read(folded: str) -> Iterator[Mention]:
    position = 0
    for line in folded.split("\n"):
        for found in read_line(line):
            yield Mention(position + found.start, position + found.end, found.shape)
        position += len(line) + 1


def _dotted(folded: str) -> Iterator[Mention]:
    position = 0
    for line in folded.split("\n"):
        for start, end in find_dotted(line):
            yield Mention(position + start, position + end, "full")
        position += len(line) + 1


def _from_headers(text: str, known: Iterable[str]) -> set[str]:
    """Names that header fields, titles and signatures give; what a title gives must not hold a common word."""
    given = {without_blanks(fold(name)) for name in known if name.strip()}
    for person in identify(text).people:
        name = without_blanks(fold(person.value))
        if person.rule.startswith(_SURE) or not _holds_word(name):
            given.add(name)
    return given


def _holds_word(name: str) -> bool:
    words = likelihood().words
    return any(words.get(name[place : place + 2], _COMMON) < _COMMON for place in range(len(name) - 1))


def _is_nickname(name: str) -> bool:
    return len(name) == 2 and name[0] in "老小"


def _without_overlap(*groups: Iterable[Mention]) -> list[Mention]:
    """The mentions in order of the text; of two that overlap, that of the earlier group."""
    taken: list[Mention] = []
    used: set[int] = set()
    for mentions in groups:
        for mention in mentions:
            places = range(mention.start, mention.end)
            if used.isdisjoint(places):
                used.update(places)
                taken.append(mention)
    return sorted(taken, key=lambda mention: mention.start)
