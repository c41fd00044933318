"""Bank cards, accounts and passports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nlp.redaction.numbers.checksums import luhn
from nlp.redaction.numbers.cues import cue_before

_CARD: Final = re.compile(r"(?<![0-9A-Za-z.\-])\d{4}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,4})?(?![0-9A-Za-z]|\.\d|[万亿元])")
_PASSPORT: Final = re.compile(r"(?<![0-9A-Za-z])(?:E[A-HJ-NP-Z]\d{7}|[EG]\d{8})(?![0-9A-Za-z])")
_PERMIT: Final = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}\d{7,10}|1[45]\d{7})(?![0-9A-Za-z])")


def find_bank_cards(plain: str) -> Iterator[tuple[int, int]]:
    """Places of bank cards: 16 to 19 digits.

    Right check digit (Luhn): they count when they begin as cards of this country do (62) or the word before speaks of a
    bank. A wrong one counts behind such a word only; so an account number with a slip is not missed.
    """
    for match in _CARD.finditer(plain):
        bare = match[0].replace(" ", "").replace("-", "")
        if not 16 <= len(bare) <= 19:
            continue
        cue = cue_before(plain, match.start())
        if cue == "bank_card" or (cue != "other" and bare.startswith("62") and luhn(bare)):
            yield match.span()


def find_passports(plain: str) -> Iterator[tuple[int, int]]:
    """Places of passports; what only a permit or an old passport looks like counts behind a word that says so."""
    for match in _PASSPORT.finditer(plain):
        if cue_before(plain, match.start()) != "other":
            yield match.span()
    for match in _PERMIT.finditer(plain):
        if cue_before(plain, match.start()) == "passport":
            yield match.span()
