"""What a query shows besides its words: tags, leaning, and the meaning of a saying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.retrieval.case import CaseTag
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.leaning import Leaning, TextKind, read_scale
from nlp.retrieval.learned import default_fusion
from nlp.retrieval.query import ParsedQuery, is_phrase, parse_query
from nlp.retrieval.sayings import Meaning, all_means, shipped_sayings
from nlp.retrieval.tagmatch import Annotate, compact, judged
from nlp.schema import Tag
from nlp.structure.words import encodable


@dataclass(frozen=True)
class Understood:
    """What a query shows.

    Attributes:
        tags: those given with it, or found by the annotator; those of a saying's meaning have no evidence in the query.
        leaning: None when the tags were given, or without the learned tagger.
        meanings: of the saying that the query is, or is close to; none for queries that are no phrases.
    """

    tags: list[CaseTag]
    leaning: Leaning | None = None
    meanings: tuple[Meaning, ...] = ()


def understand(
    parsed: ParsedQuery,
    tags: Sequence[Tag | CaseTag] | None,
    annotate: Annotate | None,
    fusion: Fusion,
    sayings: bool = True,
) -> Understood:
    """What a query shows.

    Args:
        parsed: the query.
        tags: given with it; None to have the annotator find them.
        annotate: the annotator, None for none.
        fusion: sayings are looked up when they are to move the query at all.
        sayings: whether they may be looked up.

    Raises:
        CaseIndexError: the annotator failed.

    """
    meanings = meanings_of(parsed.text) if sayings and fusion.understanding else ()
    if tags is not None:
        return Understood(compact(tags, parsed.given), None, meanings)
    if annotate is None or not parsed.text.strip():
        return Understood([], None, meanings)
    kind: TextKind = "phrase" if is_phrase(parsed.text) else "narrative"
    own = judged(annotate, parsed.text, "query")
    found, scale = list(own.tags), read_scale()
    leaning = scale.leaning(own.peaks, kind) if scale else None
    for text in all_means(meanings):
        meant = judged(annotate, text, "query")
        known = {(tag.label, tag.polarity) for tag in found}
        unplaced = (tag.model_copy(update={"start": None, "end": None, "quote": None}) for tag in meant.tags)
        found += [tag for tag in unplaced if (tag.label, tag.polarity) not in known]
        more = scale.leaning(meant.peaks, kind) if scale else None
        if more is not None:
            leaning = more if leaning is None else np.maximum(leaning, more)
    return Understood(found, leaning, meanings)


def meanings_of(text: str) -> tuple[Meaning, ...]:
    """The saying that a phrase is, or is close to."""
    return tuple(shipped_sayings().find(text)) if is_phrase(text) else ()


def meanings_for(encoder: str, text: str) -> tuple[Meaning, ...]:
    """What a search with the default fusion understands a text as, beside its words."""
    parsed = parse_query(encodable(text))
    return meanings_of(parsed.text) if default_fusion(encoder, parsed.text).understanding else ()
