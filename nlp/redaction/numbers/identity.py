"""Numbers of citizens' identity cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nlp.redaction.numbers.checksums import identity_check, is_birth_date
from nlp.redaction.numbers.cues import cue_before

_EDGE: Final = r"(?<![0-9A-Za-z.])"
_NEW: Final = re.compile(_EDGE + r"\d{6}[ -]?\d{8}[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])")
_MASKED: Final = re.compile(_EDGE + r"\d{3,6}[ -]?[\d*×xX]{8,11}[ -]?[\d*×xX]{3,4}(?![0-9A-Za-z*×])")
_OLD: Final = re.compile(_EDGE + r"\d{15}(?![0-9A-Za-z])")
_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def find_identity_numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Places of identity numbers.

    18 characters count when they hold a birth date: with the right check character (GB 11643) anywhere, with a wrong one
    (a slip of the pen) unless the word before calls them something else. 15 digits count when they hold a birth date and
    either begin with a province or are called an identity number. Numbers written with ``*`` or ``x`` for some digits
    count when they are called one or still show the birth date.
    """
    for match in _NEW.finditer(plain):
        bare = match[0].replace(" ", "").replace("-", "")
        cue = cue_before(plain, match.start())
        dated = is_birth_date(bare[6:14]) and (identity_check(bare) or cue != "other")
        if dated or cue == "identity_number":
            yield match.span()
    for match in _MASKED.finditer(plain):
        bare = match[0].replace(" ", "").replace("-", "")
        if len(bare) == 18 and not bare[:17].isdigit() and any(mark in bare for mark in "*×xX"):
            shown = is_birth_date(bare[6:14])
            if shown or cue_before(plain, match.start()) == "identity_number":
                yield match.span()
    for match in _OLD.finditer(plain):
        if not is_birth_date(match[0][6:12]):
            continue
        cue = cue_before(plain, match.start())
        if cue == "identity_number" or (cue is None and _PROVINCE.match(match[0])):
            yield match.span()
