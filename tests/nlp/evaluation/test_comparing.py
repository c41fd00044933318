"""Every tag in exactly one place."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nlp.evaluation.comparing import compare
from nlp.evaluation.gold import GoldDocument, GoldTag
from nlp.evaluation.metrics import measure

TEXT = "天地玄黄宇宙洪荒日月盈昃辰宿列张"


def test_each_kind_of_outcome(compared) -> None:
    text = "处事公道，不怕得罪人，账目清楚，爱发脾气。"
    item = compared(
        text,
        [("处事公道", "fairness+"), ("不怕得罪人", "responsibility+"), ("账目清楚", "integrity+")],
        [("公道", "fairness+"), ("得罪人", "responsibility-"), ("账目清楚", "results+"), ("爱发脾气", "work_style-")],
    )
    assert [(gold.quote, found.quote) for gold, found in item.right] == [("处事公道", "公道")]
    assert [(gold.quote, found.quote) for gold, found in item.wrong_polarity] == [("不怕得罪人", "得罪人")]
    assert [(gold.label, found.label) for gold, found in item.wrong_label] == [("integrity", "results")]
    assert item.missed == ()
    assert [found.quote for found in item.spurious] == ["爱发脾气"]


def test_less_than_half_of_the_shorter_span_is_no_match(compared) -> None:
    text = "甲乙丙丁戊己庚辛"
    half = compared(text, [("甲乙丙丁", "results+")], [("丙丁戊己", "results+")])
    less = compared(text, [("甲乙丙丁", "results+")], [("丁戊己", "results+")])
    assert (len(half.right), len(less.right)) == (1, 0)
    assert (len(less.missed), len(less.spurious)) == (1, 1)


def test_one_gold_tag_is_matched_once(compared) -> None:
    item = compared(
        "处事公道正派。", [("处事公道正派", "fairness+")], [("处事公道", "fairness+"), ("正派", "fairness+")]
    )
    assert (len(item.right), len(item.spurious)) == (1, 1)


def test_normative_tags_count_on_neither_side(compared) -> None:
    norm = {"status": "normative"}
    text = "要处事公道，须担当作为。"
    item = compared(text, [("处事公道", "fairness+", norm)], [("担当作为", "responsibility+", norm)])
    assert item.gold == item.predicted == item.missed == item.spurious == ()


@st.composite
def _tags(draw: st.DrawFn) -> tuple[GoldTag, ...]:
    tags = []
    for _ in range(draw(st.integers(0, 7))):
        start = draw(st.integers(0, len(TEXT) - 1))
        end = draw(st.integers(start + 1, len(TEXT)))
        tags.append(
            GoldTag(
                start=start,
                end=end,
                quote=TEXT[start:end],
                label=draw(st.sampled_from(["results", "fairness", "integrity"])),
                polarity=draw(st.sampled_from(["+", "-"])),
                status=draw(st.sampled_from(["observed", "reported"])),
            )
        )
    return tuple(tags)


@given(_tags(), _tags())
def test_counts_add_up(gold: tuple[GoldTag, ...], predicted: tuple[GoldTag, ...]) -> None:
    item = compare(GoldDocument(id="d", text=TEXT, tags=gold), predicted)
    pairs = [*item.right, *item.wrong_polarity, *item.wrong_label]
    assert Counter([*(one for one, _ in pairs), *item.missed]) == Counter(gold)
    assert Counter([*(other for _, other in pairs), *item.spurious]) == Counter(predicted)
    assert all(one.label == other.label and one.polarity == other.polarity for one, other in item.right)
    assert all(one.label == other.label and one.polarity != other.polarity for one, other in item.wrong_polarity)
    assert all(one.label != other.label for one, other in item.wrong_label)
    counts = measure([item]).counts
    assert counts.right + counts.wrong_polarity + counts.wrong_label + counts.missed == counts.gold == len(gold)
    assert counts.right + counts.wrong_polarity + counts.wrong_label + counts.spurious == counts.predicted
    by_label = measure([item]).by_label
    assert sum(score.right for score in by_label.values()) == counts.right
    assert sum(score.gold for score in by_label.values()) == counts.gold


@given(_tags().filter(bool))
def test_a_perfect_prediction_has_f1_one(gold: tuple[GoldTag, ...]) -> None:
    metrics = measure([compare(GoldDocument(id="d", text=TEXT, tags=gold), gold)])
    assert metrics.micro.f1 == metrics.macro.f1 == metrics.span_only.f1 == metrics.label_only.f1 == 1
    assert all(item.share.value == 1 for item in metrics.attributes.values())
    assert metrics.confusion == {}
