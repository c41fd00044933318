"""A map between the characters of a normalised text and those of its source."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class OffsetMap:
    """Piecewise one-to-one map; between pieces source characters were dropped.

    Attributes:
        target_starts: where each piece starts in the normalised text, ascending, first 0.
        source_starts: where the same piece starts in the source text.
        target_length: number of code points of the normalised text.
        source_length: number of code points of the source text.
    """

    target_starts: tuple[int, ...]
    source_starts: tuple[int, ...]
    target_length: int
    source_length: int

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text that was left as it was."""
        return cls((0,), (0,), length, length)

    @property
    def is_identity(self) -> bool:
        """Whether every offset stays what it is."""
        return self.target_length == self.source_length and self.target_starts == self.source_starts

    def to_source(self, offset: int) -> int:
        """Source offset of the character at ``offset`` (0..target_length).

        Raises:
            IndexError: the offset lies outside the normalised text.
        """
        if not 0 <= offset <= self.target_length:
            raise IndexError(f"offset {offset} outside 0..{self.target_length}")
        piece = bisect_right(self.target_starts, offset) - 1
        return self.source_starts[piece] + offset - self.target_starts[piece]

    def to_source_span(self, start: int, end: int) -> tuple[int, int]:
        """Source range of ``[start, end)``: from the first character to just behind the last one."""
        if end <= start:
            place = self.to_source(start)
            return place, place
        return self.to_source(start), self.to_source(end - 1) + 1

    def from_source(self, offset: int) -> int:
        """Normalised offset of a source offset; a dropped character maps to what follows it."""
        if not 0 <= offset <= self.source_length:
            raise IndexError(f"offset {offset} outside 0..{self.source_length}")
        piece = max(bisect_right(self.source_starts, offset) - 1, 0)
        place = self.target_starts[piece] + max(offset - self.source_starts[piece], 0)
        limit = self.target_starts[piece + 1] if piece + 1 < len(self.target_starts) else self.target_length
        return min(place, limit)

    def then(self, later: OffsetMap) -> OffsetMap:
        """The map of two normalisations, this one first."""
        if later.is_identity:
            return self
        targets: list[int] = []
        sources: list[int] = []
        # A piece of the result starts wherever either map starts one.
        starts = set(later.target_starts)
        for start in self.target_starts:
            starts.add(later.from_source(min(start, later.source_length)))
        for start in sorted(starts):
            if start > later.target_length:
                continue
            targets.append(start)
            sources.append(self.to_source(later.to_source(start)))
        return OffsetMap(tuple(targets), tuple(sources), later.target_length, self.source_length)

    def as_list(self) -> list[list[int]]:
        """``[[normalised start, source start], …]`` for JSON."""
        return [[target, source] for target, source in zip(self.target_starts, self.source_starts, strict=True)]


class MapBuilder:
    """Collects kept pieces of a source text and their map."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._parts: list[str] = []
        self._targets: list[int] = []
        self._sources: list[int] = []
        self._length = 0

    def keep(self, start: int, end: int, replacement: str | None = None) -> None:
        """Keep ``source[start:end]``, or write ``replacement`` (not longer than the range) in its place."""
        text = self._source[start:end] if replacement is None else replacement
        if not text:
            return
        if not self._targets or self._sources[-1] + self._length - self._targets[-1] != start:
            self._targets.append(self._length)
            self._sources.append(start)
        self._parts.append(text)
        self._length += len(text)

    def build(self) -> tuple[str, OffsetMap]:
        """The normalised text and its map."""
        if not self._targets or self._targets[0] != 0:
            self._targets.insert(0, 0)
            self._sources.insert(0, 0)
        text = "".join(self._parts)
        return text, OffsetMap(tuple(self._targets), tuple(self._sources), len(text), len(self._source))
