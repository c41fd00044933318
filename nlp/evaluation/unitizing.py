"""Agreement on where spans begin and end: Krippendorff's alpha for unitizing.

After Krippendorff (1995), "On the Reliability of Unitizing Continuous Data", and (2004) "Content Analysis", chapter 11,
whose worked example is a test. A clause-level kappa asks whether a clause shows a label; this asks whether two people mark
the same characters. 1 is perfect, 0 what chance would give, and less is possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Unitizing:
    """Observed and expected disagreement; smaller observed ones are better."""

    observed: float
    expected: float

    @property
    def alpha(self) -> float | None:
        """At most 1; None where nobody marked anything."""
        return 1 - self.observed / self.expected if self.expected else None


def unitizing(coders: Sequence[Spans], length: int) -> Unitizing:
    """Disagreement of two or more coders on the units of one label.

    Args:
        coders: each coder's spans (start, end) in code points, none overlapping another of the same coder.
        length: of the text (or of all texts end to end).

    Raises:
        ValueError: fewer than two coders, an empty text, or spans that overlap or lie outside.
    """
    if len(coders) < 2 or length < 1:
        raise ValueError("two coders and a text that is not empty are wanted")
    sections = [_sections(spans, length) for spans in coders]
    observed = sum(_apart(one, other) for one, other in permutations(sections, 2))
    count = len(coders)
    units = [size for one in sections for _, size, unit in one if unit]
    gaps = [size for one in sections for _, size, unit in one if not unit]
    expected = 0.0
    for size in units:
        # Against the other units at every place where they meet, and against every gap it fits into.
        among_units = (len(units) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        expected += among_units + size**2 * sum(gap - size + 1 for gap in gaps if gap >= size)
    places = count * length * (count * length - 1) - sum(size * (size - 1) for size in units)
    return Unitizing(
        observed=observed / (count * (count - 1) * length**2),
        expected=2 / length * expected / places if places else 0.0,
    )


def unitizing_of_labels(coders: Sequence[Mapping[str, Spans]], length: int) -> Unitizing:
    """All labels together: their disagreements summed, as Krippendorff does for several categories."""
    labels = sorted({label for coder in coders for label in coder})
    parts = [unitizing([coder.get(label, ()) for coder in coders], length) for label in labels]
    return Unitizing(sum(part.observed for part in parts), sum(part.expected for part in parts))


def _sections(spans: Spans, length: int) -> list[tuple[int, int, bool]]:
    """(start, size, whether a unit) of units and the gaps between them."""
    found: list[tuple[int, int, bool]] = []
    at = 0
    for start, end in sorted(spans):
        if not at <= start < end <= length:
            raise ValueError(f"the span {start}-{end} overlaps another one or lies outside of {length} characters")
        if start > at:
            found.append((at, start - at, False))
        found.append((start, end - start, True))
        at = end
    if at < length:
        found.append((at, length - at, False))
    return found


def _apart(one: Sequence[tuple[int, int, bool]], other: Sequence[tuple[int, int, bool]]) -> int:
    """Squared distances of the sections of one coder from those of another that they meet."""
    total = 0
    for start, size, unit in one:
        for place, width, is_unit in other:
            if place >= start + size or start >= place + width:
                continue
            if unit and is_unit:
                total += (start - place) ** 2 + (start + size - place - width) ** 2
            elif unit and place <= start and start + size <= place + width:
                total += size**2
            elif is_unit and start <= place and place + width <= start + size:
                total += width**2
    return total
