"""The data model of an annotation, as it is written to JSONL, stored and indexed.

All offsets are half-open ranges of Unicode code points in ``Annotation.text``; ``text[start:end] == quote`` holds for
every object that carries a quote. Field names and their order are a contract with other programs.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

Family = Literal["trait", "performance_view"]
Polarity = Literal["+", "-"]
Status = Literal["observed", "advised", "reported", "normative"]
Subject = Literal["target", "team", "other"]
Kind = Literal["fact", "judgement"]
TagSource = Literal["lexicon", "classifier", "both", "human"]
Role = Literal["interviewer", "interviewee", "note_taker"]
DocType = Literal["inspection", "annual", "self_report", "talk_note", "verification", "survey", "poll", "policy"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Model):
    """A half-open range of code points."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class Clause(Span):
    """The unit between clause punctuation or line breaks, without the punctuation itself."""


class Section(Span):
    """A headed part of the document: heading and body, down to the next heading of the same or a higher level."""

    title: str
    level: int = Field(ge=1, description="1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for ①")


class Turn(Span):
    """What one speaker says in a talk note, the speaker's mark included."""

    speaker: str | None
    role: Role | None


class Cue(Span):
    """The words that decided an attribute of a tag."""

    quote: str
    effect: str = Field(description="attribute=value, e.g. polarity=flip, status=advised, subject=other")


class Tag(Span):
    """One label shown by one evidence span."""

    quote: str
    label: str
    family: Family
    group: str | None = Field(description="德 能 勤 绩 廉 for traits, null for performance-view indicators")
    polarity: Polarity
    status: Status
    subject: Subject
    kind: Kind
    score: float = Field(ge=0, le=1)
    source: TagSource
    cues: list[Cue] = []


class Source(_Model):
    """Where the text came from."""

    path: str | None = None
    sha256: str | None = None
    media_type: str | None = None


class Aside:
    """What the pipeline knows beyond an annotation; no part of its JSON, and of no account when two are compared.

    Attributes:
        peaks: the learned tagger's highest logit of every cell (``label+``, ``label-``) over the clauses; None where it
            judged none.
    """

    __slots__ = ("peaks",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, peaks: dict[str, float] | None = None) -> None:
        self.peaks = peaks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)


class Annotation(_Model):
    """Everything the pipeline says about one document."""

    _aside: Aside = PrivateAttr(default_factory=Aside)

    id: str
    source: Source
    doc_type: DocType | None = Field(description="null when nothing in the text says what it is")
    text: str
    sections: list[Section]
    turns: list[Turn]
    clauses: list[Clause]
    tags: list[Tag]
    codebook_version: str
    pipeline_version: str

    @property
    def peaks(self) -> dict[str, float] | None:
        """The learned tagger's highest logits (``Aside``); None in an annotation that was read from JSON."""
        return self._aside.peaks

    def with_peaks(self, peaks: dict[str, float] | None) -> Self:
        """The same annotation with the highest logits beside it."""
        self._aside = Aside(peaks)
        return self

    @model_validator(mode="after")
    def _quotes_hold(self) -> Self:
        size = len(self.text)
        for name in ("sections", "turns", "clauses", "tags"):
            for item in getattr(self, name):
                if item.end > size:
                    raise ValueError(f"{name}: {item.start}-{item.end} lies outside the text of {size} characters")
        for tag in self.tags:
            quoted: tuple[Tag | Cue, ...] = (tag, *tag.cues)
            for piece in quoted:
                if self.text[piece.start : piece.end] != piece.quote:
                    raise ValueError(f"quote of {tag.label} at {piece.start}-{piece.end} is not the text found there")
        return self
