"""Mend what recognition confuses in Chinese text: half-width and full-width marks, and blanks between characters.

Models give ``,`` for ``，`` about as often as not, since the two differ by nothing but the room around them. NFKC would
make all of them half-width and with them change what stands on the page, so the neighbours decide: a mark beside an
ideograph is full-width, one between digits or Latin letters stays. Measured in tests/bench/bench_ocr.py.
"""

from __future__ import annotations

import re
from typing import Final

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS: Final = "，。、；：？！（）《》〈〉「」『』【】〔〕“”‘’…—·"
_WIDE: Final = f"{_HAN}{_MARKS}"
_FULL: Final = str.maketrans(",:;?!()", "，：；？！（）")
_LATIN: Final = str.maketrans({code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))})  # fmt: skip
_BLANKS: Final = re.compile(
    rf"(?<=[{_WIDE}])[ \u3000]+(?=[{_WIDE},:;?!()0-9])|(?<=[{_WIDE},:;?!()0-9])[ \u3000]+(?=[{_WIDE}])"
)
_MARK: Final = re.compile(rf"(?<=[{_WIDE}%％）\d])[,;:?!](?=[{_WIDE}]|$)|(?<=[{_WIDE}])[,;:?!]|[,;:?!](?=[{_HAN}])")
_PAIR: Final = re.compile(r"[(（]([^()（）]*)[)）]")
_LOOSE: Final = re.compile(rf"[()](?=[{_HAN}])|(?<=[{_HAN}])[()]|(?<=[{_WIDE}])\)$|^\((?=[{_WIDE}])")
_STOP: Final = re.compile(rf"(?<=[{_HAN}”）])\.$")
_DOTS: Final = re.compile(rf"(?<=[{_WIDE}])(?:\.{{3,}}|(?<!…)…(?!…)|·{{3,}}|。{{3,}})(?=[{_WIDE}]|$)")
_ANY_HAN: Final = re.compile(f"[{_HAN}]")


def mend(line: str) -> str:
    """The text of a recognised line as it most likely stands on the page.

    Args:
        line: without line breaks.

    Returns:
        Never longer but for the dots of an ellipsis; unchanged where the line has no ideograph, except that
        full-width letters and digits become ASCII.
    """
    line = line.translate(_LATIN).strip(" \u3000")
    if not _ANY_HAN.search(line):
        return line
    # A mark may stand beside another one that only now is full-width.
    while (wider := _widened(line)) != line:
        line = wider
    return line


def _widened(line: str) -> str:
    line = _BLANKS.sub("", line)
    line = _PAIR.sub(lambda match: _pair(match, line), line)
    line = _LOOSE.sub(lambda match: match[0].translate(_FULL), line)
    line = _MARK.sub(lambda match: match[0].translate(_FULL), line)
    return _DOTS.sub("……", _STOP.sub("。", line))


def _pair(match: re.Match[str], line: str) -> str:
    inside = match[1]
    beside = line[max(0, match.start() - 1) : match.start()] + line[match.end() : match.end() + 1]
    chinese = _ANY_HAN.search(inside + beside)
    return f"（{inside}）" if chinese else match[0]
