"""Why a case was found: passages that say the like, words and labels in common, labels in contrast.

Similarity is shown by its matched parts, not by one number; every quote is the exact text at its place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.case import Case, CaseTag
from nlp.retrieval.circumstances import compare_circumstances
from nlp.retrieval.fused import Ranked
from nlp.retrieval.hits import Hit, Pair, PhraseMatch, Quote, TagEvidence
from nlp.retrieval.passages import Passage
from nlp.retrieval.phrases import spans
from nlp.retrieval.protocol import Explainable
from nlp.retrieval.query import Condition
from nlp.retrieval.ranking import Query
from nlp.retrieval.tagmatch import shown
from nlp.schema import Polarity
from nlp.structure.words import Words

PAIRS = 3
_SNIPPET = 120
_WORDS = 8
_OTHER: dict[Polarity, Polarity] = {"+": "-", "-": "+"}
_WORTH_SHOWING = 0.6
"""Pairs below this share of the best pair's value are left out."""


class Explainer:
    """Turns ranked cases of one search into hits."""

    def __init__(self, generation: Explainable, query: Query, words: Words) -> None:
        self._generation = generation
        self._query = query
        self._words = words
        self._query_terms = [self._terms(query.text, passage) for passage in query.passages]
        self._idf: dict[str, float] = {}

    def hit(self, rank: int, ranked: Ranked, *, explain: bool, behind: Sequence[str] = ()) -> Hit:
        """The hit at ``rank`` (from 1); without ``explain`` it has no pairs and no tags.

        ``behind`` are the ids of its near-duplicates.
        """
        head = self._generation.heads[ranked.row]
        case = self._generation.case(ranked.row)
        pairs = self._pairs(case, head.key) if explain else []
        shared, differing, opposite = self._tags(case) if explain else ([], [], [])
        handling = case.meta.get("handling")
        return Hit(
            id=case.id,
            score=ranked.score,
            rank=rank,
            title=case.title,
            doc_type=case.doc_type,
            unit=case.unit,
            date=case.date,
            outcome=case.outcome,
            handling=handling if isinstance(handling, str) else None,
            snippet=_shortened(pairs[0].case.quote if pairs else case.text),
            channels=ranked.channels,
            resembles=[self._generation.heads[row].id for row in ranked.resembles] if explain else [],
            pairs=pairs,
            shared_tags=shared,
            differing_tags=differing,
            opposite_tags=opposite,
            other_subject_tags=self._other_subject(case) if explain else [],
            phrases=[_phrase(condition, case) for condition in self._query.conditions] if explain else [],
            near_duplicates=list(behind),
            circumstances=compare_circumstances(self._query.text, case.text) if explain else [],
        )

    def _pairs(self, case: Case, key: int) -> list[Pair]:
        """The best pairs, no passage in two of them; a pair is worth its cosine and its share of common terms."""
        store = self._generation.dense.store
        passages = store.passages(key)
        if not passages or not self._query.passages:
            return []
        vectors = self._query.vectors
        cosines = None if vectors is None else self._generation.dense.similarities(vectors, key)
        values = self._overlap([self._terms(case.text, passage) for passage in passages])
        values = values if cosines is None else values + cosines
        pairs: list[Pair] = []
        best = float(values.max())
        while len(pairs) < PAIRS and best > 0 and values.max() >= _WORTH_SHOWING * best:
            mine, theirs = (int(place) for place in np.unravel_index(int(values.argmax()), values.shape))
            query, other = self._query.passages[mine], passages[theirs]
            pairs.append(
                Pair(
                    query=_quote(self._query.text, *query),
                    case=_quote(case.text, *other),
                    cosine=None if cosines is None else round(float(cosines[mine, theirs]), 4),
                    shared_words=self._shared_words(case.text, query, other),
                )
            )
            values[mine, :] = values[:, theirs] = -np.inf
        return pairs

    def _overlap(self, case_terms: list[set[str]]) -> NDArray[np.float64]:
        """Share of the query passages' terms, weighted by rarity, that the case's passages hold; (q, p), 0 to 1."""
        overlap = np.zeros((len(self._query_terms), len(case_terms)))
        for row, mine in enumerate(self._query_terms):
            whole = sum(self._rarity(term) for term in sorted(mine))
            for column, theirs in enumerate(case_terms):
                common = sum(self._rarity(term) for term in sorted(mine & theirs))
                overlap[row, column] = common / whole if whole else 0.0
        return overlap

    def _shared_words(self, text: str, query: Passage, other: Passage) -> list[str]:
        common = self._whole_words(self._query.text, query) & self._whole_words(text, other)
        return sorted(common, key=lambda word: (-self._rarity(word.lower()), word))[:_WORDS]

    def _whole_words(self, text: str, passage: Passage) -> set[str]:
        quote = text[passage.start : passage.end]
        words = {quote[start:end] for start, end in self._words.cut(quote)}
        return {word for word in words if len(word) > 1 and word.isalnum()}

    def _terms(self, text: str, passage: Passage) -> set[str]:
        return set(self._words.search_terms(text[passage.start : passage.end]))

    def _rarity(self, term: str) -> float:
        if term not in self._idf:
            self._idf[term] = self._generation.lexical.idf(term)
        return self._idf[term]

    def _tags(self, case: Case) -> tuple[list[TagEvidence], list[TagEvidence], list[TagEvidence]]:
        """What both sides show alike, what only one of them shows at all, and what they show with opposite polarity."""
        mine, theirs = shown(self._query.tags), shown(case.tags or ())
        my_labels, their_labels = ({label for label, _ in pairs} for pairs in (mine, theirs))
        shared = [self._evidence(case, label, side, side) for label, side in sorted(mine & theirs)]
        differing = [
            self._evidence(case, label, side, side)
            for label, side in sorted(mine ^ theirs)
            if label not in my_labels & their_labels
        ]
        opposite = [
            self._evidence(case, label, side, _OTHER[side])
            for label, side in sorted(mine)
            if (label, _OTHER[side]) in theirs and not {(label, "+"), (label, "-")} <= mine & theirs
        ]
        return shared, differing, opposite

    def _other_subject(self, case: Case) -> list[TagEvidence]:
        """Labels that the query shows of its subject, and the case only of somebody else."""
        of_others = [tag for tag in case.tags or () if tag.subject == "other" and tag.status != "normative"]
        mine, theirs = shown(self._query.tags), shown(case.tags or ())
        return [
            TagEvidence(
                label=label,
                polarity=side,
                query=_quotes(self._query.tags, label, side),
                case=_evidence_quotes([tag for tag in of_others if (tag.label, tag.polarity) == (label, side)]),
            )
            for label, side in sorted(mine - theirs)
            if any((tag.label, tag.polarity) == (label, side) for tag in of_others)
        ]

    def _evidence(self, case: Case, label: str, mine: Polarity, theirs: Polarity) -> TagEvidence:
        return TagEvidence(
            label=label,
            polarity=mine,
            query=_quotes(self._query.tags, label, mine),
            case=_quotes(case.tags or (), label, theirs),
        )


def _phrase(condition: Condition, case: Case) -> PhraseMatch:
    title = case.title or ""
    return PhraseMatch(
        phrase=condition.text,
        title=[_quote(title, *span) for span in spans(condition, title)],
        text=[_quote(case.text, *span) for span in spans(condition, case.text)],
    )


def _quotes(tags: Sequence[CaseTag], label: str, polarity: Polarity) -> list[Quote]:
    return _evidence_quotes([tag for tag in tags if (tag.label, tag.polarity) == (label, polarity) and shown([tag])])


def _evidence_quotes(tags: Sequence[CaseTag]) -> list[Quote]:
    return [
        Quote(start=tag.start, end=tag.end, quote=tag.quote)
        for tag in tags
        if tag.start is not None and tag.end is not None and tag.quote is not None
    ]


def _quote(text: str, start: int, end: int) -> Quote:
    return Quote(start=start, end=end, quote=text[start:end])


def _shortened(text: str) -> str:
    line = " ".join(text[: 4 * _SNIPPET].split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"
