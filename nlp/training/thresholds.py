"""F1 over tags of a trained tagger on the development authors, for any threshold, as the pipeline would tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from nlp.evaluation.gold import GoldDocument
from nlp.evaluation.matching import match
from nlp.structure.normalise import normalise
from nlp.structure.parse import Structure, parse_structure
from nlp.tagging.classifier import Classifier, ClauseJudgement, ModelCard
from nlp.tagging.context import Assertion, assert_candidates
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.fusion import fuse
from nlp.tagging.rules import load_rules


class LabelSpan(NamedTuple):
    """A label on a range of the normalised text."""

    start: int
    end: int
    label: str
    polarity: str


@dataclass(frozen=True)
class Judged:
    """A document, what the finders say of it, and what is right."""

    structure: Structure
    assertions: Sequence[Assertion]
    judgements: Mapping[int, ClauseJudgement]
    gold: Sequence[LabelSpan]


def judge_documents(classifier: Classifier, documents: Iterable[GoldDocument]) -> list[Judged]:
    """Ask lexicon and classifier once, so that many thresholds can be tried."""
    scanner = load_rules().scanner
    found = []
    for document in documents:
        normalised = normalise(document.text)
        structure = parse_structure(normalised.text)
        scan = scanner.scan(structure.folded)
        assertions = assert_candidates(structure, lexicon_candidates(scan, structure), scan.cues)
        place = normalised.source_map.from_source
        gold = [LabelSpan(place(tag.start), place(tag.end), tag.label, tag.polarity) for tag in document.tags]
        found.append(Judged(structure, assertions, classifier.judge(structure), gold))
    return found


def tag_f1(judged: Sequence[Judged], card: ModelCard, threshold: float) -> float:
    """Micro F1 over tags (label, polarity, half of the shorter span) with one threshold for all cells."""
    card = replace(card, thresholds=(threshold,) * len(card.cells))
    right = said = wanted = 0
    for document in judged:
        tags = [
            LabelSpan(item.candidate.start, item.candidate.end, item.candidate.label, item.polarity)
            for item in fuse(document.structure, document.assertions, document.judgements, card)
            if item.status != "normative"
        ]
        right += len(match(tags, document.gold).pairs)
        said += len(tags)
        wanted += len(document.gold)
    return 2 * right / max(said + wanted, 1)
