"""Check digits and dates inside numbers."""

from __future__ import annotations

from datetime import date
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def identity_check(number: str) -> bool:
    """Whether the last of 18 characters is the check character of the first 17 (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[17].upper()


def luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    if not (number.isascii() and number.isdigit()):
        return False
    total = 0
    for place, character in enumerate(reversed(number)):
        digit = int(character) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_birth_date(digits: str) -> bool:
    """Whether eight digits are a day from 1900 to 2099, or six digits a day of the twentieth century (YYMMDD)."""
    full = "19" + digits if len(digits) == 6 else digits
    if len(full) != 8 or not full.isascii() or not full.isdigit() or full[:2] not in ("19", "20"):
        return False
    try:
        date(int(full[:4]), int(full[4:6]), int(full[6:]))
    except ValueError:
        return False
    return True
