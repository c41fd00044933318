"""The way of offsets from a text to its de-identified form, and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.redaction.model import Replacement
from nlp.structure.offsets import OffsetMap


@dataclass(frozen=True, slots=True)
class Move:
    """A piecewise shift: characters between replacements stay together, those of a replacement move as one.

    Attributes:
        starts: where each replaced range starts in the text that is left.
        ends: where it ends.
        new_starts: where what replaces it starts in the text that is reached.
        new_ends: where that ends.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    new_starts: tuple[int, ...]
    new_ends: tuple[int, ...]

    @classmethod
    def there(cls, replacements: Iterable[Replacement]) -> Move:
        """From the text as it was to the de-identified one."""
        rows = [(item.start, item.end, item.new_start, item.new_end) for item in replacements]
        return cls(*zip(*rows, strict=True)) if rows else cls((), (), (), ())

    def back(self) -> Move:
        """The other way."""
        return Move(self.new_starts, self.new_ends, self.starts, self.ends)

    def start(self, offset: int) -> int:
        """Where a range that starts here starts then; one that starts inside a replaced range takes in all of it."""
        return self._moved(offset, end=False)

    def end(self, offset: int) -> int:
        """Where a range that ends here ends then; one that ends inside a replaced range takes in all of it."""
        return self._moved(offset, end=True)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A range; an empty one stays empty."""
        if start == end:
            place = self.start(start)
            return place, place
        return self.start(start), self.end(end)

    def tiles(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Ranges that follow one another without overlap, and do so afterwards.

        Where the border of two lies inside a replaced range, the first takes in what replaces it.
        """
        moved: list[tuple[int, int]] = []
        last = 0
        for start, end in spans:
            new_start, new_end = self.span(start, end)
            new_start = max(new_start, last)
            last = max(new_end, new_start)
            moved.append((new_start, last))
        return moved

    def source_map(self, pairs: list[list[int]], length: int) -> list[list[int]]:
        """A source map (``OffsetMap.as_list``) of the text that is left, as one of the text that is reached.

        Args:
            pairs: ``[[offset, source offset], …]``.
            length: of the text that is left.

        Returns:
            The map of what was not replaced, with one piece more for each replaced range, that leads to its first character.
        """
        given = OffsetMap(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), length, 1 << 60)
        moved: dict[int, int] = {}
        for target, source in pairs:
            place = bisect_right(self.starts, target) - 1
            if place < 0 or target >= self.ends[place] or target == self.starts[place]:
                moved[self.start(target)] = source
        for start, end, new_start, new_end in zip(self.starts, self.ends, self.new_starts, self.new_ends, strict=True):
            moved.setdefault(new_start, given.to_source(start))
            if end < length:
                moved[new_end] = given.to_source(end)
        return [[target, moved[target]] for target in sorted(moved)]

    def _moved(self, offset: int, *, end: bool) -> int:
        place = bisect_right(self.starts, offset) - 1
        if place < 0:
            return offset
        if offset >= self.ends[place]:
            return self.new_ends[place] + offset - self.ends[place]
        if offset == self.starts[place]:
            return self.new_starts[place]
        return self.new_ends[place] if end else self.new_starts[place]
