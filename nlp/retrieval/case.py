"""A historical case, as it is read from JSONL and kept inside the index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nlp.errors import InvalidRecordError
from nlp.schema import Polarity, Status, Subject

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTIAL_DATE = re.compile(
    r"\s*(\d{4})(?:\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2})(?!\d)\s*日?)?\s*月?)?\s*年?\s*"
)


class CaseTag(BaseModel):
    """A compact tag: what of ``nlp.schema.Tag`` matters for finding and explaining a similar case.

    ``start``, ``end`` and ``quote`` come together or not at all; a tag without them still counts in the tag channel
    but cannot be shown with evidence.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    label: str = Field(min_length=1)
    polarity: Polarity
    status: Status = "observed"
    subject: Subject = "target"
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)
    quote: str | None = None

    @model_validator(mode="after")
    def _whole_evidence(self) -> Self:
        if len({value is None for value in (self.start, self.end, self.quote)}) > 1:
            raise ValueError(f"tag {self.label}: start, end and quote come together or not at all")
        return self

    def fits(self, text: str) -> bool:
        """Whether the evidence, if there is any, is found in ``text`` where the tag says."""
        return self.quote is None or text[self.start : self.end] == self.quote


class Case(BaseModel):
    """One historical case.

    Keys of a record that are not fields here are kept in ``meta``. ``date`` is stored as ``YYYY``, ``YYYY-MM`` or
    ``YYYY-MM-DD``; a date that cannot be read is kept as written in ``meta["date"]``. ``tags`` is None when nobody has
    tagged the case yet and an empty list when it was tagged and shows nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    text: str
    title: str | None = None
    doc_type: str | None = None
    unit: str | None = None
    date: str | None = None
    outcome: str | None = None
    source: str | None = None
    confidentiality: int = Field(default=0, ge=0, description="level a reader's clearance must reach; 0 for everybody")
    tags: list[CaseTag] | None = None
    tags_by: Literal["record", "annotate"] = Field(
        default="record", description="annotate: found by the annotator at indexing time, found anew by a rebuild"
    )
    leaning: str | None = Field(
        default=None, max_length=4096, description="made by the annotator at indexing time (nlp.retrieval.leaning)"
    )
    meta: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _keep_everything(cls, record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        fields = {key: value for key, value in record.items() if key in cls.model_fields}
        given = fields.get("meta")
        meta = dict(given) if isinstance(given, dict) else ({} if given is None else {"meta": given})
        extra = {key: value for key, value in record.items() if key not in cls.model_fields}
        if fields.get("date") is not None:
            iso = iso_date(str(fields["date"]))
            if iso is None:
                extra["date"] = fields["date"]
            fields["date"] = iso
        twice = sorted(key for key in extra if key in meta and meta[key] != extra[key])
        if twice:
            raise ValueError(f"{', '.join(twice)} stands both in the record and in its meta, with different values")
        return {**fields, "meta": {**meta, **extra}}

    @model_validator(mode="after")
    def _usable(self) -> Self:
        # Lone surrogates come from \\ud83d escapes cut in half; they cannot be stored as UTF-8.
        for name in ("id", "text", "title"):
            value = getattr(self, name)
            if value and _HALF_PAIR.search(value):
                raise ValueError(f"{name} holds half of a surrogate pair")
        for tag in self.tags or ():
            if not tag.fits(self.text):
                raise ValueError(f"quote of tag {tag.label} at {tag.start}-{tag.end} is not the text found there")
        return self


def iso_date(text: str) -> str | None:
    """``2021年3月`` → ``2021-03``; None when ``text`` is no date of year, month and day in that order."""
    found = _PARTIAL_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    if (month and not 1 <= int(month) <= 12) or (day and not 1 <= int(day) <= 31):
        return None
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def parse_case(line: str | bytes, *, path: str, number: int) -> Case:
    """One line of a JSONL file as a case.

    Raises:
        InvalidRecordError: no JSON object, a field of the wrong type, a quote that is not in the text.

    """
    expected = 'one JSON object a line with at least "id" and "text"'
    try:
        return Case.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "record"
        message = f"{where}: {first['msg']}"
    except (ValueError, RecursionError) as error:
        message = f"not valid JSON ({error})"
    raise InvalidRecordError(message, path=path, place=f"line {number}", expected=expected)


def read_cases(path: Path) -> Iterator[Case]:
    """Cases of a UTF-8 JSONL file, one at a time; blank lines are passed over.

    Raises:
        InvalidRecordError: a line is not a case; ``place`` holds the line.
        FileNotFoundError: there is no such file.

    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield parse_case(line.removeprefix(b"\xef\xbb\xbf"), path=str(path), number=number)
