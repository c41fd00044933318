"""Quotes against the text."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.llm.answer import Claim
from nlp.llm.verify import LONGEST_QUOTE, verify
from nlp.structure.parse import Structure, parse_structure
from nlp.tagging.context import Assertion


def claim(quote: str, label: str = "learning") -> Claim:
    return Claim(quote, label, "+", "observed", "target", "fact")


def check(
    structure: Structure, *claims: Claim, ranges: list[range] | None = None
) -> tuple[list[Assertion], Counter[str]]:
    dropped: Counter[str] = Counter()
    ranges = [range(len(structure.clauses))] if ranges is None else ranges
    return verify(structure, claims, ranges, 0.75, dropped), dropped


def places(structure: Structure, *claims: Claim) -> list[tuple[int, int]]:
    return [(item.candidate.start, item.candidate.end) for item in check(structure, *claims)[0]]


PLAIN = parse_structure("他学习刻苦,办事公道。学习刻苦的人不多,他是一个。\n下乡 3 次,臺賬清楚;学习刻苦。")


def test_a_quote_in_the_text_becomes_an_assertion_with_the_values_given() -> None:
    (item,), dropped = check(PLAIN, Claim("办事公道", "fairness", "-", "reported", "team", "fact"))
    assert PLAIN.text[item.candidate.start : item.candidate.end] == "办事公道"
    assert (item.candidate.label, item.candidate.source, item.candidate.score) == ("fairness", "classifier", 0.75)
    assert (item.candidate.polarity, item.polarity, item.status, item.subject) == ("-", "-", "reported", "team")
    assert (item.kind, item.hedged, item.cues) == ("fact", False, ())
    assert not dropped


def test_an_invented_quote_is_dropped() -> None:
    assert check(PLAIN, claim("办事公平")) == ([], {"not_found": 1})


def test_width_blanks_and_traditional_characters_may_differ() -> None:
    assert places(PLAIN, claim("下乡3次,台账清楚")) == [(26, 37)]
    assert places(PLAIN, claim(" 下 乡 3次。")) == [(26, 32)]
    assert PLAIN.text[26:37] == "下乡 3 次,臺賬清楚"


def test_our_own_numbers_in_a_quote_are_forgiven() -> None:
    assert places(PLAIN, claim("⟦1⟧他学习刻苦,⟦2⟧办事公道")) == [(0, 10)]


def test_a_repeated_quote_is_the_next_occurrence_until_there_is_none() -> None:
    kept, dropped = check(PLAIN, *[claim("学习刻苦")] * 4)
    assert [item.candidate.start for item in kept] == [1, 11, 38]
    assert dropped == {"repeated": 1}


def test_one_place_may_show_several_labels() -> None:
    assert places(PLAIN, claim("学习刻苦"), claim("学习刻苦", "diligence"), claim("学习刻苦")) == [
        (1, 5),
        (1, 5),
        (11, 15),
    ]


def test_the_search_goes_on_from_the_previous_quote_and_then_from_the_start() -> None:
    assert places(PLAIN, claim("办事公道", "fairness"), claim("学习刻苦")) == [(6, 10), (11, 15)]
    assert places(PLAIN, claim("臺賬清楚"), claim("办事公道", "fairness"), claim("下乡")) == [
        (33, 37),
        (6, 10),
        (26, 28),
    ]


def test_overlapping_items_of_a_negated_list_are_all_found() -> None:
    structure = parse_structure("没有推诿、拖延、刁难。")
    quotes = ["没有推诿", "没有推诿、拖延", "没有推诿、拖延、刁难"]
    assert places(structure, *map(claim, quotes)) == [(0, 4), (0, 7), (0, 10)]


def test_quotes_over_a_line_break_are_dropped_written_or_not() -> None:
    assert check(PLAIN, claim("他是一个。\n下乡 3 次"))[1] == {"line_break": 1}
    assert check(PLAIN, claim("他是一个。下乡 3 次"))[1] == {"not_found": 1}


def test_a_closing_quotation_mark_behind_the_last_clause_is_part_of_the_text() -> None:
    structure = parse_structure("他说:“井我挨个补。”")
    assert places(structure, claim("他说:“井我挨个补。”")) == [(0, 11)]


def test_quotes_of_no_use_are_dropped() -> None:
    assert check(PLAIN, claim("他"), claim(" ,。"), claim(""))[1] == {"too_short": 3}
    long = parse_structure("好" * (LONGEST_QUOTE + 1))
    assert check(long, claim(long.text))[1] == {"too_long": 1}


def test_questions_are_not_quoted_and_the_same_words_in_the_answer_are_preferred(talk: Structure) -> None:
    (item,), _ = check(talk, claim("敢于担当"))
    assert item.candidate.start == talk.text.rindex("敢于担当")
    assert check(talk, claim("李某是不是敢于担当"))[1] == {"muted": 1}
    assert check(talk, claim("答:他敢于担当"))[1] == {"muted": 1}  # the mark of the speaker is no evidence


def test_only_what_was_shown_can_be_quoted() -> None:
    kept, dropped = check(PLAIN, claim("办事公道"), claim("臺賬清楚"), ranges=[range(0, 1), range(5, 6)])
    assert [item.candidate.start for item in kept] == [33]
    assert dropped == {"not_found": 1}
    assert check(PLAIN, claim("他学习刻苦臺賬清楚"), ranges=[range(0, 1), range(5, 6)])[1] == {"not_found": 1}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("他学习刻苦,。、 \n⟦1⟧A", max_size=8), max_size=8))
def test_whatever_is_quoted_a_kept_range_reads_like_the_quote_and_stays_on_its_line(quotes: list[str]) -> None:
    kept, dropped = check(PLAIN, *map(claim, quotes))
    assert len(kept) + sum(dropped.values()) == len(quotes)
    found = [PLAIN.text[item.candidate.start : item.candidate.end] for item in kept]
    assert len({(item.candidate.start, item.candidate.end) for item in kept}) == len(kept)
    for text in found:
        assert "\n" not in text
        assert any(text.replace(" ", "") in quote.replace(" ", "") for quote in quotes) or "⟦" in "".join(quotes)
