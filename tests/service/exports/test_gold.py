"""Human work joined with the annotations it started from."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.errors import InvalidRecordError
from nlp.evaluation.gold import GoldDocument
from service.exports.gold import to_gold
from service.exports.human import HumanDocument, HumanSpan
from tests.service.exports.samples import BOOK, annotation_of, tag_of

TEXT = "据反映，李某不推诿，会上敢担当。"
CUES = [
    {"start": 0, "end": 3, "quote": "据反映", "effect": "status=reported"},
    {"start": 6, "end": 7, "quote": "不", "effect": "polarity=flip"},
]
BASE = annotation_of(
    TEXT, [tag_of(TEXT, 4, 9, status="reported", cues=CUES), tag_of(TEXT, 12, 15, "execution", score=0.4)]
)
ATTRIBUTES = {"polarity": "+", "status": "reported", "subject": "target", "kind": "judgement"}


def gold(*spans: HumanSpan, **options: Any) -> dict[str, Any]:
    return to_gold(HumanDocument(BASE.id, spans, "3", "task 1"), BASE, BOOK, **options)


def test_a_confirmed_tag_is_a_persons() -> None:
    row = gold(HumanSpan(4, 9, "responsibility", ATTRIBUTES))
    (tag,) = row["tags"]
    assert (tag["source"], tag["score"], tag["cues"]) == ("human", 1.0, CUES)
    assert row["annotator"] == "3"
    assert row["source"] == BASE.source.model_dump()


def test_it_keeps_the_machines_source_on_request() -> None:
    (tag,) = gold(HumanSpan(4, 9, "responsibility", ATTRIBUTES), keep_source=True)["tags"]
    assert tag == BASE.tags[0].model_dump(mode="json")
    (changed,) = gold(HumanSpan(4, 9, "responsibility", {**ATTRIBUTES, "kind": "fact"}), keep_source=True)["tags"]
    assert (changed["source"], changed["score"]) == ("human", 1.0)


def test_cues_of_a_changed_attribute_go() -> None:
    (tag,) = gold(HumanSpan(4, 9, "responsibility", {**ATTRIBUTES, "polarity": "-"}))["tags"]
    assert tag["cues"] == CUES[:1]


def test_a_moved_tag_has_no_cues_and_new_ones_come_in_reading_order() -> None:
    row = gold(HumanSpan(12, 14, "execution", ATTRIBUTES), HumanSpan(4, 8, "learning", ATTRIBUTES))
    assert [(tag["quote"], tag["label"], tag["family"], tag["group"], tag["cues"]) for tag in row["tags"]] == [
        ("李某不推", "learning", "trait", BOOK.label("learning").group, []),
        ("敢担", "execution", "trait", BOOK.label("execution").group, []),
    ]


def test_a_label_may_be_named_in_chinese() -> None:
    assert gold(HumanSpan(4, 9, "担当作为", ATTRIBUTES))["tags"][0]["label"] == "responsibility"
    with pytest.raises(InvalidRecordError, match="'勇气'"):
        gold(HumanSpan(4, 9, "勇气", ATTRIBUTES))


def test_the_evaluation_reads_it() -> None:
    document = GoldDocument.model_validate(gold(HumanSpan(4, 9, "responsibility", ATTRIBUTES)))
    assert [(tag.label, tag.status, tag.source) for tag in document.tags] == [("responsibility", "reported", "human")]
    assert GoldDocument.model_validate(gold()).tags == ()
