"""How good predicted tags are, over all documents of a measurement.

A predicted tag is right when label and polarity agree with a gold tag and the two share at least half of the shorter
span, one to one (``nlp.evaluation.matching``). Everything here is about the tagger; nothing is about a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from nlp.evaluation.comparing import Comparison
from nlp.evaluation.gold import GoldTag
from nlp.evaluation.matching import match
from nlp.evaluation.scores import Macro, Score, Share, ratio

ATTRIBUTES = ("status", "subject", "kind")
UNKNOWN = "unknown"
"""Stands for a document without a type and for a tag without a source."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Counts:
    """Documents and tags.

    ``right + wrong_polarity + wrong_label`` plus ``missed`` is ``gold``, plus ``spurious`` is ``predicted``.
    """

    documents: int
    gold: int
    predicted: int
    right: int
    wrong_polarity: int
    wrong_label: int
    missed: int
    spurious: int


@dataclass(frozen=True)
class AttributeAccuracy:
    """How often an attribute agrees on right tags.

    Attributes:
        share: agreeing tags among the right ones.
        most_frequent: what always naming the most frequent gold value would reach on the same tags, 0..1; an accuracy
            no higher than that has learnt nothing.
        confusion: ``{gold value: {predicted value: tags}}``.
    """

    share: Share
    most_frequent: float | None
    confusion: dict[str, dict[str, int]]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.share.to_dict(), "most_frequent": self.most_frequent, "confusion": self.confusion}


@dataclass(frozen=True)
class Metrics:
    """The figures of a measurement.

    Attributes:
        counts: of documents and tags.
        micro: over all tags.
        macro: mean over the labels that occur in gold or prediction.
        span_only: spans alone, whatever the label and polarity.
        any_polarity: spans with their label, whatever the polarity.
        label_only: labels with polarity a document shows and how often, wherever they stand.
        by_label: label to score, most gold tags first.
        by_label_polarity: ``label+`` and ``label-`` to score, in the same order.
        by_doc_type: document type (``unknown`` without one) to score.
        by_source: source of the predicted tag (lexicon, classifier, both, …) to precision.
        attributes: status, subject and kind on right tags.
        confusion: ``{gold label: {predicted label: tags}}`` for tags on the same span with different labels.
    """

    counts: Counts
    micro: Score
    macro: Macro
    span_only: Score
    any_polarity: Score
    label_only: Score
    by_label: dict[str, Score]
    by_label_polarity: dict[str, Score]
    by_doc_type: dict[str, Score]
    by_source: dict[str, Share]
    attributes: dict[str, AttributeAccuracy]
    confusion: dict[str, dict[str, int]]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it; undefined ratios are null."""
        flat = {
            name: getattr(self, name).to_dict()
            for name in ("micro", "macro", "span_only", "any_polarity", "label_only")
        }
        tables = {
            name: {key: item.to_dict() for key, item in getattr(self, name).items()}
            for name in ("by_label", "by_label_polarity", "by_doc_type", "by_source", "attributes")
        }
        return {"counts": asdict(self.counts), **flat, **tables, "confusion": self.confusion}


def measure(comparisons: Sequence[Comparison]) -> Metrics:
    """The figures of compared documents."""
    counts = Counts(
        documents=len(comparisons),
        **{
            name: sum(len(getattr(item, name)) for item in comparisons)
            for name in ("gold", "predicted", "right", "wrong_polarity", "wrong_label", "missed", "spurious")
        },
    )
    by_label = _scores(comparisons, lambda _, tag: tag.label)
    sources = _tally(comparisons, lambda _, tag: tag.source or UNKNOWN)
    return Metrics(
        counts=counts,
        micro=Score(counts.right, counts.predicted, counts.gold),
        macro=Macro.of(by_label.values()),
        span_only=_loose(comparisons, labels=False),
        any_polarity=_loose(comparisons, labels=True),
        label_only=_label_only(comparisons),
        by_label=by_label,
        by_label_polarity=_scores(comparisons, lambda _, tag: tag.label + tag.polarity),
        by_doc_type=_scores(comparisons, lambda item, _: item.document.doc_type or UNKNOWN),
        by_source={key: Share(sources[0][key], total) for key, total in sources[1].most_common()},
        attributes={name: _attribute(comparisons, name) for name in ATTRIBUTES},
        confusion=_nested(
            Counter((gold.label, found.label) for item in comparisons for gold, found in item.wrong_label)
        ),
    )


def _tally(
    comparisons: Sequence[Comparison], key: Callable[[Comparison, GoldTag], Key]
) -> tuple[Counter[Key], Counter[Key], Counter[Key]]:
    """Right, predicted and gold tags by ``key``; right ones are filed under the predicted tag."""
    return (
        Counter(key(item, found) for item in comparisons for _, found in item.right),
        Counter(key(item, tag) for item in comparisons for tag in item.predicted),
        Counter(key(item, tag) for item in comparisons for tag in item.gold),
    )


def _scores(comparisons: Sequence[Comparison], key: Callable[[Comparison, GoldTag], str]) -> dict[str, Score]:
    right, predicted, gold = _tally(comparisons, key)
    names = sorted({*predicted, *gold}, key=lambda name: (-gold[name], name))
    return {name: Score(right[name], predicted[name], gold[name]) for name in names}


def _loose(comparisons: Sequence[Comparison], *, labels: bool) -> Score:
    pairs = sum(len(match(item.predicted, item.gold, labels=labels, polarity=False).pairs) for item in comparisons)
    return Score(pairs, sum(len(item.predicted) for item in comparisons), sum(len(item.gold) for item in comparisons))


def _label_only(comparisons: Sequence[Comparison]) -> Score:
    _, predicted, gold = _tally(comparisons, lambda item, tag: (item.document.id, tag.label, tag.polarity))
    return Score((predicted & gold).total(), predicted.total(), gold.total())


def _attribute(comparisons: Sequence[Comparison], name: str) -> AttributeAccuracy:
    pairs = Counter(
        (str(getattr(gold, name)), str(getattr(found, name))) for item in comparisons for gold, found in item.right
    )
    of_gold: Counter[str] = Counter()
    for (value, _), count in pairs.items():
        of_gold[value] += count
    share = Share(sum(count for (gold, found), count in pairs.items() if gold == found), pairs.total())
    return AttributeAccuracy(share, ratio(max(of_gold.values(), default=0), share.total), _nested(pairs))


def _nested(pairs: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (row, column), count in sorted(pairs.items()):
        table.setdefault(row, {})[column] = count
    return table
