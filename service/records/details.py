"""What is known of a document beside its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nlp.errors import InvalidInputError
from nlp.reading import RawDocument
from nlp.schema import DocType
from nlp.structure.folding import fold
from nlp.structure.turns import read_header
from service.access.roles import HIGHEST

SourceKind = Literal["superior", "peer", "subordinate", "public", "self", "organisation"]
_DATE = re.compile(r"\s*(\d{4})\s*[-./年]?\s*(?:(\d{1,2})\s*[-./月]?\s*(?:(\d{1,2})(?!\d))?)?")
_DATED = ("谈话时间", "访谈时间", "考察时间", "核查时间", "时间", "日期", "填表时间")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

UnitId = Annotated[str, Field(min_length=1, max_length=36)]
Level = Annotated[int, Field(ge=0, le=HIGHEST, description="0 公开 … 4 绝密")]
Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", description="YYYY, YYYY-MM or YYYY-MM-DD")]


class Details(BaseModel):
    """What the archivist says of a document; what they leave open is taken from the document where it says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = Field(default=None, min_length=1, max_length=500)
    doc_type: DocType | None = Field(default=None, description="told from the text where it is left open")
    document_date: Date | None = None
    source: str | None = Field(default=None, min_length=1, max_length=500, description="where it comes from")
    source_kind: SourceKind | None = Field(default=None, description="who speaks, where the whole document is theirs")
    author: str | None = Field(default=None, min_length=1, max_length=200, description="who wrote it down")


class Placement(BaseModel):
    """Whose a record is, and who may see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit_id: UnitId
    confidentiality: Level = 0


def checked_date(value: str | None, place: str = "document_date") -> str | None:
    """The date itself when it can be one.

    Raises:
        InvalidInputError: the form is wrong or there is no such month or day.
    """
    if value is None:
        return None
    found = _ISO.fullmatch(value)
    if found is None or _date(found) != value:
        raise InvalidInputError("this is no date", place=place, expected="YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def completed(details: Details, document: RawDocument, text: str) -> Details:
    """The details, with what the document itself says in the places that were left open.

    Args:
        details: given by a person; they win.
        document: its further fields (JSON lines) and its file name.
        text: normalised text, whose header may hold the date.

    Raises:
        InvalidInputError: the date given is none.
    """
    checked_date(details.document_date)
    known: dict[str, Any] = {
        "title": _said(document.meta, 500, "title", "标题") or _name(document),
        "document_date": _read_date(_said(document.meta, 100, "date", "document_date", "日期") or "")
        or date_in_header(text),
        "source": _said(document.meta, 500, "source", "来源"),
        "author": _said(document.meta, 200, "author", "作者", "记录人"),
    }
    return details.model_copy(update={name: known[name] for name in known if getattr(details, name) is None})


def date_in_header(text: str) -> str | None:
    """The date that a header field of the document names (谈话时间、日期 …), None where none does."""
    fields = read_header(fold(text)).fields
    return next((date for key in _DATED if (date := _read_date(fields.get(key, ""))) is not None), None)


def _read_date(words: str) -> str | None:
    found = _DATE.match(words)
    return _date(found) if found else None


def _date(found: re.Match[str]) -> str | None:
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None, "the year is not optional in the expressions"
    if not 1900 <= year <= 2199 or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        return f"{year}"
    if day is None:
        return f"{year}-{month:02}"
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 28 if month == 2 and not leap else _DAYS[month - 1]
    return f"{year}-{month:02}-{day:02}" if 1 <= day <= last else None


def _said(meta: Mapping[str, Any], longest: int, *keys: str) -> str | None:
    """What a JSON record or a sheet says under one of these names."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value).strip()
            if text and text.isprintable():
                return text[:longest]
    return None


def _name(document: RawDocument) -> str | None:
    """The name of the file without folders and ending; with what tells it from the others of the same file."""
    if document.path is None:
        return None
    own = document.id.removeprefix(document.path).lstrip("#") if document.id.startswith(document.path) else document.id
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", document.path.rpartition("/")[2])
    name = f"{stem} {own}" if own else stem
    return "".join(char if char.isprintable() else " " for char in name)[:500] or None
