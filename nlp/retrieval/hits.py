"""What a search returns."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nlp.schema import Polarity, Span

ChannelName = Literal["bm25", "dense", "tags", "leaning"]
"""What speaks of a case by itself."""

PartName = Literal[ChannelName, "neighbours"]
"""What a fused score is made of: the channels, and what like cases among those found add."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quote(Span):
    """Words at their place: ``text[start:end] == quote``, in the query's text or in the case's."""

    quote: str


class ChannelScore(_Model):
    """What one channel says of a case.

    ``score`` is on the channel's own scale: BM25, unbounded above 0; dense, a cosine; tags, at most 1 and below 0 when
    opposite behaviour outweighs what is shared; leaning, a cosine of 0..1. ``rank`` counts from 1 among the cases the search may see; it is null
    when the channel does not place the case, or places it below the depth that was looked at. ``contribution`` is what
    the channel adds to the hit's fused score: the contributions of all channels sum to it. ``neighbours`` is no channel of
    its own: its score, 0..1, is how much of the best cases found the hit resembles; it never has a rank.
    """

    score: float
    rank: int | None
    contribution: float = 0.0


class Pair(_Model):
    """A passage of the query and a passage of the case that say the like."""

    query: Quote
    case: Quote
    cosine: float | None = Field(description="of their vectors; null when the search made no use of the encoder")
    shared_words: list[str] = Field(description="words of both passages, rarest in the index first")


class TagEvidence(_Model):
    """One label and what shows it on either side; a side is empty when it does not show the label so."""

    label: str
    polarity: Polarity = Field(description="as the query shows it; as the case does when only the case shows the label")
    query: list[Quote] = []
    case: list[Quote] = []


class PhraseMatch(_Model):
    """A quoted part of the query, and where the case has its words."""

    phrase: str = Field(description="between the quotes, as written")
    title: list[Quote] = Field(default=[], description="in the title")
    text: list[Quote] = Field(default=[], description="in the text; the first 20 at most")


class Circumstance(_Model):
    """What query and case say on one of the three distinctions between honest failure and wilful fault (三个区分开来)."""

    id: str
    zh: str
    query_honest: list[Quote] = []
    query_wilful: list[Quote] = []
    case_honest: list[Quote] = []
    case_wilful: list[Quote] = []
    differs: bool = Field(description="one text speaks only for the honest side, the other only for the wilful one")


class Hit(_Model):
    """A similar case and why it was found."""

    id: str
    score: float = Field(description="of the fusion; compares hits of one search, says nothing by itself")
    rank: int
    title: str | None
    doc_type: str | None
    unit: str | None
    date: str | None
    outcome: str | None
    handling: str | None = Field(default=None, description="how the case was handled, in words, where it is recorded")
    snippet: str
    channels: dict[PartName, ChannelScore]
    resembles: list[str] = Field(
        default=[], description="ids of other cases found that the hit resembles and that lift it, the strongest first"
    )
    pairs: list[Pair] = []
    shared_tags: list[TagEvidence] = []
    differing_tags: list[TagEvidence] = Field(default=[], description="labels that only one side shows")
    opposite_tags: list[TagEvidence] = Field(
        default=[], description="labels that the case shows with the other polarity than the query"
    )
    other_subject_tags: list[TagEvidence] = Field(
        default=[], description="labels that both show, the query of its subject and the case of somebody else"
    )
    phrases: list[PhraseMatch] = Field(default=[], description="where the quoted parts of the query are met")
    near_duplicates: list[str] = Field(
        default=[], description="ids of cases with nearly the same text, found as well and shown behind this one"
    )
    circumstances: list[Circumstance] = Field(default=[], description="honest failure or wilful fault")
