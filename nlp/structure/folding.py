"""The parallel text used for matching: same length, fewer variants.

Traditional characters become simplified ones (OpenCC ``t2s``, character by character, so that lengths hold), half-width
punctuation becomes full-width, Latin letters lower case, and all double quotes one shape. Never shown to anybody.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PUNCTUATION = {
    ";": "；", "?": "？", "!": "！", "(": "（", ")": "）", "|": "｜",
    '"': "“", "”": "“", "「": "“", "」": "“", "『": "“", "』": "“", "＂": "“", "〝": "“", "〞": "“",
    "‘": "’", "'": "’", "﹐": "，", "､": "、", "｡": "。", "﹑": "、", "．": ".", "‧": "·", "•": "·",
}  # fmt: skip
# A comma or colon between digits (1,200 or 10:30) separates nothing.
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_COLON = re.compile(r"(?<!\d):|:(?!\d)")
# A dot behind an ideograph ends a sentence; 1.5, 1.学习 and A.B stay.
_DOT = re.compile(r"(?<=[\u3400-\u9fff])\.(?=[\s\u3400-\u9fff“’]|$)")


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    from opencc import OpenCC

    chars = [chr(code) for area in ((0x3400, 0xA000), (0x20000, 0x2A6E0)) for code in range(*area)]
    simplified = OpenCC("t2s").convert("\n".join(chars)).split("\n")
    table = {ord(a): b for a, b in zip(chars, simplified, strict=True) if a != b and len(b) == 1}
    table.update({ord(a): b for a, b in _PUNCTUATION.items()})
    table.update({code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
    return table


def fold(text: str) -> str:
    """The folded form of ``text``, of the same length in code points."""
    folded = text.translate(_table())
    if "," in folded:
        folded = _COMMA.sub("，", folded)
    if ":" in folded:
        folded = _COLON.sub("：", folded)
    if "." in folded:
        folded = _DOT.sub("。", folded)
    return folded
