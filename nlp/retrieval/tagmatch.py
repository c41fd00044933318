"""The tag channel: which labels two texts share, and where they show the opposite behaviour.

Sentence encoders give a text and its negation nearly the same vector, so only this channel sees polarity.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.errors import CaseIndexError
from nlp.retrieval.case import CaseTag
from nlp.retrieval.heads import Head
from nlp.schema import Annotation, Polarity, Tag

Annotate = Callable[[str], Annotation]
Shown = frozenset[tuple[str, Polarity]]

_SIDES: frozenset[Polarity] = frozenset({"+", "-"})

OPPOSITE = 0.5
"""What an opposite label costs, as a share of what it would have gained."""


def shown(tags: Iterable[CaseTag]) -> Shown:
    """The (label, polarity) pairs a text shows of its subject; tags about others and norms are left out."""
    return frozenset((tag.label, tag.polarity) for tag in tags if _counts(tag.subject, tag.status))


def compact(tags: Iterable[Tag | CaseTag], text: str, annotated_text: str | None = None) -> list[CaseTag]:
    """Compact tags with evidence in ``text``.

    The annotator may have normalised the text, so evidence that is not where a tag says is looked for: the same words
    nearest to the place that has as many characters before it, white space not counted. If they are nowhere, the tag
    is kept without evidence, since none can be shown.

    Args:
        tags: with offsets in ``annotated_text``.
        text: as the user gave it.
        annotated_text: ``text`` itself by default.

    """
    found: list[CaseTag] = []
    moved = _places(annotated_text, text) if annotated_text not in (None, text) else None
    for tag in tags:
        start = tag.start if moved is None or tag.start is None else moved[min(tag.start, len(moved) - 1)]
        if start is not None:
            start = _locate(text, tag.quote, start) if tag.quote else None
        found.append(
            CaseTag(
                label=tag.label,
                polarity=tag.polarity,
                status=tag.status,
                subject=tag.subject,
                start=start,
                end=None if start is None or tag.quote is None else start + len(tag.quote),
                quote=None if start is None else tag.quote,
            )
        )
    return found


class Judged(NamedTuple):
    """What an annotator says of a text: compact tags, and the learned tagger's highest logits where it has one."""

    tags: list[CaseTag]
    peaks: dict[str, float] | None


def judged(annotate: Annotate, text: str, item: str) -> Judged:
    """What an annotator says of a text.

    Raises:
        CaseIndexError: the annotator failed; ``path`` holds ``item``.

    """
    try:
        annotation = annotate(text)
    except Exception as error:
        raise CaseIndexError(f"the annotator failed: {error}", path=item) from error
    return Judged(compact(annotation.tags, text, annotation.text), annotation.peaks)


class TagIndex:
    """Labels of every case of a generation. Safe to share between threads.

    A pair weighs ``ln(1 + (N - n + 0.5) / (n + 0.5))`` when n of N cases show it. The score is the weight of the
    shared pairs, less half the weight of labels shown only in opposite polarity, over the geometric mean of the two
    texts' weights: 1 for the same pairs, below 0 when opposites outweigh what is shared.

    Args:
        heads: of all cases.
        only: the rows that count and are scored, None for all; others score 0.
    """

    def __init__(self, heads: Sequence[Head], only: NDArray[np.bool_] | None = None) -> None:
        self._size = len(heads)
        self._cases = self._size if only is None else int(only.sum())
        rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row in range(self._size) if only is None else np.flatnonzero(only).tolist():
            head = heads[row]
            pairs = {(tag["label"], tag["polarity"]) for tag in head.tags if _counts(tag["subject"], tag["status"])}
            for pair in sorted(pairs):
                rows[pair].append(row)
        self._rows = {pair: np.array(found, dtype=np.int64) for pair, found in sorted(rows.items())}
        self._mass = np.zeros(self._size)
        for pair, found in self._rows.items():
            self._mass[found] += self.weight(pair)

    def weight(self, pair: tuple[str, str]) -> float:
        """How much a (label, polarity) pair tells; above 0, higher when rarer."""
        count = len(self._rows.get(pair, ()))
        return math.log(1 + (self._cases - count + 0.5) / (count + 0.5))

    def scores(self, query: Shown) -> NDArray[np.float64]:
        """Score of every case, by row; 0 where nothing is shared or opposed."""
        gained = np.zeros(self._size)
        lost = np.zeros(self._size)
        for label in sorted({label for label, _ in query}):
            sides = {side for name, side in query if name == label}
            agrees = np.zeros(self._size, dtype=bool)
            for side in sorted(sides):
                rows = self._rows.get((label, side), np.empty(0, dtype=np.int64))
                gained[rows] += self.weight((label, side))
                agrees[rows] = True
            for side in sorted(_SIDES - sides):
                rows = self._rows.get((label, side), np.empty(0, dtype=np.int64))
                rows = rows[~agrees[rows]]
                lost[rows] += self.weight((label, side))
        # Sorted for one order of addition whatever the set's.
        mass = np.sqrt(sum(map(self.weight, sorted(query)), 0.0) * self._mass)
        scores = np.divide(gained - OPPOSITE * lost, mass, out=np.zeros(self._size), where=mass > 0)
        return np.asarray(np.round(scores, 6), dtype=np.float64)


def _counts(subject: str, status: str) -> bool:
    return subject != "other" and status != "normative"


def _places(source: str | None, target: str) -> list[int]:
    """For every place in ``source``, and its end, the place in ``target`` with as much before it but white space."""
    solid = [place for place, char in enumerate(target) if not char.isspace()] or [0]
    before = accumulate((not char.isspace() for char in source or ""), initial=0)
    return [solid[min(count, len(solid) - 1)] for count in before]


def _locate(text: str, quote: str, start: int) -> int | None:
    if text.startswith(quote, start):
        return start
    after, before = text.find(quote, start), text.rfind(quote, 0, start + len(quote))
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None
