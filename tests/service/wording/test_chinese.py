"""What people read of an error is Chinese, whatever its values are, and nothing of it gets lost."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp import errors
from service.wording import validation
from service.wording.chinese import on_terminal, phrase, told
from service.wording.phrases import ALL
from service.wording.titles import TITLES
from tests.service.wording.wordings import wordings

# Where errors come from that a caller of the API, or an administrator at the machine, is shown.
PLACES = (
    "nlp/reading", "service/access", "service/api", "service/assessment", "service/audit", "service/backup", "service/batches",
    "service/commands/database.py", "service/decisions", "service/engine.py", "service/exports/background",
    "service/jobs", "service/limits.py", "service/observation", "service/quality", "service/records", "service/review",
    "service/searching", "service/settings.py", "service/store", "service/subjects",
)  # fmt: skip
# Nothing but what is to be typed.
TYPED = {"PUT /v1/session/password", "pip install 'yanpan[oidc]'", "yanpan audit head"}


def kinds(of: type[errors.YanpanError] = errors.YanpanError) -> list[type[errors.YanpanError]]:
    return [of, *(one for kind in of.__subclasses__() for one in kinds(kind))]


def is_chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.code)
def test_every_code_has_a_title(kind: type[errors.YanpanError]) -> None:
    assert is_chinese(TITLES[kind.code])


@pytest.mark.parametrize("folder", PLACES)
def test_every_wording_has_chinese(folder: str) -> None:
    found = list(wordings(folder))
    missing = {}
    for place, words in found:
        shown = phrase(words.replace("{}", "7"))
        if (shown is None or not is_chinese(shown)) and words not in TYPED and not _bare(words):
            missing[words] = place
    assert missing == {}, "give them Chinese in service/wording/phrases"


def _bare(words: str) -> bool:
    """Values only, or the name of something: there is nothing to say in Chinese."""
    return not any(char in string.ascii_lowercase for char in words.replace("{}", "")) or words.isidentifier()


def test_values_stand_where_they_belong() -> None:
    error = errors.ConflictError("the note is approved", path="a1", expected="submitted")
    assert told(error) == "这份研判的状态是“已批准”（a1）；应为：已提交"
    error = errors.InvalidInputError("the quote is not the text at 3-9", place="findings[0].quote")
    assert told(error) == "引文与原文 3-9 处不符（findings[0].quote）"


def test_a_wording_of_somebody_else_is_shown_as_it_is() -> None:
    error = errors.StoreError("some library said so", place="line 3", hint="look there")
    assert told(error) == "数据库出错（some library said so）（第 3 行）；look there"
    assert on_terminal(error).endswith(f"\n  [store] {error}")


@given(st.sampled_from(sorted(ALL)), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12))
def test_values_of_any_kind_go_through(key: str, given_value: str) -> None:
    shown = phrase(key.replace("{#}", "12").replace("{}", given_value))
    assert shown is not None
    assert shown


def test_every_value_of_a_wording_is_kept() -> None:
    for key, chinese in ALL.items():
        assert key.count("{}") + key.count("{#}") == chinese.count("{}"), key


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=3)
    level: int = Field(ge=0, le=4)
    ids: list[str] = Field(max_length=1)


def test_fields_of_a_request() -> None:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate({"name": "某", "level": 9, "ids": ["a", "b"], "more": 1})
    words = {str(error["loc"][0]): validation.told(error) for error in caught.value.errors()}
    assert words == {"name": "至少 2 个字符", "level": "应不大于 4", "ids": "不超过 1 项", "more": "没有这个字段"}


def test_words_for_values_that_are_not_valid() -> None:
    found = {"type": "date_from_datetime_inexact", "msg": "x", "ctx": {}}
    assert validation.told(found) == "应为日期，不带时间"
    assert validation.told({"type": "of_tomorrow", "msg": "new words"}) == "new words"
    assert (
        validation.told({"type": "literal_error", "msg": "x", "ctx": {"expected": "'a' or 'b'"}}) == "只能是 'a' 或 'b'"
    )
    assert validation.told({"type": "value_error", "msg": "Value error, why", "ctx": {}}) == "值不对：why"
