"""Dates in the shapes documents have."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.identity.dates import find_dates
from nlp.reading.numerals import numeral
from nlp.reading.splitting.characters import matching_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年5月12日", "2024-05-12"),
        ("２０２４年５月", "2024-05"),
        ("2024 年 5 月 12 日", "2024-05-12"),
        ("二〇二四年五月", "2024-05"),
        ("二○二三年十二月二十日", "2023-12-20"),
        ("二零二四年十月廿三日", "2024-10-23"),
        ("2024.5.12", "2024-05-12"),
        ("2024-05-12", "2024-05-12"),
        ("2024/5/12", "2024-05-12"),
        ("2024.05", "2024-05"),
        ("2024年", "2024"),
        ("5月14日", "--05-14"),
        ("十二月三十一日", "--12-31"),
        ("2024年2月26日至28日", "2024-02-26/2024-02-28"),
        ("2024年2月26-28日", "2024-02-26/2024-02-28"),
        ("2024年2月至3月", "2024-02/2024-03"),
        ("2023年12月30日—2024年1月2日", "2023-12-30/2024-01-02"),
        ("2024.2.26-28", "2024-02-26/2024-02-28"),
        ("2024.2.26-2024.3.1", "2024-02-26/2024-03-01"),
        ("2024.11-2025.2", "2024-11/2025-02"),
        ("12月8日至10日", "--12-08/--12-10"),
    ],
)
def test_shapes(text: str, expected: str) -> None:
    (found,) = find_dates(matching_form(f"于{text}。"))
    assert (found.iso, found.start, found.end) == (expected, 1, 1 + len(text))


@pytest.mark.parametrize(
    "text", ["2024年13月1日", "2023年2月30日", "七月初九", "二〇二三年七月初九", "3月的事", "第2024号", "10.5.1", "1.2"]
)
def test_what_is_no_date(text: str) -> None:
    assert find_dates(matching_form(text)) == []


def test_the_time_of_day_is_no_part() -> None:
    (found,) = find_dates(matching_form("2022年10月9日14时20分至16时05分"))
    assert found.iso == "2022-10-09"


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["年月日", "...", "--", "//", "二"]))
def test_every_day_is_read_back(day: date, shape: str) -> None:
    if shape == "二":
        year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
        text = f"{year}年{numeral(day.month, 'chineseCounting')}月{numeral(day.day, 'chineseCounting')}日"
    elif shape == "年月日":
        text = f"{day.year}年{day.month}月{day.day}日"
    else:
        text = f"{day.year}{shape[0]}{day.month}{shape[0]}{day.day}"
    assert [found.iso for found in find_dates(text)] == [day.isoformat()]


@settings(deadline=None)
@given(st.text("0123456789年月日号至-—.〇一二十廿初 ", max_size=40))
def test_ranges_hold(text: str) -> None:
    end = 0
    for found in find_dates(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
