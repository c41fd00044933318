"""Figures computed by hand."""

from __future__ import annotations

import json

import pytest

from nlp.evaluation.metrics import measure
from nlp.evaluation.scores import Macro, Score

TEXT = "处事公道，账目清楚，肯吃苦，爱发脾气，能干事。"


@pytest.fixture
def metrics(compared):
    """Two documents: 4 gold, 5 predicted, 2 right."""
    first = compared(
        TEXT,
        [("处事公道", "fairness+", {"kind": "fact"}), ("账目清楚", "integrity+"), ("肯吃苦", "diligence+")],
        [
            ("处事公道", "fairness+", {"source": "lexicon", "score": 0.9}),
            ("账目清楚", "results+", {"source": "classifier"}),
            ("爱发脾气", "work_style-", {"source": "classifier"}),
        ],
        doc_type="annual",
    )
    second = compared(
        TEXT,
        [("处事公道", "fairness-", {"status": "reported"})],
        [
            ("处事公道", "fairness-", {"status": "reported", "subject": "team", "source": "lexicon"}),
            ("能干事", "fairness-", {"source": "lexicon"}),
        ],
        id="d2",
    )
    return measure([first, second])


def test_micro_and_macro(metrics) -> None:
    assert (metrics.micro.right, metrics.micro.predicted, metrics.micro.gold) == (2, 5, 4)
    assert metrics.micro.precision == pytest.approx(0.4)
    assert metrics.micro.recall == pytest.approx(0.5)
    assert metrics.micro.f1 == pytest.approx(4 / 9)
    # fairness: P 2/3, R 1, F1 4/5; integrity, diligence, results, work_style: 0 or undefined.
    assert metrics.macro.labels == 5
    assert metrics.macro.precision == pytest.approx(2 / 3 / 5)
    assert metrics.macro.recall == pytest.approx(1 / 5)
    assert metrics.macro.f1 == pytest.approx(0.8 / 5)


def test_tables(metrics) -> None:
    assert next(iter(metrics.by_label)) == "fairness"
    assert metrics.by_label["fairness"] == Score(2, 3, 2)
    assert metrics.by_label["results"] == Score(0, 1, 0)
    assert metrics.by_label["results"].recall is None
    assert metrics.by_label_polarity["fairness+"] == Score(1, 1, 1)
    assert metrics.by_label_polarity["fairness-"] == Score(1, 2, 1)
    assert metrics.by_doc_type == {"annual": Score(1, 3, 3), "unknown": Score(1, 2, 1)}
    assert {name: (share.right, share.total) for name, share in metrics.by_source.items()} == {
        "lexicon": (2, 3),
        "classifier": (0, 2),
    }
    assert metrics.confusion == {"integrity": {"results": 1}}


def test_looser_measures(compared, metrics) -> None:
    assert metrics.span_only == Score(3, 5, 4)
    turned = compared(TEXT, [("处事公道", "fairness+"), ("能干事", "results+")], [("处事公道", "fairness-")])
    moved = compared(TEXT, [("处事公道", "fairness+")], [("爱发脾气", "fairness+"), ("能干事", "fairness+")])
    assert measure([turned]).any_polarity == Score(1, 1, 2)
    assert measure([turned]).label_only == Score(0, 1, 2)
    assert measure([moved]).any_polarity == Score(0, 2, 1)
    assert measure([moved]).label_only == Score(1, 2, 1)


def test_attributes_on_right_tags(metrics) -> None:
    status, subject, kind = (metrics.attributes[name] for name in ("status", "subject", "kind"))
    assert (status.share.right, status.share.total, status.most_frequent) == (2, 2, 0.5)
    assert (subject.share.right, subject.most_frequent) == (1, 1.0)
    assert subject.confusion == {"target": {"target": 1, "team": 1}}
    assert kind.confusion == {"fact": {"judgement": 1}, "judgement": {"judgement": 1}}


def test_nothing_at_all_is_undefined_and_not_perfect(compared) -> None:
    metrics = measure([compared("无。", [], [])])
    assert metrics.micro.f1 is metrics.micro.precision is metrics.macro.f1 is None
    assert metrics.attributes["kind"].share.value is metrics.attributes["kind"].most_frequent is None
    assert Macro.of([]) == Macro(None, None, None, 0)


def test_json(metrics) -> None:
    data = json.loads(json.dumps(metrics.to_dict(), allow_nan=False))
    assert data["counts"]["documents"] == 2
    assert data["counts"]["wrong_label"] == 1
    assert data["micro"]["f1"] == pytest.approx(4 / 9)
    assert data["by_label"]["fairness"]["right"] == 2
    assert data["by_source"]["lexicon"]["value"] == pytest.approx(2 / 3)
    assert data["attributes"]["subject"]["most_frequent"] == 1
