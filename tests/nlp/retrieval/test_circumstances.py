"""The three distinctions between honest failure and wilful fault."""

from __future__ import annotations

import pytest

from nlp.retrieval.circumstances import compare_circumstances, load_distinctions

HONEST = "这项改革没有先例可循，事先报备过，也经集体研究，试点中出了偏差，马上止损，未谋取私利。"
WILFUL = "上级叫停后他照旧上马，未经集体研究，还收受施工方的红包，事后篡改会议记录。"


def test_the_words_of_both_sides_are_quoted_at_their_place() -> None:
    found = compare_circumstances(HONEST, WILFUL)
    assert {item.id for item in found} == {"experience", "limits", "intent"}
    for item in found:
        for quote in (*item.query_honest, *item.query_wilful):
            assert HONEST[quote.start : quote.end] == quote.quote
        for quote in (*item.case_honest, *item.case_wilful):
            assert WILFUL[quote.start : quote.end] == quote.quote


def test_a_difference_is_marked_only_between_one_side_and_the_other() -> None:
    marked = {item.id: item.differs for item in compare_circumstances(HONEST, WILFUL)}
    assert marked == {"experience": False, "limits": True, "intent": True}
    assert not any(item.differs for item in compare_circumstances(HONEST, HONEST))


@pytest.mark.parametrize(
    "text", ["经查未收受任何礼金。", "未发现收受企业财物。", "没有权钱交易。", "并未隐瞒台账。", "不是中饱私囊。"]
)
def test_a_fault_that_is_denied_is_not_a_fault(text: str) -> None:
    assert not any(item.query_wilful for item in compare_circumstances(text, ""))


def test_a_text_that_says_nothing_gives_nothing() -> None:
    assert compare_circumstances("他主持会议。", "村里修路。") == []


def test_there_are_three_distinctions() -> None:
    assert [item.id for item in load_distinctions()] == ["experience", "limits", "intent"]
