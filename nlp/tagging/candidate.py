"""What every finder of evidence, lexicon or learned model, hands on to the context engine."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.schema import Polarity, TagSource


@dataclass(frozen=True)
class Candidate:
    """A place where a label may show.

    Attributes:
        start, end: range of the words that show it (code points of the normalised text).
        label: codebook id.
        polarity: what the words say by themselves; None for a head, which needs a valuation.
        source: who found it.
        score: 0..1, how far the finder trusts it.
    """

    start: int
    end: int
    label: str
    polarity: Polarity | None
    source: TagSource
    score: float
