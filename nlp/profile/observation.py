"""Everything the records say of one subject, put side by side for a reader (观测)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from nlp.codebook import Codebook
from nlp.profile.contradictions import Contradiction, contradictions
from nlp.profile.evidence import Evidence, Record, collect, independent_sources
from nlp.profile.gaps import Gap, gaps
from nlp.profile.signs import EarlySign, early_signs
from nlp.profile.voices import VOICES, Voice
from nlp.schema import Polarity


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelView(_Model):
    """One label and sign: how often it is said, by whom, when, and the words."""

    label: str
    polarity: Polarity
    pieces: int = Field(description="of evidence")
    facts: int
    sources: int = Field(description="independent ones")
    voices: dict[Voice, int]
    periods: dict[str, int] = Field(description="pieces by year, '' where the date is unknown")
    evidence: list[Evidence]


class Observation(_Model):
    """What the records say: the two ledgers, and what an analyst looks at next to them.

    There is no sum over labels, and none may be added: a person has no score.
    """

    records: int
    positive: list[LabelView] = Field(description="实绩清单")
    negative: list[LabelView] = Field(description="负面表现清单")
    reported: list[LabelView] = Field(description="said by hearsay, not confirmed")
    advised: list[LabelView] = Field(description="advice and wishes")
    contradictions: list[Contradiction]
    early_signs: list[EarlySign]
    gaps: list[Gap]


def observe(records: Iterable[Record], codebook: Codebook, *, since: str | None = None) -> Observation:
    """The observation of one subject.

    Args:
        records: about the subject.
        codebook: whose labels may be missing.
        since: early signs of this date and later only.
    """
    there = list(records)
    evidence = collect(there)
    order = {label: place for place, label in enumerate(codebook.ids)}

    def views(pieces: Sequence[Evidence]) -> list[LabelView]:
        cells: dict[tuple[str, Polarity], list[Evidence]] = defaultdict(list)
        for item in pieces:
            cells[item.label, item.polarity].append(item)
        return [
            _view(label, polarity, cells[label, polarity])
            for label, polarity in sorted(cells, key=lambda cell: (order.get(cell[0], len(order)), cell))
        ]

    observed = [item for item in evidence if item.status == "observed"]
    return Observation(
        records=len(there),
        positive=views([item for item in observed if item.polarity == "+"]),
        negative=views([item for item in observed if item.polarity == "-"]),
        reported=views([item for item in evidence if item.status == "reported"]),
        advised=views([item for item in evidence if item.status == "advised"]),
        contradictions=contradictions(evidence),
        early_signs=early_signs(evidence, since),
        gaps=gaps(evidence, codebook.ids),
    )


def _view(label: str, polarity: Polarity, pieces: list[Evidence]) -> LabelView:
    voices = [item.voice for item in pieces]
    years = [(item.date or "")[:4] for item in pieces]
    return LabelView(
        label=label,
        polarity=polarity,
        pieces=len(pieces),
        facts=sum(item.kind == "fact" for item in pieces),
        sources=independent_sources(pieces),
        voices={voice: voices.count(voice) for voice in VOICES if voice in voices},
        periods={year: years.count(year) for year in sorted(set(years))},
        evidence=pieces,
    )
