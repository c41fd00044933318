"""What an answer does to doubtful tags."""

from __future__ import annotations

from collections import Counter

from nlp.llm.adjudication import adjudicate
from nlp.structure.parse import parse_structure
from nlp.tagging.context import assert_candidates
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.rules import load_rules

LIST = parse_structure("他没有推诿、拖延、刁难,办事公道。作风扎实。")


def judged(doubtful, found, settled=()):
    dropped: Counter[str] = Counter()
    return adjudicate(LIST, doubtful, settled, found, dropped), +dropped


def test_a_confirmed_tag_keeps_place_and_source_and_takes_the_attributes(local) -> None:
    mine = local(LIST, "公道", "fairness", 0.4, source="both")
    theirs = local(LIST, "办事公道", "fairness", 0.75, "-", "reported", "team", "fact", "classifier")
    (kept,), dropped = judged([mine], [theirs])
    assert kept.candidate.start == mine.candidate.start
    assert (kept.candidate.source, kept.candidate.score) == ("both", 0.75)
    assert (kept.polarity, kept.status, kept.subject, kept.kind) == ("-", "reported", "team", "fact")
    assert not dropped


def test_the_better_of_the_two_scores_stays(local) -> None:
    (kept,), _ = judged([local(LIST, "公道", "fairness", 0.9)], [local(LIST, "公道", "fairness", 0.75)])
    assert kept.candidate.score == 0.9


def test_cues_of_an_attribute_that_changed_are_taken_off(local) -> None:
    structure = parse_structure("据反映,他从不推诿。")
    scan = load_rules().scanner.scan(structure.folded)
    (mine, *_) = [
        item
        for item in assert_candidates(structure, lexicon_candidates(scan, structure), scan.cues)
        if {cue.group.attribute for cue in item.cues} >= {"polarity", "status"}
    ]
    theirs = local(structure, "从不推诿", mine.candidate.label, 0.75, mine.polarity, "observed", mine.subject)
    (kept,) = adjudicate(structure, [mine], [], [theirs], Counter())
    attributes = {cue.group.attribute for cue in kept.cues}
    assert "polarity" in attributes
    assert "status" not in attributes


def test_what_is_not_confirmed_is_dropped_and_another_label_there_stands_in(local) -> None:
    mine = [local(LIST, "办事公道", "fairness", 0.3), local(LIST, "作风扎实", "diligence", 0.3)]
    theirs = local(LIST, "作风扎实", "work_style", 0.75)
    assert judged(mine, [theirs]) == ([theirs], {})


def test_a_finding_elsewhere_or_beyond_the_tags_in_doubt_does_not_count(local) -> None:
    mine = local(LIST, "办事公道", "fairness", 0.3)
    confirmed = local(LIST, "办事公道", "fairness", 0.75)
    more = [local(LIST, "办事公道", "integrity", 0.75), local(LIST, "作风扎实", "work_style", 0.75)]
    kept, dropped = judged([mine], [confirmed, *more])
    assert [item.candidate.label for item in kept] == ["fairness"]
    assert dropped == {"unasked": 2}


def test_items_of_a_list_are_judged_one_by_one(local) -> None:
    mine = [local(LIST, word, "responsibility", 0.3) for word in ("推诿", "拖延", "刁难")]
    theirs = [local(LIST, quote, "responsibility", 0.75) for quote in ("没有推诿", "没有推诿、拖延")]
    kept, dropped = judged(mine, theirs)
    assert [LIST.text[item.candidate.start : item.candidate.end] for item in kept] == ["推诿", "拖延"]
    assert not dropped


def test_two_local_finds_in_one_quote_are_both_confirmed(local) -> None:
    mine = [local(LIST, "办事", "fairness", 0.3), local(LIST, "公道", "fairness", 0.3)]
    kept, _ = judged(mine, [local(LIST, "办事公道", "fairness", 0.75)])
    assert len(kept) == 2


def test_a_settled_tag_is_not_found_a_second_time(local) -> None:
    settled = local(LIST, "公道", "fairness", 0.9)
    mine = local(LIST, "办事公道", "execution", 0.3)
    assert judged([mine], [local(LIST, "办事公道", "fairness", 0.75)], [settled]) == ([], {"unasked": 1})
