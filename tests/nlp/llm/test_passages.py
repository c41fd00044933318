"""Which clauses go into one request."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.llm.passages import around, bundles, whole_text
from nlp.structure.parse import parse_structure

LINES = parse_structure("他学习刻苦,办事公道,作风扎实。\n他敢于担当。\n他廉洁。\n")


def test_lines_are_put_together_as_long_as_they_fit_and_cut_only_where_one_is_too_long() -> None:
    assert whole_text(LINES, 100) == [range(5)]
    assert whole_text(LINES, 16) == [range(3), range(3, 5)]
    assert whole_text(LINES, 11) == [range(2), range(2, 4), range(4, 5)]
    assert whole_text(LINES, 1) == [range(index, index + 1) for index in range(5)]


def test_parts_without_anything_to_tag_are_left_out() -> None:
    assert whole_text(parse_structure("要加强学习。", doc_type="policy"), 100) == []
    assert whole_text(parse_structure(""), 100) == []


def test_neighbours_are_joined_unless_that_is_too_long() -> None:
    assert around(LINES, {0, 4}, 1, 100) == [range(2), range(3, 5)]
    assert around(LINES, {0, 3}, 1, 100) == [range(5)]
    assert around(LINES, {0, 3}, 1, 15) == [range(2), range(2, 5)]


def test_passages_share_a_request_up_to_the_limit() -> None:
    passages = [range(1), range(2, 3), range(4, 5)]  # 5, 4 and 3 characters
    assert bundles(LINES, passages, 12) == [passages]
    assert bundles(LINES, passages, 9) == [passages[:2], passages[2:]]
    assert bundles(LINES, passages, 1) == [[passage] for passage in passages]


@settings(max_examples=60, deadline=None)
@given(st.text("他学习,。\n", max_size=60), st.integers(1, 30))
def test_every_clause_that_may_be_tagged_is_in_one_part(text: str, most: int) -> None:
    structure = parse_structure(text)
    parts = whole_text(structure, most)
    seen = [index for part in parts for index in part]
    assert seen == sorted(set(seen))
    left_out = set(range(len(structure.clauses))) - set(seen)
    assert all(structure.settings[index].muted for index in left_out)
