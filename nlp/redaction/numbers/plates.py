"""Registration plates of cars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# 甲 to 丁 and 某 stand for a province in masked texts.
_PROVINCE: Final = (
    "[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使甲乙丙丁某]"
)
_LETTER: Final = "[A-HJ-NP-Z]"
_PLATE: Final = re.compile(
    rf"{_PROVINCE}{_LETTER}[·.\- ]?(?=[A-Z]{{0,2}}\d|\d)(?=[A-Z0-9]*\d[A-Z0-9]*\d)"
    rf"(?:[A-HJ-NP-Z0-9]{{4,6}}[挂學学警港澳领使]|[A-HJ-NP-Z0-9]{{5,6}})(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9])WJ[·.\- ]?{_PROVINCE}?[·.\- ]?\d{{4,5}}[A-Z]?(?![A-Za-z0-9])"
)


def find_plates(plain: str) -> Iterator[tuple[int, int]]:
    """Places of plates: civil, of new-energy cars, of learners, police and trailers, of the armed police."""
    for match in _PLATE.finditer(plain):
        yield match.span()
