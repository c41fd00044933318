"""Near-duplicates as one hit, sources capped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.near_duplicates import near_duplicates
from nlp.retrieval.groups import gather, gather_enough

LONG = "某县水利局副局长李某在岁修工程中亲自核对每一笔土方，发现虚报三百方后当场退回，施工方托人说情未果。"


def test_copies_with_small_changes_are_one_group_and_others_are_not() -> None:
    copy = LONG.replace("三百方", "三百余方") + "\n(复印件)"
    other = "某镇卫生院院长张某带头值夜班，药房账目每月张贴，村民看得见、问得着，院里多年没有一起投诉。"
    assert near_duplicates([LONG, other, copy]) == [0, 1, 0]


def test_white_space_and_punctuation_make_no_difference() -> None:
    assert near_duplicates([LONG, LONG.replace("，", ",\n")]) == [0, 0]


def test_short_texts_are_one_only_when_identical() -> None:
    assert near_duplicates(["作风扎实", "作风扎实。", "作风扎实得很"]) == [0, 0, 2]


def test_texts_without_a_word_are_no_duplicates_of_each_other() -> None:
    assert near_duplicates(["", " ", "……"]) == [0, 1, 2]


def test_likeness_is_passed_on_along_a_chain() -> None:
    second = LONG.replace("李某", "李某某")
    third = second.replace("三百方", "三百二十方")
    assert near_duplicates([LONG, second, third]) == [0, 0, 0]


def test_the_cap_leaves_later_cases_of_a_source_out_and_never_those_without_one() -> None:
    texts = [f"{n}{LONG}" for n in range(5)]
    found = gather(texts, ["甲", "甲", None, None, "乙"], collapse=False, per_source=1)
    assert found.shown == [0, 2, 3, 4]


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_a_ranking_is_asked_for_deeper_until_enough_is_shown(k: int) -> None:
    texts = [LONG] * 6 + ["甲" * 40, "乙丙" * 20, "丁戊己" * 15]
    asked = []

    def ask(depth: int) -> tuple[list[str], list[str | None]]:
        asked.append(depth)
        return texts[:depth], [None] * min(depth, len(texts))

    found = gather_enough(ask, k, collapse=True, per_source=None)
    assert found.shown == [0, 6, 7, 8][:k]
    if k > 1:
        assert found.behind[0] == [1, 2, 3, 4, 5]
    assert asked[0] == k


@given(st.lists(st.text(alphabet="甲乙丙丁，。 ", max_size=60), max_size=12))
def test_a_group_is_named_by_its_first_member(texts: list[str]) -> None:
    groups = near_duplicates(texts)
    assert all(group <= place and groups[group] == group for place, group in enumerate(groups))
