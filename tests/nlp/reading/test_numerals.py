import pytest

from nlp.reading.numerals import numeral


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimal", {1: "1", 12: "12"}),
        ("decimalZero", {1: "01", 12: "12"}),
        ("decimalFullWidth", {12: "１２"}),
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 35: "三十五"}),
        (
            "chineseCountingThousand",
            {10: "十", 100: "一百", 101: "一百〇一", 110: "一百一十", 1001: "一千〇一", 1010: "一千〇一十"},
        ),
        ("japaneseCounting", {3: "三", 19: "十九"}),
        ("chineseLegalSimplified", {1: "壹", 10: "壹拾", 12: "壹拾贰"}),
        ("ideographDigital", {10: "一〇", 203: "二〇三"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("decimalEnclosedCircleChinese", {1: "①", 20: "⑳", 21: "21"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 53: "AAA"}),
        ("lowerLetter", {2: "b"}),
        ("upperRoman", {4: "IV", 1994: "MCMXCIV"}),
        ("lowerRoman", {9: "ix", 0: "0"}),
        ("hebrew1", {7: "7"}),
    ],
)
def test_number_formats(form, expected):
    assert {value: numeral(value, form) for value in expected} == expected
