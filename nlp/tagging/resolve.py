"""From assertions to tags: spans, kinds, duplicates, contradictions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlp.codebook import Codebook
from nlp.schema import Cue, Tag
from nlp.structure.parse import Structure
from nlp.tagging.context import Assertion, FiredCue
from nlp.tagging.evidence import evidence_span
from nlp.tagging.kind import KindRule

_HEDGE_DISCOUNT = 0.1
_BESIDE = 1


def resolve(
    structure: Structure,
    assertions: Sequence[Assertion],
    codebook: Codebook,
    kind_rule: KindRule,
    *,
    keep_normative: bool = False,
) -> list[Tag]:
    """The tags of a document, ordered by place and label.

    Two assertions of one label that share evidence become one tag; where they contradict each other the one resting on
    the longer match wins, then the one with more cues, then the negative one.
    """
    wanted = [item for item in assertions if keep_normative or item.status != "normative"]
    by_clause: dict[int | None, list[Assertion]] = defaultdict(list)
    for item in wanted:
        by_clause[structure.clause_at(item.candidate.start)].append(item)
    spanned = [
        (evidence_span(item, by_clause[structure.clause_at(item.candidate.start)], structure), item) for item in wanted
    ]
    tags = [_tag(span, item, structure, codebook, kind_rule) for span, item in _distinct(spanned)]
    return sorted(tags, key=lambda tag: (tag.start, tag.end, tag.label, tag.polarity))


def _distinct(
    spanned: Iterable[tuple[tuple[int, int], Assertion]],
) -> list[tuple[tuple[int, int], Assertion]]:
    by_label: dict[str, list[tuple[tuple[int, int], Assertion]]] = defaultdict(list)
    for span, item in spanned:
        by_label[item.candidate.label].append((span, item))
    kept: list[tuple[tuple[int, int], Assertion]] = []
    for group in by_label.values():
        chosen: list[tuple[tuple[int, int], Assertion]] = []
        for span, item in sorted(group, key=lambda pair: _strength(pair[1]), reverse=True):
            if not any(_share(span, other) and not _listed(item, rival) for other, rival in chosen):
                chosen.append((span, item))
        kept.extend(chosen)
    return kept


def _strength(item: Assertion) -> tuple[int, int, bool, int]:
    candidate = item.candidate
    return candidate.end - candidate.start, len(item.cues), item.polarity == "-", -candidate.start


def _share(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the overlap is more than half of the shorter span."""
    overlap = min(one[1], other[1]) - max(one[0], other[0])
    return overlap > 0.5 * min(one[1] - one[0], other[1] - other[0])


def _listed(one: Assertion, other: Assertion) -> bool:
    """Whether both are items of one negated list (没有推诿、拖延): one negator, two items."""
    apart = one.candidate.end <= other.candidate.start or other.candidate.end <= one.candidate.start
    return apart and bool(_negators(one) & _negators(other))


def _negators(item: Assertion) -> set[int]:
    return {cue.hit.start for cue in item.cues if cue.group.effect == "flip" and cue.group.direction == "forward"}


def _tag(span: tuple[int, int], item: Assertion, structure: Structure, codebook: Codebook, kind_rule: KindRule) -> Tag:
    start, end = span
    label = codebook.label(item.candidate.label)
    # A judged score is calibrated as it is; the lexicon's fixed ranks are not, and a hedge lowers them.
    score = item.candidate.score - (_HEDGE_DISCOUNT if item.hedged and item.kind is None else 0.0)
    return Tag(
        start=start,
        end=end,
        quote=structure.text[start:end],
        label=label.id,
        family=label.family,
        group=label.group,
        polarity=item.polarity,
        status=item.status,
        subject=item.subject,
        kind=item.kind or kind_rule.kind_of(structure.folded[slice(*_episode(structure, start, end))]),
        score=round(max(score, 0.0), 3),
        source=item.candidate.source,
        cues=[_cue(fired, structure.text) for fired in item.cues],
    )


def _episode(structure: Structure, start: int, end: int) -> tuple[int, int]:
    """The evidence with the clauses beside it in its sentence: an episode seldom fits into the clause that shows it."""
    first, last = structure.clause_at(start), structure.clause_at(end - 1)
    if first is None or last is None:
        return start, end
    clauses = structure.clauses
    sentence = clauses[first].sentence
    before = [clause for clause in clauses[max(first - _BESIDE, 0) : first] if clause.sentence == sentence]
    after = [clause for clause in clauses[last + 1 : last + 1 + _BESIDE] if clause.sentence == sentence]
    return (before[0].start if before else start), (after[-1].end if after else end)


def _cue(fired: FiredCue, text: str) -> Cue:
    hit = fired.hit
    return Cue(start=hit.start, end=hit.end, quote=text[hit.start : hit.end], effect=fired.group.effect_name)
