"""The form of a text that header words are looked up in: same length, fewer ways to write one thing."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.yamlfile import load_yaml

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
"""Ideographs, for a character class; with the extension blocks, whose characters stand in names."""

_MARKS: Final = {
    ":": "：", "﹕": "：", "︰": "：", "(": "（", ")": "）", "〔": "（", "〕": "）", "[": "（", "]": "）", "【": "（", "】": "）",
    ",": "，", ";": "；", "?": "？", "!": "！", "|": "｜", "•": "·", "‧": "·", "・": "·", "･": "·", "●": "·",
    "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\xa0": " ", "\u3000": " ",
    "\u202f": " ", "\u205f": " ", "\ufeff": " ",
}  # fmt: skip
_BLANKS: Final = range(0x2000, 0x200C)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    path = corpora_path("identity", "traditional.yaml")
    table = {ord(mark): plain for mark, plain in _MARKS.items()}
    table.update(dict.fromkeys(_BLANKS, " "))
    for first in (0xFF10, 0xFF21, 0xFF41):
        for code in range(first, first + (10 if first == 0xFF10 else 26)):
            table[code] = chr(code - 0xFEE0)
    for plain, variants in load_yaml(path, ConfigurationError).items():
        table.update({ord(variant): plain for variant in variants})
    return table


def matching_form(text: str) -> str:
    r"""``text`` for looking up words: of the same length in code points.

    Traditional characters of the word lists become simplified, full-width letters, digits and odd blanks plain,
    punctuation full-width, every line break ``\n``.

    Raises:
        ConfigurationError: the table of characters is missing or invalid.
    """
    return text.translate(_table())
