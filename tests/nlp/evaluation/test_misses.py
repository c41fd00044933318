"""The list of errors."""

from __future__ import annotations

import json

from nlp.evaluation.clauses import clause_ranges
from nlp.evaluation.misses import list_misses, miss_lines, worst
from nlp.structure.normalise import normalise

TEXT = "该同志处事公道，不怕得罪人。账目清楚，有时爱发脾气。"


def test_rows_stand_in_the_order_of_the_text_with_their_clauses(compared) -> None:
    item = compared(
        TEXT,
        [("公道", "fairness+"), ("不怕得罪人", "responsibility+"), ("账目清楚", "integrity+")],
        [("不怕得罪人", "responsibility-"), ("账目清楚", "results+"), ("爱发脾气", "work_style-", {"score": 0.6})],
        doc_type="annual",
    )
    rows = [json.loads(line) for line in miss_lines(list_misses([item]))]
    assert [row["kind"] for row in rows] == ["missed", "wrong_polarity", "wrong_label", "spurious"]
    assert [row["quote"] for row in rows] == ["公道", "不怕得罪人", "账目清楚", "爱发脾气"]
    assert [row["clause"] for row in rows] == ["该同志处事公道", "不怕得罪人", "账目清楚", "有时爱发脾气"]
    for row in rows:
        assert TEXT[row["start"] : row["end"]] == row["quote"]
        assert TEXT[row["clause_start"] :].startswith(row["clause"])
        assert (row["document"], row["doc_type"]) == ("d1", "annual")
    assert rows[0]["predicted"] is None
    assert rows[0]["gold"]["label"] == "fairness"
    assert rows[1]["gold"]["polarity"] == "+"
    assert rows[1]["predicted"]["polarity"] == "-"
    assert rows[3]["gold"] is None
    assert rows[3]["predicted"]["score"] == 0.6


def test_a_span_over_two_clauses_shows_both(compared) -> None:
    (row,) = list_misses([compared(TEXT, [("公道，不怕", "fairness+")], [])])
    assert row.clause == "该同志处事公道，不怕得罪人"
    assert (row.before, row.quote, row.after) == ("该同志处事", "公道，不怕", "得罪人")


def test_wrapped_text_keeps_its_own_offsets(compared) -> None:
    # A copy broken after every 20 characters: the clause goes on over the break, which the normalised text has lost.
    plain = "该同志长期在基层一线工作，熟悉群众生活，办事踏实肯干，能同群众打成一片，遇事不推不躲，很受村里好评。" * 5
    wrapped = "\n".join(plain[place : place + 20] for place in range(0, len(plain), 20))
    assert normalise(wrapped).was_wrapped
    start = next(place for place in range(wrapped.index("\n"), len(wrapped)) if wrapped[place - 2] == "\n")
    item = compared(wrapped, [(wrapped[start : start + 2], "mass_work+")], [])
    (row,) = list_misses([item])
    assert wrapped[row.clause_start : row.clause_start + len(row.clause)] == row.clause
    assert row.clause.replace("\n", "") in plain.replace("。", "，").split("，")
    broken = [wrapped[start:end] for start, end in clause_ranges(item.document)]
    assert any("\n" in clause for clause in broken)
    assert [clause.replace("\n", "") for clause in broken] == plain.replace("。", "，").rstrip("，").split("，")


def test_the_worst_come_first_and_every_kind_has_its_share(compared) -> None:
    item = compared(
        TEXT,
        [("不怕得罪人", "responsibility+"), ("公道", "fairness+")],
        [
            ("爱发脾气", "work_style-", {"score": 0.5}),
            ("账目清楚", "integrity+", {"score": 0.9}),
            ("不怕得罪人", "responsibility-", {"score": 0.1}),
        ],
    )
    misses = list_misses([item])
    assert [(miss.kind, miss.quote) for miss in worst(misses, each=2)] == [
        ("wrong_polarity", "不怕得罪人"),
        ("spurious", "账目清楚"),
        ("spurious", "爱发脾气"),
        ("missed", "公道"),
    ]
    assert [miss.quote for miss in worst(misses, each=1)] == ["不怕得罪人", "账目清楚", "公道"]
