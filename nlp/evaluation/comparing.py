"""One document's predicted tags against its gold tags, each tag in exactly one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.evaluation.gold import GoldDocument, GoldTag
from nlp.evaluation.matching import match

TagPair = tuple[GoldTag, GoldTag]
"""A gold tag and the predicted tag that stands where it stands."""


@dataclass(frozen=True)
class Comparison:
    """What became of the tags of one document; pairs are ``(gold, predicted)``.

    Every gold tag is in one of ``right``, ``wrong_polarity``, ``wrong_label`` and ``missed``, every predicted tag in
    one of ``right``, ``wrong_polarity``, ``wrong_label`` and ``spurious``.

    Attributes:
        document: the gold document; all offsets are code points of its text.
        gold: its tags. Normative ones (requirements, plans) are left out on both sides: they are no behaviour, the
            guideline leaves them untagged, and the tagger gives them only on request.
        predicted: the tags compared with them.
        right: label and polarity agree, and the spans share at least half of the shorter one.
        wrong_polarity: of what is left over, same label on such spans, the other polarity.
        wrong_label: of what is left over then, such spans with different labels, whatever the polarity.
        missed: gold tags without a counterpart.
        spurious: predicted tags without a counterpart.
    """

    document: GoldDocument
    gold: tuple[GoldTag, ...]
    predicted: tuple[GoldTag, ...]
    right: tuple[TagPair, ...]
    wrong_polarity: tuple[TagPair, ...]
    wrong_label: tuple[TagPair, ...]
    missed: tuple[GoldTag, ...]
    spurious: tuple[GoldTag, ...]


def compare(document: GoldDocument, predicted: Sequence[GoldTag]) -> Comparison:
    """Compare tags with those of a gold document.

    Args:
        document: text and gold tags.
        predicted: tags on the same text; see ``nlp.evaluation.joining.align`` for tags on a normalised copy of it.
    """
    gold = tuple(tag for tag in document.tags if tag.status != "normative")
    predicted = tuple(tag for tag in predicted if tag.status != "normative")
    right, over, missed = _split(predicted, gold, labels=True, polarity=True)
    wrong_polarity, over, missed = _split(over, missed, labels=True, polarity=False)
    wrong_label, over, missed = _split(over, missed, labels=False, polarity=False)
    return Comparison(document, gold, predicted, right, wrong_polarity, wrong_label, missed, over)


def _split(
    predicted: tuple[GoldTag, ...], gold: tuple[GoldTag, ...], *, labels: bool, polarity: bool
) -> tuple[tuple[TagPair, ...], tuple[GoldTag, ...], tuple[GoldTag, ...]]:
    matching = match(predicted, gold, labels=labels, polarity=polarity)
    return (
        tuple((gold[place], predicted[number]) for number, place in matching.pairs),
        tuple(predicted[number] for number in matching.spurious),
        tuple(gold[place] for place in matching.missed),
    )
