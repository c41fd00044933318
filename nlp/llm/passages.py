"""Which clauses go into one request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from nlp.llm.prompt import is_open
from nlp.structure.parse import Structure
from nlp.tagging.context import Assertion


def whole_text(structure: Structure, most: int) -> list[range]:
    """All clauses in parts of at most ``most`` characters, cut between lines, inside a line only where one is longer.

    A clause longer than that is a part of its own. Parts in which nothing may be tagged are left out.
    """
    parts: list[range] = []
    for line in _lines(structure):
        pieces = [line] if _size(structure, line) <= most else [range(index, index + 1) for index in line]
        for piece in pieces:
            if parts and _size(structure, range(parts[-1].start, piece.stop)) <= most:
                parts[-1] = range(parts[-1].start, piece.stop)
            else:
                parts.append(piece)
    return [part for part in parts if any(is_open(structure, index) for index in part)]


def around(structure: Structure, clauses: Collection[int], neighbours: int, most: int) -> list[range]:
    """The clauses given and their neighbours; what touches or overlaps is put together, up to ``most`` characters."""
    result: list[range] = []
    for index in sorted(clauses):
        near = range(max(index - neighbours, 0), min(index + neighbours + 1, len(structure.clauses)))
        joined = range(result[-1].start, near.stop) if result else near
        if result and near.start <= result[-1].stop and _size(structure, joined) <= most:
            result[-1] = joined
        else:
            result.append(near)
    return result


def bundles(structure: Structure, passages: Sequence[range], most: int) -> list[list[range]]:
    """Passages put together for requests of at most ``most`` characters each; a passage is not cut.

    Passages that overlap are too long together (see ``around``) and end up in different requests.
    """
    result: list[list[range]] = []
    size = 0
    for passage in passages:
        length = _size(structure, passage)
        if result and size + length <= most:
            result[-1].append(passage)
            size += length
        else:
            result.append([passage])
            size = length
    return result


def clause_of(structure: Structure, item: Assertion) -> int:
    """The number of the clause an assertion starts in; -1 if it starts between clauses."""
    index = structure.clause_at(item.candidate.start)
    return -1 if index is None else index


def _lines(structure: Structure) -> Iterator[range]:
    for _, group in groupby(enumerate(structure.clauses), key=lambda pair: pair[1].line):
        numbers = [index for index, _ in group]
        yield range(numbers[0], numbers[-1] + 1)


def _size(structure: Structure, clauses: range) -> int:
    return structure.clauses[clauses[-1]].end - structure.clauses[clauses[0]].start
