"""Pseudonyms: the same for the same person or number all over a run, in any process, without a shared table.

A pseudonym is a code of the HMAC-SHA256 of what it stands for under the run's key. Seven characters of an alphabet of 31
make 2.75e10 codes: two of 20,000 persons share one with a probability of 0.7 %, two of 2,000 with 0.007 %.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from nlp.redaction.keys import RedactionKey
from nlp.redaction.model import Finding, Kind

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
"""Digits and capitals without those that are mistaken for one another (0 O, 1 I, Z)."""

_LENGTH: Final = 7
_NAMES: Final[dict[Kind, str]] = {
    "person": "人员",
    "identity_number": "身份证号",
    "phone": "电话号码",
    "address": "住址",
    "bank_card": "银行卡号",
    "plate": "车牌号",
    "email": "邮箱",
    "passport": "证件号",
}

PSEUDONYM: Final = re.compile(
    rf"人员[{_ALPHABET}]{{{_LENGTH}}}|\[(?:{'|'.join(name for kind, name in _NAMES.items() if kind != 'person')})"
    rf"[{_ALPHABET}]{{{_LENGTH}}}\]|(?:文件夹?|文书)[{_ALPHABET}]{{{_LENGTH + 3}}}"
)
"""Every shape a pseudonym has; what has it in a text already is left alone."""


class Pseudonyms:
    """Makes pseudonyms.

    Args:
        key: of the run.
    """

    def __init__(self, key: RedactionKey) -> None:
        self._secret = key.derive("pseudonyms")

    def of(self, finding: Finding, scope: str) -> str:
        """The pseudonym of a finding: ``人员K7QM3XD``, ``[身份证号8H2RWT4]``.

        Args:
            finding: what was found.
            scope: names the text, for a finding that means something in it only.
        """
        name = _NAMES[finding.kind]
        code = self.code(finding.kind, finding.identity, scope if finding.local else "")
        return f"{name}{code}" if finding.kind == "person" else f"[{name}{code}]"

    def code(self, *parts: str, length: int = _LENGTH) -> str:
        """Characters that stand for some words.

        Args:
            parts: the words.
            length: of the code, at most 24.
        """
        digest = hmac.new(self._secret, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        number = int.from_bytes(digest[:16])
        characters = []
        for _ in range(length):
            number, rest = divmod(number, len(_ALPHABET))
            characters.append(_ALPHABET[rest])
        return "".join(characters)

    def digest(self, value: str) -> str:
        """A digest in the place of another one (64 hexadecimal digits): equal for equal values, and telling no more."""
        return hmac.new(self._secret, f"digest\0{value}".encode(), hashlib.sha256).hexdigest()
