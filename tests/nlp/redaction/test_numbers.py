"""Numbers by shape, check digit and cue; amounts, dates and file numbers are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.reading.splitting.characters import matching_form
from nlp.redaction.numbers import find_numbers
from nlp.redaction.numbers.checksums import identity_check, is_birth_date, luhn


def found(text: str) -> list[tuple[str, str]]:
    return [(item.kind, item.quote) for item in find_numbers(text, matching_form(text))]


@pytest.mark.parametrize(
    ("text", "kind", "quote"),
    [
        ("身份证号990101197208150030。", "identity_number", "990101197208150030"),
        ("持99010119720815003X在册", "identity_number", "99010119720815003X"),
        ("证件号：９９０１０１１９７２０８１５００３０", "identity_number", "９９０１０１１９７２０８１５００３０"),
        ("身份证 990101 19720815 0030", "identity_number", "990101 19720815 0030"),
        ("身份证号码为990101700305001", "identity_number", "990101700305001"),
        ("号码是110101700305001的", "identity_number", "110101700305001"),
        ("身份证990101****0815003X", "identity_number", "990101****0815003X"),
        ("手机13900000001。", "phone", "13900000001"),
        ("微信同号+86 139-0000-0001", "phone", "+86 139-0000-0001"),
        ("手机 139 0000 0001", "phone", "139 0000 0001"),
        ("电话０７５５-５５５５０１２", "phone", "０７５５-５５５５０１２"),
        ("电话（0517）8555016", "phone", "（0517）8555016"),
        ("电话01055550126", "phone", "01055550126"),
        ("座机85550205", "phone", "85550205"),
        ("热线400-555-0155", "phone", "400-555-0155"),
        ("卡号6222020000000000018", "bank_card", "6222020000000000018"),
        ("转入6222 0200 0000 0000 018", "bank_card", "6222 0200 0000 0000 018"),
        ("车牌京A00001。", "plate", "京A00001"),
        ("一辆沪B·12345的车", "plate", "沪B·12345"),
        ("新能源车粤BD00001", "plate", "粤BD00001"),
        ("甲A0003警", "plate", "甲A0003警"),
        ("邮箱a.b+c@mail.example.com。", "email", "a.b+c@mail.example.com"),
        ("护照E00000001", "passport", "E00000001"),
        ("护照EA0000001", "passport", "EA0000001"),
        ("通行证C00000001", "passport", "C00000001"),
    ],
)
def test_what_tells_who_somebody_is(text: str, kind: str, quote: str) -> None:
    assert (kind, quote) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "投资13800000000元",
        "惠及13800万户",
        "订单号202401150000123456",
        "流水号9988776655443322110",
        "统一社会信用代码91990101MA00000000",
        "项目代码2019-990101-48-01-012345",
        "A委发〔2023〕15号",
        "2023年9月15日15:30",
        "得分98.6，第12345名",
        "电话会议开了3次",
        "拨打110、120",
        "B2车位",
        "邮编100000",
        "990101990230001",
        "微信@某人",
    ],
)
def test_what_tells_nobody(text: str) -> None:
    assert found(text) == []


def test_a_number_is_the_same_however_it_is_written() -> None:
    texts = ["手机139 0000 0001", "手机139-0000-0001", "手机１３９００００００００１"[:13], "电话+86 13900000001"]
    identities = {item.identity for text in texts for item in find_numbers(text, matching_form(text))}
    assert "13900000001" in identities
    assert len(identities) == 2  # the third is cut to eleven digits of another number


@given(st.text(alphabet="0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_breaks_the_identity_check(digits: str, place: int, change: int) -> None:
    whole = next(digits + last for last in "0123456789X" if identity_check(digits + last))
    other = str((int(whole[place]) + change) % 10)
    assert not identity_check(whole[:place] + other + whole[place + 1 :])


@given(st.text(alphabet="0123456789", min_size=12, max_size=18), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_breaks_luhn(digits: str, place: int, change: int) -> None:
    whole = next(digits + last for last in "0123456789" if luhn(digits + last))
    assert not luhn(whole[:place] + str((int(whole[place]) + change) % 10) + whole[place + 1 :])


def test_dates() -> None:
    assert is_birth_date("19720229")
    assert not is_birth_date("19730229")
    assert is_birth_date("700305")
    assert not is_birth_date("701305")
    assert not is_birth_date("30000101")
    assert not is_birth_date("１９７２０２２９")


def test_a_long_run_without_an_end_costs_nothing() -> None:
    # Each of these took minutes when the search for an address of the net began at every character.
    for text in ("a." * 50_000 + "@", "1" * 100_000, "a-" * 50_000):
        assert found(text) == []
