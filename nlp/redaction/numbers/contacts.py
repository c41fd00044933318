"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nlp.redaction.numbers.cues import cue_before

_AMOUNT: Final = r"(?![0-9A-Za-z]|\.\d|[万亿千百元件户个吨亩人次份册项余多%％]|平方|公里)"
_MOBILE: Final = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4}|[ -]\d{8})" + _AMOUNT
)
_AREA: Final = r"0(?:10|2[0-9]|[3-9]\d{2})"
_LANDLINE: Final = re.compile(
    rf"(?<![0-9A-Za-z.\-/])(?:（{_AREA}）[ -]?|{_AREA}[ \-—－]{{1,2}})\d{{3,4}}[ -]?\d{{4}}" + _AMOUNT
)
_JOINED: Final = re.compile(rf"(?<![0-9A-Za-z.\-/]){_AREA}\d{{7,8}}" + _AMOUNT)
_SERVICE: Final = re.compile(r"(?<![0-9A-Za-z.\-/])[48]00[ -]\d{3}[ -]?\d{4}" + _AMOUNT)
_LOCAL: Final = re.compile(r"(?<![0-9A-Za-z.\-/])[2-8]\d{2,3}[ -]?\d{4}" + _AMOUNT)
_LOCAL_CUE: Final = re.compile(r"(?:电话|電話|座机|座機|传真|傳真|电|話)(?:号码|為|为|是|号)?[：\s]{0,3}$")
_HOST: Final = re.compile(
    r"[@＠][A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}[A-Za-z0-9])?(?:\.[A-Za-z0-9\-]{0,62}[A-Za-z0-9]){1,8}"
)
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._%+\-]*[A-Za-z0-9_%+\-])?$")
_LONGEST_LOCAL_PART: Final = 64


def find_phones(plain: str) -> Iterator[tuple[int, int]]:
    """Places of mobile numbers (with or without +86), landlines with area code, 400 and 800 numbers.

    An area code that is not set apart, and a number without one, count only behind a word that says so. What a unit
    follows (13800000000元) is an amount.
    """
    for match in _MOBILE.finditer(plain):
        if cue_before(plain, match.start()) != "other":
            yield match.span()
    for pattern in (_LANDLINE, _SERVICE):
        for match in pattern.finditer(plain):
            yield match.span()
    for match in _JOINED.finditer(plain):
        if cue_before(plain, match.start()) == "phone":
            yield match.span()
    for match in _LOCAL.finditer(plain):
        if _LOCAL_CUE.search(plain, max(0, match.start() - 10), match.start()):
            yield match.span()


def find_emails(plain: str) -> Iterator[tuple[int, int]]:
    """Places of e-mail addresses."""
    # From the @ to the left: a search from the left would try every character of a long run without one.
    for host in _HOST.finditer(plain):
        at = host.start()
        local = _LOCAL_PART.search(plain[max(0, at - _LONGEST_LOCAL_PART) : at])
        if local:
            yield at - len(local[0]), host.end()
