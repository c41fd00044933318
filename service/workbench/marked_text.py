"""A text cut where spans begin and end, so that a template can mark them, overlapping ones too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Protocol, TypeVar


class Spanning(Protocol):
    """Something at a place in a text; offsets count code points."""

    @property
    def start(self) -> int | None:
        """First character; None where it has no place."""

    @property
    def end(self) -> int | None:
        """After the last character."""


S = TypeVar("S", bound=Spanning)


@dataclass(frozen=True, slots=True)
class Segment(Generic[S]):
    """Characters covered by the same spans.

    Attributes:
        text: these characters.
        spans: that cover them, in the order given.
        first: those of them that begin here.
    """

    text: str
    spans: list[S]
    first: list[S]


@dataclass(frozen=True, slots=True)
class Paragraph(Generic[S]):
    """Segments between two line ends."""

    segments: list[Segment[S]]


def paragraphs(text: str, spans: Iterable[S]) -> list[Paragraph[S]]:
    """The lines of a text that are not blank, each cut into segments.

    Args:
        text: all of it.
        spans: those without a place, or outside of the text, are left out.
    """
    placed = [
        span
        for span in spans
        if span.start is not None and span.end is not None and 0 <= span.start < span.end <= len(text)
    ]
    made: list[Paragraph[S]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        end = at + len(line)
        if line.strip():
            made.append(Paragraph(_cut(text, at, at + len(line.rstrip()), placed)))
        at = end
    return made


def _cut(text: str, start: int, end: int, spans: Sequence[S]) -> list[Segment[S]]:
    here = [span for span in spans if span.start is not None and span.end is not None]
    here = [span for span in here if _overlaps(span, start, end)]
    ends = {start, end}
    for span in here:
        ends |= {place for place in (span.start, span.end) if place is not None and start < place < end}
    places = sorted(ends)
    return [
        Segment(
            text[left:right],
            covering := [span for span in here if _overlaps(span, left, right)],
            [span for span in covering if max(span.start or 0, start) == left],
        )
        for left, right in pairwise(places)
    ]


def _overlaps(span: Spanning, start: int, end: int) -> bool:
    return span.start is not None and span.end is not None and span.start < end and span.end > start
