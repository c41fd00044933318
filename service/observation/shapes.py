"""An observation as it is shown. Counts with their sources; nothing here sums up, weighs or ranks a person."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Line(BaseModel):
    """One piece of evidence, with all that opens it."""

    tag_id: str
    record_id: str
    version_id: str
    start: int
    end: int
    quote: str = Field(description="text[start:end] of the version")
    href: str = Field(description="opens the version it stands in")
    page: str | None = Field(description="page, paragraph or row of the file, where it is known")
    title: str | None
    label: str
    polarity: str
    status: str
    kind: str = Field(description="fact or judgement")
    tagged_by: str
    voice: str = Field(
        description="who says it: superior, peer, subordinate, public, self, finding, evaluators, unknown"
    )
    speaker: str | None
    date: str | None
    unit: str | None
    doc_type: str | None
    origin: str = Field(description="lines with the same origin count as one source")
    reviewed: bool = Field(description="false: proposed by the machine, nobody looked at it yet")


class LabelLines(BaseModel):
    """One label and sign: how often it is said, by whom, when, and the words."""

    label: str
    zh: str
    polarity: str
    pieces: int = Field(description="of evidence")
    facts: int
    sources: int = Field(description="independent ones")
    voices: dict[str, int]
    periods: dict[str, int] = Field(description="pieces by year; '' where the date is unknown")
    lines: list[Line]


class Cell(BaseModel):
    """The lines of one period, label and sign."""

    period: str = Field(description="YYYY-MM, or YYYY where the month is unknown; '' without a date")
    label: str
    polarity: str
    lines: list[str] = Field(description="ids of their tags")


class VoiceLines(BaseModel):
    """What one kind of source says."""

    voice: str
    zh: str
    pieces: int
    sources: int = Field(description="independent ones")
    labels: dict[str, int] = Field(description="label with its sign to the number of pieces")
    lines: list[str] = Field(description="ids of their tags")


class Contradicting(BaseModel):
    """Both signs of one label, side by side."""

    label: str
    zh: str
    positive: list[Line]
    negative: list[Line]
    facts_on_both_sides: bool
    same_voice: bool


class Sign(BaseModel):
    """Evidence that is new or of a new kind: a reason to look, never a finding."""

    kind: Literal["first_negative", "fact_after_praise", "second_source"]
    zh: str
    label: str
    line: Line
    before: list[Line]


class GapOut(BaseModel):
    """A label that nobody, or not everybody who was heard, spoke about."""

    label: str
    zh: str
    nobody: bool
    silent: list[str] = Field(description="voices heard elsewhere that say nothing of it")
    only_judgement: bool


class SeenSubject(BaseModel):
    """Whom an observation is about."""

    kind: Literal["person", "team", "unit"]
    id: str
    name: str = Field(description="pseudonym of a subject, name of a unit")


class ObservationOut(BaseModel):
    """What the records say that the reader may see. Ledgers and all that follows from them rest on reviewed tags only."""

    subject: SeenSubject
    records: int = Field(description="that are linked to the subject and that the reader may see")
    records_without_review: list[str] = Field(description="of these, those where some tag waits for review")
    mentioned_in: list[str] = Field(description="records that only mention the subject; they take no part")
    positive: list[LabelLines] = Field(description="实绩清单")
    negative: list[LabelLines] = Field(description="负面表现清单")
    reported: list[LabelLines] = Field(description="反映: said by hearsay, not confirmed")
    advised: list[LabelLines] = Field(description="建议、期望")
    timeline: list[Cell]
    voices: list[VoiceLines]
    contradictions: list[Contradicting] = Field(description="which side is right is for people to find out")
    changes: list[Contradicting] = Field(description="one sign ends before the other begins")
    early_signs: list[Sign]
    gaps: list[GapOut]
    proposed: list[LabelLines] = Field(description="of the machine, not reviewed: in no ledger and no count above")
