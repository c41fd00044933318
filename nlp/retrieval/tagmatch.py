"""The tag channel: which labels two texts share, and where they show the opposite behaviour.

Sentence encoders give a text and its negation nearly the same vector, so only this channel sees polarity.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.errors import CaseIndexError
from nlp.retrieval.case import CaseTag
from nlp.retrieval.heads import Head
from nlp.schema import Annotation, Polarity, Tag

Annotate = Callable[[str], Annotation]
Shown = frozenset[tuple[str, Polarity]]

OPPOSITE = 0.5
"""What an opposite label costs, as a share of what it would have gained."""


def shown(tags: Iterable[CaseTag]) -> Shown:
    """The (label, polarity) pairs a text shows of its subject; tags about others and norms are left out."""
    return frozenset((tag.label, tag.polarity) for tag in tags if _counts(tag.subject, tag.status))


def compact(tags: Iterable[Tag | CaseTag], text: str) -> list[CaseTag]:
    """Compact tags with evidence in ``text``.

    The annotator may have normalised the text, so evidence that is not where a tag says is looked for: the same words
    nearest to the place. If they are nowhere, the tag is kept without evidence, since none can be shown.
    """
    found: list[CaseTag] = []
    for tag in tags:
        start = None if tag.start is None or not tag.quote else _locate(text, tag.quote, tag.start)
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


def annotated(annotate: Annotate, text: str, item: str) -> list[CaseTag]:
    """Compact tags of a text.

    Raises:
        CaseIndexError: the annotator failed; ``path`` holds ``item``.

    """
    try:
        return compact(annotate(text).tags, text)
    except Exception as error:
        raise CaseIndexError(f"the annotator failed: {error}", path=item) from error


class TagIndex:
    """Labels of every case of a generation. Safe to share between threads.

    A pair weighs ``ln(1 + (N - n + 0.5) / (n + 0.5))`` when n of N cases show it. The score is the weight of the
    shared pairs, less half the weight of labels shown only in opposite polarity, over the geometric mean of the two
    texts' weights: 1 for the same pairs, below 0 when opposites outweigh what is shared.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._cases = len(heads)
        rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row, head in enumerate(heads):
            pairs = {(tag["label"], tag["polarity"]) for tag in head.tags if _counts(tag["subject"], tag["status"])}
            for pair in sorted(pairs):
                rows[pair].append(row)
        self._rows = {pair: np.array(found, dtype=np.int64) for pair, found in sorted(rows.items())}
        self._mass = np.zeros(self._cases)
        for pair, found in self._rows.items():
            self._mass[found] += self.weight(pair)

    def weight(self, pair: tuple[str, str]) -> float:
        """How much a (label, polarity) pair tells; above 0, higher when rarer."""
        count = len(self._rows.get(pair, ()))
        return math.log(1 + (self._cases - count + 0.5) / (count + 0.5))

    def scores(self, query: Shown) -> NDArray[np.float64]:
        """Score of every case, by row; 0 where nothing is shared or opposed."""
        gained = np.zeros(self._cases)
        lost = np.zeros(self._cases)
        for label in sorted({label for label, _ in query}):
            sides = {side for name, side in query if name == label}
            agrees = np.zeros(self._cases, dtype=bool)
            for side in sorted(sides):
                rows = self._rows.get((label, side), np.empty(0, dtype=np.int64))
                gained[rows] += self.weight((label, side))
                agrees[rows] = True
            for side in sorted({"+", "-"} - sides):
                rows = self._rows.get((label, side), np.empty(0, dtype=np.int64))
                rows = rows[~agrees[rows]]
                lost[rows] += self.weight((label, side))
        # Sorted for one order of addition whatever the set's.
        mass = np.sqrt(sum(map(self.weight, sorted(query)), 0.0) * self._mass)
        scores = np.divide(gained - OPPOSITE * lost, mass, out=np.zeros(self._cases), where=mass > 0)
        rounded: NDArray[np.float64] = np.round(scores, 6)
        return rounded


def _counts(subject: str, status: str) -> bool:
    return subject != "other" and status != "normative"


def _locate(text: str, quote: str, start: int) -> int | None:
    if text.startswith(quote, start):
        return start
    after, before = text.find(quote, start), text.rfind(quote, 0, start + len(quote))
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None
