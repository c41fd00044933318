"""Reading answers."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from nlp.codebook import Codebook
from nlp.errors import LanguageModelError
from nlp.llm.answer import read_answer, read_claims

LIST = '[{"quote": "学习刻苦"}]'


@pytest.mark.parametrize(
    "content",
    [
        f'{{"tags": {LIST}}}',
        LIST,
        f'```json\n{{"tags": {LIST}}}\n```',
        f'好的,结果如下:\n```\n{{"tags": {LIST}}}\n```\n以上。',
        f'<think>先看 {{"tags": []}} 再说</think>\n{{"tags": {LIST}}}',
        f'结果:{{"tags": {LIST}}} 完毕',
    ],
)
def test_the_list_is_found_in_its_usual_wrappings(content: str) -> None:
    assert read_answer(content) == json.loads(LIST)


@pytest.mark.parametrize("content", ["没有", '{"tags": "无"}', '{"tags": [', "7", "{}", "[" * 100_000])
def test_anything_else_is_an_error(content: str) -> None:
    with pytest.raises(LanguageModelError, match="not the JSON"):
        read_answer(content)


def test_items_that_break_the_form_are_counted_by_reason(codebook: Codebook, tag) -> None:
    good = tag("学习刻苦", "learning")
    items = [
        good, "学习刻苦", {**good, "quote": 7}, {**good, "label": "courage"}, {**good, "label": ["learning"]},
        {**good, "polarity": "0"}, {**good, "status": "normative"}, {**good, "subject": []}, {**good, "kind": None},
    ]  # fmt: skip
    dropped: Counter[str] = Counter()
    claims = read_claims(items, codebook, dropped)
    assert [claim.quote for claim in claims] == ["学习刻苦"]
    assert dropped == {"malformed": 2, "unknown_label": 2, "bad_value": 4}


def test_advice_is_a_criticism_whatever_sign_it_was_given(codebook: Codebook, tag) -> None:
    claims = read_claims([tag("加强学习", "learning", "+", "advised")], codebook, Counter())
    assert claims[0].polarity == "-"
