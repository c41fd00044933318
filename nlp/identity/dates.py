"""Dates in the shapes documents have: 2024年5月12日, 二〇二四年五月, 2024.5.12, 5月14日, and ranges of them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

_DIGIT: Final = {**{c: n for n, c in enumerate("零一二三四五六七八九")}, "〇": 0, "○": 0, "O": 0, "o": 0, "0": 0}
_CN: Final = "零〇○Oo一二三四五六七八九"
_YEAR: Final = rf"(?:\d{{4}}|[{_CN}]{{4}})"
_SMALL: Final = r"(?:\d{1,2}|[廿卅]?[一二三四五六七八九]?十?[一二三四五六七八九]?)"
_PART: Final = rf"(?:[ ]?{_SMALL}[ ]?月份?(?:[ ]?{_SMALL}[ ]?(?:日|号|(?=[-—–~～至到])))?)"
_DASH: Final = r"[ ]?(?:[-—–~～]{1,2}|至|到)[ ]?"
_DOT: Final = r"[./\-]"
_PATTERN: Final = re.compile(
    rf"(?P<year>{_YEAR})[ ]?年(?P<tail>{_PART}?)(?:{_DASH}(?P<to>(?:{_YEAR}[ ]?年)?{_PART}|{_SMALL}[日号]))?"
    rf"|(?<![\d.])(?P<y>(?:19|20)\d\d){_DOT}(?P<m>\d{{1,2}})(?:{_DOT}(?P<d>\d{{1,2}}))?(?![\d年月日])"
    rf"(?:[ ]?[-—–~～至到][ ]?(?:(?P<y2>(?:19|20)\d\d){_DOT})?(?:(?P<m2>\d{{1,2}}){_DOT})?(?P<d2>\d{{1,2}})(?![\d:：年月]))?"
    rf"|(?<![\d年])(?P<noyear>(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})[ ]?月[ ]?{_SMALL}[ ]?[日号])"
    rf"(?:{_DASH}(?P<to2>{_PART}|{_SMALL}[日号]))?"
)
_TEXT: Final = re.compile(
    rf"(?:(?P<year>{_YEAR})[ ]?年)?(?:[ ]?(?P<month>{_SMALL})[ ]?月份?)?(?:[ ]?(?P<day>{_SMALL})[ ]?[日号]?)?$"
)
_LUNAR: Final = re.compile(r"初[一二三四五六七八九十]")


@dataclass(frozen=True, slots=True)
class Day:
    """A date, as far as it is said; ``year`` None in 5月14日."""

    year: int | None
    month: int | None
    day: int | None

    @property
    def is_valid(self) -> bool:
        """Whether the calendar has it (years 1900 to 2099)."""
        if self.year is not None and not 1900 <= self.year < 2100:
            return False
        if self.month is None:
            return self.day is None and self.year is not None
        if not 1 <= self.month <= 12:
            return False
        return self.day is None or 1 <= self.day <= monthrange(self.year or 2000, self.month)[1]

    def iso(self) -> str:
        """``2024-05-12``, ``2024-05``, ``2024``; ``--05-14`` without a year."""
        year = "-" if self.year is None else f"{self.year:04}"
        return "-".join([year, *(f"{part:02}" for part in (self.month, self.day) if part is not None)])


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date or a range in a text: its ISO form and its range of characters."""

    iso: str
    start: int
    end: int


def find_dates(text: str, start: int = 0, end: int | None = None) -> list[FoundDate]:
    """The dates in a range of a matching form, in order.

    A date the calendar does not have is left out, and so is one of the lunar calendar (七月初九).
    """
    found = []
    for match in _PATTERN.finditer(text, start, len(text) if end is None else end):
        if _LUNAR.match(text, match.end()):
            continue
        date = _read(match)
        if date is not None:
            found.append(date)
    return found


def _read(match: re.Match[str]) -> FoundDate | None:
    begin_at, end_at = match.span()
    if match["y"]:
        begin = Day(int(match["y"]), int(match["m"]), _int(match["d"]))
        until = _dotted_end(match, begin)
        if until is None and match["d2"]:
            end_at = match.end("d") if match["d"] else match.end("m")
    else:
        said, to = (
            (match["noyear"], match["to2"]) if match["noyear"] else (f"{match['year']}年{match['tail']}", match["to"])
        )
        begin = _day(said)
        until = _inherit(_day(to), begin) if to else None
        if to and (until is None or not until.is_valid):
            until = None
            end_at = match.end("noyear") if match["noyear"] else match.end("tail")
    if not begin.is_valid:
        return None
    while end_at > begin_at and match.string[end_at - 1] == " ":
        end_at -= 1
    iso = begin.iso() if until is None or until == begin else f"{begin.iso()}/{until.iso()}"
    return FoundDate(iso, begin_at, end_at)


def _dotted_end(match: re.Match[str], begin: Day) -> Day | None:
    if not match["d2"]:
        return None
    year, last = _int(match["y2"]) or begin.year, int(match["d2"])
    # In 2024.2-3 and 2024.11-2025.2 the last number is a month.
    until = Day(year, last, None) if begin.day is None else Day(year, _int(match["m2"]) or begin.month, last)
    return until if until.is_valid and until.iso() > begin.iso() else None


def _inherit(until: Day, begin: Day) -> Day:
    return Day(until.year or begin.year, until.month or begin.month, until.day)


def _day(said: str) -> Day:
    match = _TEXT.match(said.strip())
    if match is None:
        return Day(None, None, None)
    return Day(_year(match["year"]), _number(match["month"]), _number(match["day"]))


def _year(said: str | None) -> int | None:
    if not said:
        return None
    return int(said) if said.isdecimal() else int("".join(str(_DIGIT[c]) for c in said))


def _int(said: str | None) -> int | None:
    return int(said) if said else None


def _number(said: str | None) -> int | None:
    """十二 → 12, 廿三 → 23, 31 → 31; None for nothing."""
    if not said:
        return None
    if said.isdecimal():
        return int(said)
    said = said.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = said.rpartition("十")
    value = _DIGIT[ones] if ones else 0
    return value + 10 * (_DIGIT[tens] if tens else 1) if ten else value
