"""What reviewers send and see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nlp.schema import Kind, Polarity, Status, Subject
from service.store.etags import etag
from service.store.models import Review, TagRow

Action = Literal["accept", "change", "reject", "add"]
Origin = Literal["workbench", "api", "import"]
LabelId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]*$")]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]


class TagWanted(BaseModel):
    """A tag as a person wants it; ``text[start:end] == quote`` is checked, offsets are code points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Offset
    end: Offset
    quote: str = Field(min_length=1, max_length=20_000)
    label: LabelId
    polarity: Polarity
    status: Status = "observed"
    subject: Subject = "target"
    kind: Kind = "judgement"


class TagChange(BaseModel):
    """What to change of a tag; the rest stays. A new span comes with its quote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Offset | None = None
    end: Offset | None = None
    quote: str | None = Field(default=None, min_length=1, max_length=20_000)
    label: LabelId | None = None
    polarity: Polarity | None = None
    status: Status | None = None
    subject: Subject | None = None
    kind: Kind | None = None

    @model_validator(mode="after")
    def _whole_span(self) -> Self:
        if len({value is None for value in (self.start, self.end, self.quote)}) > 1:
            raise ValueError("start, end and quote come together or not at all")
        return self

    def applied(self, tag: TagRow) -> TagWanted:
        """The tag with these changes."""
        return wanted_of(tag).model_copy(update=self.model_dump(exclude_none=True))


class TagOut(BaseModel):
    """A tag of a record version, with what became of it. ``etag`` goes into If-Match of a decision about it."""

    id: str
    record_id: str
    version_id: str
    replaces_id: str | None
    origin: str = Field(description="machine or human")
    state: str = Field(description="proposed, accepted, rejected, replaced, outdated")
    start: int
    end: int
    quote: str
    label: str
    family: str
    group: str | None
    polarity: str
    status: str
    subject: str
    kind: str
    score: float
    source: str
    cues: list[dict[str, Any]]
    speaker: str | None
    speaker_role: str | None
    uncertainty: float | None = Field(description="0 to 1; 1 is a coin toss")
    etag: str


class ReviewOut(BaseModel):
    """One decision of one person."""

    id: str
    record_id: str
    version_id: str
    round_id: str | None
    tag_id: str | None
    result_tag_id: str | None = Field(description="the tag that the decision left; null while sealed or not followed")
    reviewer_id: str
    action: str
    start: int
    end: int
    quote: str
    proposal: dict[str, Any] | None
    comment: str | None
    origin: str
    sealed: bool
    undone_at: datetime | None
    created_at: datetime
    etag: str


def wanted_of(tag: TagRow) -> TagWanted:
    """A tag as if somebody had asked for it."""
    return TagWanted.model_validate({name: getattr(tag, name) for name in TagWanted.model_fields})


def tag_out(tag: TagRow) -> TagOut:
    """A tag as it is shown."""
    fields = {name: getattr(tag, name) for name in TagOut.model_fields if name != "etag"}
    return TagOut(**fields, etag=etag(tag))


def review_out(review: Review) -> ReviewOut:
    """A decision as it is shown."""
    fields = {name: getattr(review, name) for name in ReviewOut.model_fields if name != "etag"}
    return ReviewOut(**fields, etag=etag(review))
