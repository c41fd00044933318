"""Names with a middle dot: 阿依古丽·买某."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nlp.reading.splitting.characters import HAN
from nlp.redaction.names.likelihood import likelihood
from nlp.redaction.names.lists import name_lists

_DOTTED: Final = re.compile(rf"[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}}){{1,4}}")
_STOP: Final = frozenset("的了和与及对由是在把被向让请从为跟同找说称任")


def find_dotted(line: str) -> Iterator[tuple[int, int]]:
    """Places of dotted names in a folded line.

    The characters before the first dot and behind the last one are taken up to the next word of two characters or more:
    干部阿依古丽·某某同志 gives 阿依古丽·某某.
    """
    for match in _DOTTED.finditer(line):
        parts = match[0].split("·")
        head, tail = _last_name(parts[0]), _first_name(parts[-1])
        if head and tail:
            yield match.end() - len(match[0]) + len(parts[0]) - head, match.end() - len(parts[-1]) + tail


def _last_name(part: str) -> int:
    """How many characters at the end belong to a name."""
    words = likelihood().words
    for size in range(len(part), 0, -1):
        before = part[: len(part) - size]
        if not before:
            return size
        if before[-1] in _STOP or before[-2:] in words or name_lists().titled_before.search(before):
            return size
    return len(part)


def _first_name(part: str) -> int:
    """How many characters at the beginning belong to a name."""
    words, lists = likelihood().words, name_lists()
    mask = lists.mask.search(part)
    if mask and mask.end() <= 4:
        return mask.end()
    for size in range(1, len(part)):
        rest = part[size:]
        if rest[0] in _STOP or lists.title.match(rest) or (size > 1 and rest[:2] in words):
            return size
    return len(part)
