"""One normalised text for each source text, with the way back.

Characters are replaced one for one wherever that is possible (full-width letters and digits, odd spaces, compatibility
ideographs of PDF text layers, lone surrogates), dropped where they carry nothing (zero-width and control characters),
and line breaks of wrapped copies are taken out. Punctuation and traditional characters stay as written; they are only
folded in the parallel text used for matching (``folding.py``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nlp.structure.offsets import MapBuilder, OffsetMap
from nlp.structure.wrapping import find_wraps


@dataclass(frozen=True)
class NormalisedText:
    """A normalised text and the map to its source.

    Attributes:
        text: what all offsets refer to.
        source_map: code points of ``text`` to code points of the source.
        was_wrapped: whether line breaks inside sentences were taken out.
    """

    text: str
    source_map: OffsetMap
    was_wrapped: bool


def _one_for_one() -> dict[int, int]:
    table: dict[int, int] = {}
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        table[code] = code - 0xFEE0
    for code in (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x1680):
        table[code] = 0x20
    # PDF text layers often hold Kangxi radicals and compatibility forms in place of ordinary ideographs.
    for code in (*range(0x2E80, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA1E)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and ord(plain) != code:
            table[code] = ord(plain)
    for code in (0x0B, 0x0C, 0x85, 0x2028, 0x2029, 0x0D):
        table[code] = 0x0A
    return table


_TABLE = _one_for_one()
_SURROGATE = re.compile("[\ud800-\udfff]")
_DROPPED = re.compile(
    "\r(?=\n)|[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\xad\u200b\u200c\u200e\u200f\u2060\ufeff\ufffe]+"
)
# Text whose every character is set apart by a blank (some OCR and form exports): a line is closed up when nearly all
# of its ideographs stand alone.
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_SPACED_LINE = re.compile(rf"^[^\n]*{_HAN} {_HAN} {_HAN} {_HAN}[^\n]*$", re.MULTILINE)
_SPACED_PAIR = re.compile(rf"(?<={_HAN}) (?={_HAN}|[，。；：！？、])|(?<=[，。；：！？、]) (?={_HAN})")


def normalise(source: str) -> NormalisedText:
    """Normalise one text.

    Args:
        source: any string, lone surrogates included.

    Returns:
        The normalised text with its map; never longer than the source.
    """
    replaced = _SURROGATE.sub("\ufffd", source).translate(_TABLE) if source else source
    # "\r\n" is one line break: the translation made two of it, the original tells which.
    text, first = _drop(replaced, _spans_to_drop(source, replaced))
    wraps = find_wraps(text)
    if not wraps:
        return NormalisedText(text, first, was_wrapped=False)
    text, second = _drop(text, wraps)
    return NormalisedText(text, first.then(second), was_wrapped=True)


def _spans_to_drop(source: str, replaced: str) -> list[tuple[int, int, str]]:
    spans = [(*match.span(), "") for match in _DROPPED.finditer(source)]
    for line in _SPACED_LINE.finditer(replaced):
        blanks = [(*match.span(), "") for match in _SPACED_PAIR.finditer(replaced, line.start(), line.end())]
        han = len(re.findall(_HAN, line.group()))
        if len(blanks) >= 0.6 * han:
            spans.extend(blanks)
    return sorted(spans)


def _drop(text: str, spans: list[tuple[int, int, str]]) -> tuple[str, OffsetMap]:
    if not spans:
        return text, OffsetMap.identity(len(text))
    builder = MapBuilder(text)
    position = 0
    for start, end, instead in spans:
        builder.keep(position, start)
        builder.keep(start, start + len(instead), instead)
        position = end
    builder.keep(position, len(text))
    return builder.build()
