"""A line at which a document may begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nlp.reading.splitting.signs import Block, Title

_SHARED_KEYS: Final = 2
TELLING_KEYS: Final = 3
"""Keys of a header block that is a sign without a title."""


@dataclass(frozen=True, slots=True)
class Start:
    """A line at which a document may begin, with the signs that say so.

    Attributes:
        line: index of the line.
        body: index of the first line below title and header block.
        title: what the line is the title of.
        block: the header block below it, or that begins with it.
        introduced: whether a person is introduced below the title.
        ended: whether something ends just before it.
        marked: whether the file itself sets it apart: it begins a page, or has the style of a heading.
        restarted: whether the numbers of sections begin anew below the title.
    """

    line: int
    body: int
    title: Title | None
    block: Block | None
    introduced: bool
    ended: bool
    marked: bool
    restarted: bool

    def is_like(self, other: Start) -> bool:
        """Whether two starts are of one sort: the same kind of title, or two keys in common, or a title and more for both."""
        if self.title and other.title:
            fully = (self.block or self.introduced) and (other.block or other.introduced)
            if fully or self.title.kind == other.title.kind:
                return True
        if self.block and other.block:
            return len(self.block.values.keys() & other.block.values.keys()) >= _SHARED_KEYS
        return False

    def may_be_first(self) -> bool:
        """Whether a bundle can begin here."""
        if self.block is not None:
            return self.title is not None or len(self.block.values) >= TELLING_KEYS
        return self.title is not None and not self.title.is_numbered

    def repeats(self, last: Start) -> bool:
        """Whether a header says the same as the one before: the head of a form that is printed on each page."""
        if self.block is None or last.block is None:
            return False
        shared = self.block.values.keys() & last.block.values.keys()
        same = all(self.block.values[key] == last.block.values[key] for key in shared)
        titles = (self.title.text if self.title else "", last.title.text if last.title else "")
        return same and bool(shared) and titles[0] == titles[1]
