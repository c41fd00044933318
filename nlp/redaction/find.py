"""Everything in a text that tells who somebody is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nlp.reading.splitting.characters import matching_form
from nlp.redaction.addresses import find_addresses
from nlp.redaction.model import Finding, Kind
from nlp.redaction.names import find_names
from nlp.redaction.numbers import find_numbers
from nlp.redaction.pseudonyms import PSEUDONYM

_ORDER: Final[tuple[Kind, ...]] = (
    "identity_number",
    "email",
    "bank_card",
    "phone",
    "plate",
    "passport",
    "address",
    "person",
)
"""Which of two overlapping findings is kept: numbers are the surest, and an address may hold what looks like a name."""


def find(text: str, known: Iterable[str] = ()) -> list[Finding]:
    """Names, numbers and addresses.

    Args:
        text: any text.
        known: names of persons that are known to be meant (from a register, a file name), whatever they look like.

    Returns:
        In order, without overlap; pseudonyms that stand in the text are no findings.

    Raises:
        ConfigurationError: a word list is missing or invalid.

    Measured on invented texts by ``python -m nlp.redaction.evaluate``.
    """
    plain = matching_form(text)
    found = [*find_numbers(text, plain), *find_addresses(text, plain), *find_names(text, plain, known)]
    found.sort(key=lambda finding: (_ORDER.index(finding.kind), finding.start, -finding.end))
    taken = bytearray(len(text))
    for match in PSEUDONYM.finditer(text):
        taken[match.start() : match.end()] = b"\1" * len(match[0])
    kept: list[Finding] = []
    for finding in found:
        if not any(taken[finding.start : finding.end]):
            taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)
