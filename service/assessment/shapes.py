"""What the writer of a note sends, and what readers see of it."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nlp.retrieval.hits import Hit
from nlp.schema import Polarity
from service.access.roles import HIGHEST

Id = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[\x20-\x7e]*$")]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]
Level = Annotated[int, Field(ge=0, le=HIGHEST)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Comment = Annotated[str | None, Field(default=None, max_length=4000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FindingIn(_In):
    """One statement and the reviewed tags that it rests on."""

    statement: Text
    label: str | None = Field(
        default=None, max_length=64, description="id of the codebook, where it is about one label"
    )
    polarity: Polarity | None = None
    evidence: list[Id] = Field(max_length=200, description="ids of accepted tags of records linked to the subject")


class CaseIn(_In):
    """A similar case with the reasons as the search showed them."""

    hit: Hit
    comment: Comment

    @model_validator(mode="after")
    def _finite(self) -> Self:
        # JSON has no NaN and no infinity, though Python's reader takes them.
        cosines = [pair.cosine for pair in self.hit.pairs if pair.cosine is not None]
        channels = [figure for one in self.hit.channels.values() for figure in (one.score, one.contribution)]
        if not all(map(isfinite, (self.hit.score, *cosines, *channels))):
            raise ValueError("a figure of the hit is no number")
        return self


class CircumstanceIn(_In):
    """What a record says on one of the three distinctions (三个区分开来)."""

    distinction: str = Field(min_length=1, max_length=64, description="id, as GET …/circumstances lists them")
    side: Literal["honest", "wilful"]
    version_id: Id
    start: Offset
    end: Offset
    quote: Text
    comment: Comment


class NoteIn(_In):
    """The content of a version."""

    summary: str = Field(max_length=100_000)
    findings: list[FindingIn] = Field(default=[], max_length=200)
    cases: list[CaseIn] = Field(default=[], max_length=50)
    circumstances: list[CircumstanceIn] = Field(default=[], max_length=100)


class EvidenceOut(BaseModel):
    """A tag that a finding cites, with the words as they stood when it was cited."""

    tag_id: str
    record_id: str
    version_id: str
    start: int
    end: int
    quote: str
    label: str
    polarity: str
    kind: str
    speaker: str | None
    title: str | None
    source: str | None
    document_date: str | None
    place: str | None = Field(description="page, paragraph or row of the file, in words")
    standing: bool = Field(description="whether the tag is accepted still and the record was not corrected since")


class FindingOut(BaseModel):
    """A finding. Evidence of records that the reader may not see is left out."""

    id: str
    ordinal: int
    statement: str
    label: str | None
    polarity: str | None
    evidence: list[EvidenceOut]


class CaseOut(BaseModel):
    """A similar case with its reasons."""

    case_id: str
    unit: str | None
    reasons: dict[str, Any]
    comment: str | None


class CircumstanceOut(BaseModel):
    """What a record says on one of the three distinctions."""

    distinction: str
    zh: str
    side: str
    record_id: str
    version_id: str
    start: int
    end: int
    quote: str
    comment: str | None


class VersionOut(BaseModel):
    """One version of a note."""

    id: str
    number: int
    author_id: str
    created_at: datetime
    summary: str
    findings: list[FindingOut]
    cases: list[CaseOut]
    circumstances: list[CircumstanceOut]


class AssessmentOut(BaseModel):
    """A note without its content."""

    id: str
    subject_id: str
    unit_id: str
    confidentiality: int
    occasion: str
    state: str = Field(description="draft, submitted, approved, returned")
    versions: int
    author_id: str
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    return_reason: str | None = Field(description="why it was returned last; stays until it is returned again")
    created_at: datetime
    updated_at: datetime
    version: int


class ReturnOut(BaseModel):
    """One return of a note."""

    number: int = Field(description="of the version that was returned")
    reason: str
    returned_by: str | None = Field(description="null for returns older than their being kept")
    returned_at: datetime


class NoteOut(AssessmentOut):
    """A note with its current version."""

    returns: list[ReturnOut] = Field(description="every return with its reason, the earliest first")
    current: VersionOut | None


class Difference(BaseModel):
    """What one version has that another has not."""

    what: Literal["summary", "finding", "evidence", "case", "circumstance"]
    change: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None
