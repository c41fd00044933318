"""All kinds of numbers of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from nlp.redaction.model import Finding, Kind
from nlp.redaction.numbers.cards import find_bank_cards, find_passports
from nlp.redaction.numbers.contacts import find_emails, find_phones
from nlp.redaction.numbers.identity import find_identity_numbers
from nlp.redaction.numbers.plates import find_plates

_FINDERS: Final[tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]], ...]] = (
    ("identity_number", find_identity_numbers),
    ("email", find_emails),
    ("bank_card", find_bank_cards),
    ("phone", find_phones),
    ("plate", find_plates),
    ("passport", find_passports),
)
"""The surest first: where two overlap, the first is kept."""

_SEPARATORS: Final = re.compile(r"[\s\-—－·().（）+]")


def find_numbers(text: str, plain: str) -> Iterator[Finding]:
    """Identity numbers, e-mail addresses, bank cards, telephones, plates and passports.

    Args:
        text: any text.
        plain: its matching form (``nlp.reading.splitting.characters.matching_form``).

    Yields:
        Findings by kind, not by place; they may overlap.
    """
    for kind, find in _FINDERS:
        for start, end in find(plain):
            yield _finding(text, plain, start, end, kind)


def _finding(text: str, plain: str, start: int, end: int, kind: Kind) -> Finding:
    bare = plain[start:end].lower() if kind == "email" else _SEPARATORS.sub("", plain[start:end]).upper()
    if kind == "phone" and len(bare) == 13 and bare.startswith("86"):
        bare = bare[2:]
    return Finding(start, end, text[start:end], kind, bare)
