"""Lexicon and classifier together: one calibrated score for every label on every clause.

The calibrated logit of network and n-grams gets a bonus where the lexicon, after the context engine, asserts the same
label and polarity on the clause (stacked generalisation, Wolpert 1992, with a logistic combiner as in Platt 1999). The
numbers are fitted on the development authors, so that a score of 0.7 is right about seven times out of ten there.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.schema import Kind, Polarity, TagSource
from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.classifier import ClauseJudgement, ModelCard
from nlp.tagging.context import Assertion

PLAUSIBLE = 0.2
"""Least score at which the lexicon's word stays below the threshold."""

JOINED = 0.5
"""From this probability on a clause goes on with the episode before it."""


@dataclass(frozen=True)
class Finders:
    """Whose word counts.

    Attributes:
        lexicon: whether the lexicon's assertions count.
        min_score: least score of a tag, in place of the model's thresholds; None for those.
    """

    lexicon: bool = True
    min_score: float | None = None


def fuse(
    structure: Structure,
    assertions: Sequence[Assertion],
    judgements: Mapping[int, ClauseJudgement],
    card: ModelCard,
    finders: Finders | None = None,
) -> list[Assertion]:
    """Score the lexicon's assertions and add what only the network sees.

    Args:
        structure: the document.
        assertions: what the lexicon found, with attributes from the context engine.
        judgements: clause number to the network's judgement.
        card: calibration and thresholds.
        finders: whose word counts; by default both.

    Returns:
        Assertions whose candidates carry a calibrated score and their source. Normative ones pass as they are. A label
        has at most one polarity on a clause: the more probable one.
    """
    finders = finders or Finders()
    found: dict[tuple[int, str], list[Assertion]] = defaultdict(list)
    normative: list[Assertion] = []
    muted_labels: set[tuple[int, str]] = set()
    for assertion in assertions if finders.lexicon else ():
        index = structure.clause_at(assertion.candidate.start)
        if index is None:
            continue
        if assertion.status == "normative":
            normative.append(assertion)
            muted_labels.add((index, assertion.candidate.label))
        else:
            found[index, assertion.candidate.label + assertion.polarity].append(assertion)

    kept: list[Assertion] = []
    open_episodes: dict[str, int] = {}
    for index in range(len(structure.clauses)):
        judgement = judgements.get(index)
        chosen = _chosen(index, judgement, found, card, finders)
        going_on: dict[str, int] = {}
        for cell, (score, source_seen) in chosen.items():
            stated = found.get((index, cell), [])
            source: TagSource = "classifier" if not stated else "both" if source_seen else "lexicon"
            if not stated and (judgement is None or (index, cell[:-1]) in muted_labels or _is_norm(structure, index)):
                continue
            place = open_episodes.get(cell)
            if place is not None and judgement is not None and _goes_on(structure, index, judgement):
                kept[place] = _longer(kept[place], structure.clauses[index].end, score, judgement.kind, source)
            elif stated:
                kept.extend(
                    _attributed(replace(item, candidate=replace(item.candidate, score=score, source=source)), judgement)
                    for item in stated
                )
                place = len(kept) - 1
            elif judgement is not None:
                place = len(kept)
                kept.append(_assertion(structure, index, cell, score, judgement))
            if place is not None:
                going_on[cell] = place
        open_episodes = going_on
    return kept + normative


def _chosen(
    index: int,
    judgement: ClauseJudgement | None,
    found: Mapping[tuple[int, str], list[Assertion]],
    card: ModelCard,
    finders: Finders,
) -> dict[str, tuple[float, bool]]:
    """The cells a clause shows, with their score and whether the network alone would have said so."""
    if judgement is None:
        # Nothing was judged here (no classifier, or a clause it was not asked about): the lexicon stands alone.
        return {
            cell: (max(item.candidate.score for item in items), False)
            for cell in card.cells
            if (items := found.get((index, cell)))
        }
    bonus = card.mix[2]
    columns = {cell: column for column, cell in enumerate(card.cells)}
    chosen: dict[str, tuple[float, bool]] = {}
    for column, cell in enumerate(card.cells):
        stated = found.get((index, cell), [])
        rival = cell[:-1] + ("-" if cell[-1] == "+" else "+")
        if found.get((index, rival)) and not stated:
            # The lexicon found the label and the context engine its sign: of negation it knows more than the network.
            continue
        logit = float(judgement.logits[column])
        if stated:
            # The network's belief in the label counts whatever its sign: the sign is the context engine's.
            logit = max(logit, float(judgement.logits[columns[rival]]))
        alone, score = _sigmoid(logit), _sigmoid(logit + bonus * bool(stated))
        bar = card.thresholds[column] if finders.min_score is None else finders.min_score
        limit = bar
        if stated and finders.min_score is None:
            # Most archives are full of stock phrases that the authors who set the threshold avoid: the lexicon's word
            # stays with the score it deserves, unless the network thinks it absurd in this place.
            limit = min(bar, PLAUSIBLE)
        if score < limit:
            continue
        if score >= chosen.get(rival, (0.0, False))[0]:
            chosen.pop(rival, None)
            chosen[cell] = (score, alone >= bar)
    return chosen


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _is_norm(structure: Structure, index: int) -> bool:
    return structure.settings[index].status == "normative"


def _goes_on(structure: Structure, index: int, judgement: ClauseJudgement) -> bool:
    same_line = structure.clauses[index].line == structure.clauses[index - 1].line
    return same_line and judgement.joined >= JOINED


def _longer(assertion: Assertion, end: int, score: float, kind: Kind, source: TagSource) -> Assertion:
    candidate = assertion.candidate
    kind = "fact" if "fact" in (kind, assertion.kind) else "judgement"
    found_by: TagSource = candidate.source if candidate.source == source else "both"
    longer = replace(candidate, end=end, score=max(score, candidate.score), source=found_by)
    return replace(assertion, candidate=longer, kind=kind)


def _attributed(assertion: Assertion, judgement: ClauseJudgement | None) -> Assertion:
    """The network's view of what the context engine cannot settle by a cue."""
    return assertion if judgement is None else replace(assertion, kind=judgement.kind)


def _assertion(structure: Structure, index: int, cell: str, score: float, judgement: ClauseJudgement) -> Assertion:
    clause = structure.clauses[index]
    polarity: Polarity = "+" if cell[-1] == "+" else "-"
    return Assertion(
        candidate=Candidate(clause.start, clause.end, cell[:-1], polarity, "classifier", score),
        polarity="-" if judgement.status == "advised" else polarity,
        status=judgement.status,
        subject=judgement.subject,
        hedged=False,
        cues=(),
        kind=judgement.kind,
    )
