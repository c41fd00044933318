"""The lines of a text that hold anything, with their header fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nlp.reading.splitting.fields import HeaderField, read_fields


@dataclass(frozen=True)
class Line:
    """A line without the blanks around it.

    Attributes:
        start: first code point that is no blank.
        text: what stands there, in the matching form.
    """

    start: int
    text: str

    @property
    def end(self) -> int:
        """One past the last code point."""
        return self.start + len(self.text)

    @cached_property
    def fields(self) -> tuple[HeaderField, ...]:
        """Its header fields; looked for once, since several signs ask for them."""
        return read_fields(self.text, self.start)


def text_lines(text: str) -> Iterator[Line]:
    r"""The lines of a matching form (parted by ``\n``), without those that hold blanks only."""
    at = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare:
            yield Line(at + len(line) - len(line.lstrip()), bare)
        at += len(line) + 1
