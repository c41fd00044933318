"""Numbers written the way Word's automatic numbering writes them (ECMA-376 part 1, 17.18.59 ST_NumberFormat)."""

from __future__ import annotations

from typing import Final

_CHINESE: Final = ("〇一二三四五六七八九", "十百千")
_LEGAL: Final = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_COUNTING: Final = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand")
)


def numeral(value: int, form: str) -> str:
    """Write a number.

    Args:
        value: the number.
        form: the name of a number format in Word, e.g. ``chineseCounting``.

    Returns:
        The number in that form; in Arabic digits where the form is unknown or has no sign for the number.
    """
    if form in _COUNTING and 0 < value < 10_000:
        text = _positional(value, *_CHINESE)
        return text.removeprefix("一") if 10 <= value < 20 else text
    if form == "chineseLegalSimplified" and 0 < value < 10_000:
        return _positional(value, *_LEGAL)
    if form == "ideographDigital":
        return "".join(_CHINESE[0][int(digit)] for digit in str(value)) if value >= 0 else str(value)
    if form == "ideographTraditional" and 0 < value <= 10:
        return _STEMS[value - 1]
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 0 < value <= 20:
        return chr(0x2460 + value - 1)
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))
    if form == "decimalZero":
        return f"{value:02}"
    if form in ("upperLetter", "lowerLetter") and 0 < value <= 780:
        letter = chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        text = _roman(value)
        return text if form == "upperRoman" else text.lower()
    return str(value)


def _positional(value: int, digits: str, units: str) -> str:
    text = ""
    zero = False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if digit:
            # One zero stands for any number of empty places between two digits: 一百〇一, 一千〇一.
            text += (digits[0] if zero else "") + digits[digit] + (units[power - 1] if power else "")
            zero = False
        elif text:
            zero = True
    return text


def _roman(value: int) -> str:
    text = ""
    for worth, sign in _ROMAN:
        text += sign * (value // worth)
        value %= worth
    return text
