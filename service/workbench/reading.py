"""A record as the reader page shows it: its lines with their places, what is said about them, and words for the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from service.render import KIND_ZH, STATUS_ZH, SUBJECT_ZH
from service.store.etags import etag
from service.store.models import TagRow
from service.workbench.words import label_classes

HEADING = 40
"""Characters of the longest line that is shown as a heading."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text.

    Attributes:
        start: of its first character, in code points of the whole text.
        text: without the line end.
        level: of the heading it is, 0 for none.
        speaker: who begins to speak here.
        role: of the speaker.
    """

    start: int
    text: str
    level: int = 0
    speaker: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the outline."""

    start: int
    words: str
    level: int


def lines(text: str, sections: Sequence[dict[str, Any]], turns: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines of a text that are not blank, with headings and turns where they begin."""
    levels = {section["start"]: int(section["level"]) for section in sections}
    speakers = {turn["start"]: turn for turn in turns}
    found: list[Line] = []
    at = 0
    for whole in text.split("\n"):
        if whole.strip():
            inside = range(at, at + len(whole))
            turn = next((speakers[place] for place in inside if place in speakers), None) if turns else None
            level = next((levels[place] for place in inside if place in levels), 0) if sections else 0
            if len(whole) > HEADING:
                level = 0  # the text goes on behind its heading, in the same line
            found.append(Line(at, whole, level, turn["speaker"] if turn else None, turn["role"] if turn else None))
        at += len(whole) + 1
    return found


_TAG_COLUMNS: Final = (
    TagRow.id, TagRow.replaces_id, TagRow.origin, TagRow.state, TagRow.start, TagRow.end, TagRow.quote, TagRow.label,
    TagRow.polarity, TagRow.status, TagRow.subject, TagRow.kind, TagRow.score, TagRow.source, TagRow.speaker,
)  # fmt: skip


def tags_for_script(session: Session, version_id: str) -> list[dict[str, Any]]:
    """What the script needs of the tags of a version that nobody replaced, in the shape of ``/v1/reviews/tags``.

    A long record has more than a thousand: they are read as plain rows, which takes half the time of objects that could be
    changed.
    """
    rows = session.execute(
        select(*_TAG_COLUMNS, TagRow.cues, TagRow.version)
        .where(TagRow.version_id == version_id, TagRow.state.in_(("proposed", "accepted", "rejected")))
        .order_by(TagRow.start, TagRow.end, TagRow.id)
    )
    names = [column.key for column in _TAG_COLUMNS]
    return [
        {
            **dict(zip(names, row[: len(names)], strict=True)),
            "cues": [{"quote": cue["quote"]} for cue in row.cues],
            "etag": etag(row),
        }
        for row in rows
    ]


def outline(shown: Sequence[Line]) -> list[Place]:
    """Headings and turns, in the order of the text."""
    return [
        Place(line.start, _short(line.text), line.level or 3)
        for line in shown
        if line.level or line.speaker is not None
    ]


def _short(text: str) -> str:
    words = text.strip()
    return words if len(words) <= 24 else words[:23] + "…"


@lru_cache(maxsize=1024)  # more than a codebook has labels
def _spelled(words: str) -> tuple[str, str]:
    return (
        "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)),
        "".join(lazy_pinyin(words)),
    )


def words_for_script(book: Codebook) -> dict[str, Any]:
    """Labels to choose from, with their spelling in pinyin, and the values of the other attributes."""
    css = label_classes(book)
    return {
        "labels": [
            {
                "id": label.id,
                "zh": label.zh,
                "group": label.group or "政绩观",
                "css": css[label.id],
                "initials": _spelled(label.zh)[0],
                "pinyin": _spelled(label.zh)[1],
                "pos": label.positive,
                "neg": label.negative,
            }
            for label in book.labels
        ],
        "statuses": STATUS_ZH,
        "subjects": SUBJECT_ZH,
        "kinds": KIND_ZH,
    }
