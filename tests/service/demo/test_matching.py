"""From wanted tags to decisions about proposed ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import DemoError
from service.demo.matching import span, steps
from service.demo.shapes import WantedTag

TEXT = "他从不推诿扯皮，办事公道；𠮷村的路一个月修通👍。"


def wanted(quote: str, label: str = "responsibility", **fields: Any) -> WantedTag:
    return WantedTag(quote=quote, label=label, polarity=fields.pop("polarity", "+"), **fields)


def proposed(quote: str, label: str = "responsibility", **fields: Any) -> dict[str, Any]:
    start = TEXT.index(quote)
    tag = {"id": quote, "start": start, "end": start + len(quote), "quote": quote, "label": label, "polarity": "+"}
    return {**tag, "status": "observed", "subject": "target", "kind": "judgement", **fields}


def test_what_is_proposed_as_wanted_is_accepted() -> None:
    (step,) = steps(TEXT, [wanted("从不推诿扯皮")], [proposed("从不推诿扯皮", kind="fact")])
    assert (step.action, step.body("v")) == ("accept", {"action": "accept", "comment": None, "tag_id": "从不推诿扯皮"})


def test_span_and_attributes_that_differ_are_changed() -> None:
    (step,) = steps(TEXT, [wanted("从不推诿扯皮", kind="fact", subject="team")], [proposed("推诿扯皮")])
    assert step.action == "change"
    assert step.content == {"start": 1, "end": 7, "quote": "从不推诿扯皮", "kind": "fact", "subject": "team"}


def test_other_signs_and_labels_are_not_the_same() -> None:
    found = steps(
        TEXT,
        [wanted("办事公道", "fairness")],
        [proposed("办事公道", "fairness", polarity="-"), proposed("办事公道", "work_style")],
    )
    assert [step.action for step in found] == ["add"]
    assert found[0].body("v")["tag"]["start"] == TEXT.index("办事公道")


def test_a_second_proposal_for_the_same_words_is_rejected_and_the_rest_is_left() -> None:
    there = [proposed("推诿扯皮"), proposed("从不推诿扯皮"), proposed("办事公道", "fairness")]
    found = [(step.action, step.tag and step.tag["id"]) for step in steps(TEXT, [wanted("从不推诿扯皮")], there)]
    assert found == [("accept", "从不推诿扯皮"), ("reject", "推诿扯皮")]
    all_of_it = steps(TEXT, [wanted("从不推诿扯皮")], there, reject_rest=True)
    assert [step.action for step in all_of_it] == ["accept", "reject", "reject"]


def test_what_lies_within_wrong_words_is_rejected() -> None:
    there = [proposed("𠮷村的路", "results"), proposed("一个月修通👍", "results")]
    (step,) = steps(TEXT, [], there, wrong=["𠮷村的路一"])
    assert step.tag is there[0]


@given(st.text("甲乙丙👍𠮷，", max_size=12), st.text("甲乙丙👍𠮷，", min_size=1, max_size=3))
def test_words_stand_once_or_are_refused(text: str, words: str) -> None:
    places = [place for place in range(len(text)) if text.startswith(words, place)]
    if len(places) == 1:
        start, end = span(text, words)
        assert (start, text[start:end]) == (places[0], words)
    else:
        with pytest.raises(DemoError):
            span(text, words)
