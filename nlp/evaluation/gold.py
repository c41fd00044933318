"""Annotated documents and clauses as they lie in the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import DocType, Kind, Polarity, Status, Subject


class _Row(BaseModel):
    # What annotate writes and what an archive adds to a row are welcome and left alone.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Labelled(_Row):
    """A label with its attributes."""

    label: str
    polarity: Polarity
    status: Status = "observed"
    subject: Subject = "target"
    kind: Kind = "judgement"


class GoldTag(Labelled):
    """A label on a span; ``end`` is exclusive, offsets are code points of the document's text."""

    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: str
    score: float = 1.0
    source: str | None = None


class GoldDocument(_Row):
    """A document with its tags, by hand or by the tagger."""

    id: str
    text: str
    tags: tuple[GoldTag, ...]
    author: str | None = None
    doc_type: DocType | None = None

    @model_validator(mode="after")
    def _quotes_hold(self) -> Self:
        for tag in self.tags:
            if tag.end > len(self.text) or self.text[tag.start : tag.end] != tag.quote:
                raise ValueError(f"the quote {tag.quote!r} is not the text at {tag.start}-{tag.end}")
        return self


class BankClause(_Row):
    """A clause or short episode on its own: the whole text is the evidence.

    ``mistaken_for`` names the label a clause without tags looks like.
    """

    text: str = Field(min_length=1)
    tags: tuple[Labelled, ...]
    author: str
    mistaken_for: str | None = None


Row = TypeVar("Row", GoldDocument, BankClause)


def read_rows(path: Path, kind: type[Row]) -> Iterator[Row]:
    """The rows of a JSONL file.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: a line is not such a row; the place names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"cannot be read: {error}", path=str(path), expected="a UTF-8 JSONL file") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InvalidRecordError(
                f"{where or 'the line'}: {first['msg']}",
                path=str(path),
                place=f"line {number}",
                expected="an annotated document with id, text and tags"
                if kind is GoldDocument
                else "a clause with author, text and tags",
            ) from error
