"""Records by words of their text, with the places where the words stand.

Words are looked for as they are written, in simplified and in traditional characters and whatever the case of letters;
what stands between 「」 or quotation marks is one phrase, blanks included. Every text within reach is read, the newest
first, until a page is full: nothing has to be indexed before it can be found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nlp.errors import InvalidInputError
from nlp.structure.normalise import normalise
from service.store.models import Record, RecordVersion

MOST_WORDS: Final = 8
MOST_PLACES: Final = 3
CONTEXT: Final = 24
"""Characters shown on either side of a place."""

_WORDS: Final = re.compile(r"[「“\"]([^「」“”\"]+)[」”\"]|([^\s「」“”\"]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where words of a search stand in a text; offsets are code points."""

    start: int
    end: int
    before: str
    quote: str
    after: str


def words_of(text: str) -> list[str]:
    """The words and phrases of a search, each once.

    Raises:
        InvalidInputError: there are none, or more than ``MOST_WORDS``.
    """
    # Each by itself: normalising the whole would close the blanks of 一 二 三.
    found = [normalise(phrase or word).text.strip() for phrase, word in _WORDS.findall(text)]
    words = [word for word in dict.fromkeys(found) if word]
    if not 1 <= len(words) <= MOST_WORDS:
        raise InvalidInputError(
            f"{len(words)} words to look for", expected=f"1 to {MOST_WORDS}", hint="put a phrase between 「」"
        )
    return words


def holds(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions on ``RecordVersion`` and ``Record``: every word stands in the text or in the title."""
    return [
        or_(*(_contains(column, form) for form in forms(word) for column in (RecordVersion.text, Record.title)))
        for word in words
    ]


def _contains(column: InstrumentedAttribute[Any], form: str) -> ColumnElement[bool]:
    # Chinese has no capitals: databases spend more time on making letters small than on looking.
    cased = form.lower() != form.upper()
    return column.icontains(form, autoescape=True) if cased else column.contains(form, autoescape=True)


def forms(word: str) -> tuple[str, ...]:
    """A word as written, in simplified and in traditional characters."""
    simplified, traditional = _converters()
    return tuple(dict.fromkeys((word, simplified.convert(word), traditional.convert(word))))


def places(text: str, words: Sequence[str]) -> list[Place]:
    """The first places of the words in a text, a place of each word before a second one, in the order of the text."""
    patterns = ["|".join(map(re.escape, forms(word))) for word in words]
    first = [match.span() for pattern in patterns if (match := re.search(pattern, text, re.IGNORECASE))]
    chosen = dict.fromkeys(sorted(first)[:MOST_PLACES])
    for match in re.finditer("|".join(patterns), text, re.IGNORECASE):
        if len(chosen) >= MOST_PLACES:
            break
        chosen.setdefault(match.span())
    return [
        Place(start, end, text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT])
        for start, end in sorted(chosen)
    ]


def places_in(session: Session, records: Sequence[Record], words: Sequence[str]) -> dict[str, list[Place]]:
    """For each record, where the words stand in its current text; none where only its title has them."""
    rows = session.execute(
        select(RecordVersion.record_id, RecordVersion.text).where(
            RecordVersion.id.in_([record.current_version_id for record in records])
        )
    )
    return {row[0]: places(row[1], words) for row in rows}


@lru_cache(maxsize=1)
def _converters() -> tuple[Any, Any]:
    from opencc import OpenCC

    return OpenCC("t2s"), OpenCC("s2t")
