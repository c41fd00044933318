"""The report of a search evaluation, read with a parser."""

from __future__ import annotations

import json

import lxml.html
import plotly.graph_objects
import pytest

from nlp.evaluation.search.charts import depth_curves
from nlp.evaluation.search.evaluation import evaluate_search
from nlp.evaluation.search.judgements import SearchQuery
from nlp.evaluation.search.misses import search_misses
from nlp.evaluation.search.report import render_search_report
from nlp.evaluation.search.systems import System

QUERIES = [
    SearchQuery(id="q1", kind="phrase", text="连夜刷墙</script><b>"),
    SearchQuery(id="q2", kind="narrative", text="前任签的合同他不认"),
    SearchQuery(id="q3", kind="phrase", text="没有判断的"),
]
JUDGEMENTS = {"q1": {"show": 2, "flood": 0}, "q2": {"debt": 2, "deal": 1}}
TEXTS = {"show": "刷墙" * 90, "debt": "不认旧账</script><b>", "deal": "合同", "flood": "守堤"}


def system(name, answers):
    return System(name, f"系统 {name}", lambda queries: {query.id: answers.get(query.id, []) for query in queries})


@pytest.fixture
def results():
    fillers = [f"x{number}" for number in range(15)]
    return evaluate_search(
        [
            system("fused", {"q1": ["show"], "q2": ["flood", *fillers[:10], "debt"]}),
            system("bm25", {"q2": ["debt", "deal"]}),
        ],
        QUERIES,
        JUDGEMENTS,
        resamples=20,
    )


def page(results, **more):
    html = render_search_report(results, QUERIES, JUDGEMENTS, TEXTS, resamples=20, about={"案例": "a<b>.jsonl"}, **more)
    return lxml.html.document_fromstring(html.encode("utf-8"))


def rows(page, id_):
    return [[cell.text_content().strip() for cell in row] for row in page.xpath(f"//table[@id='{id_}']/tbody/tr")]


def test_figures_of_every_system_with_intervals(results):
    found = page(results)
    all_ = rows(found, "all")
    assert [row[0] for row in all_] == ["系统 fused", "系统 bm25"]
    for row, result in zip(all_, results, strict=True):
        figure = result.overall.figures["ndcg@10"]
        assert row[1].startswith(f"{figure.value:.3f}")
        assert row[1].endswith(f"{figure.low:.3f} – {figure.high:.3f}")
    assert rows(found, "kind-2")[0][1].startswith("1.000")
    assert rows(found, "kind-1")[0][1].startswith("0.000")
    assert "a<b>.jsonl" in found.text_content()


def test_misses_name_query_case_and_ranks(results):
    misses = search_misses(results, QUERIES, JUDGEMENTS)
    assert [(miss.query.id, miss.case, miss.ranks, miss.instead) for miss in misses] == [
        ("q2", "debt", {"fused": 12, "bm25": 1}, "flood"),
        ("q2", "deal", {"fused": None, "bm25": 2}, "flood"),
    ]
    assert [miss.case for miss in search_misses(results, QUERIES, JUDGEMENTS, grade=2)] == ["debt"]
    shown = rows(page(results), "misses")
    assert shown[0] == ["q2", "叙述", "前任签的合同他不认", "debt:不认旧账</script><b>", "2", "flood", "12", "1"]
    assert shown[1][-2:] == ["", "2"]


def test_charts_are_plotly_figures(results):
    charts = {
        script.get("data-for"): json.loads(script.text_content())
        for script in page(results).xpath("//script[@class='figure']")
    }
    assert set(charts) == {"overall", "kinds", "depth"}
    for chart in charts.values():
        plotly.graph_objects.Figure(chart)
    assert charts["overall"]["data"][0]["x"] == [result.overall.figures["ndcg@10"].value for result in results]
    assert [trace["name"] for trace in charts["kinds"]["data"]] == ["叙述", "短语"]


def test_how_deep_the_relevant_ones_lie(results):
    curves = depth_curves(results, {"q1": {"show"}, "q2": {"debt", "deal"}, "q3": set()})
    fused, bm25 = (dict(zip(trace["x"], trace["y"], strict=True)) for trace in curves["data"])
    assert (fused[1], fused[10], fused[20]) == (0.5, 0.5, 0.75)
    assert (bm25[1], bm25[2]) == (0.25, 0.5)


def test_nothing_is_loaded_from_outside(results):
    found = page(results)
    assert not found.xpath("//script/@src | //link/@href | //img/@src")


def test_nothing_missed(results):
    found = render_search_report(results[1:], QUERIES[1:2], {"q2": JUDGEMENTS["q2"]}, TEXTS, resamples=20)
    assert "相关案例都排进了前 10" in found
