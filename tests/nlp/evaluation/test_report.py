"""The report, read with a parser."""

from __future__ import annotations

import json

import lxml.html
import plotly.graph_objects
import pytest

from nlp.evaluation.evaluation import evaluate
from nlp.evaluation.report import render_report

TEXT = "处事公道，不怕得罪人，账目清楚</script><b>，爱发脾气。"
NAMES = {"fairness": "公道正派", "integrity": "廉洁自律", "annual": "年度考核"}


@pytest.fixture
def page(compared):
    def render(gold, predicted):
        evaluation = evaluate([compared(TEXT, gold, predicted, doc_type="annual")], resamples=20)
        html = render_report(evaluation, names=NAMES, about={"人工标注": "a<b>.jsonl"})
        return lxml.html.document_fromstring(html.encode("utf-8")), html

    return render


@pytest.fixture
def full(page):
    return page(
        [("处事公道", "fairness+"), ("不怕得罪人", "responsibility+"), ("账目清楚</script><b>", "integrity+")],
        [
            ("处事公道", "fairness+", {"score": 0.9}),
            ("不怕得罪人", "responsibility-", {"score": 0.8}),
            ("账目清楚</script><b>", "results+", {"score": 0.7}),
            ("爱发脾气", "work_style-", {"score": 0.6}),
        ],
    )


def _rows(tree, table: str) -> list[list[str]]:
    return [[cell.text_content() for cell in row] for row in tree.xpath(f"//table[@id='{table}']/tbody/tr")]


def test_nothing_comes_from_outside(full) -> None:
    tree, html = full
    assert tree.get("lang") == "zh-CN"
    assert tree.xpath("//*[@src] | //link | //iframe | //a[@href] | //object | //embed") == []
    assert html.count("plotly.js v") == 1
    scripts = tree.xpath("//script[not(@type)]")
    assert len(scripts) == 2
    assert "newPlot" in scripts[1].text


def test_every_chart_is_a_valid_figure_with_its_place(full) -> None:
    tree, _ = full
    figures = {node.get("data-for"): json.loads(node.text) for node in tree.xpath("//script[@class='figure']")}
    assert list(figures) == ["by-label", "by-doc-type", "confusion", "reliability"]
    for name, figure in figures.items():
        plotly.graph_objects.Figure(figure)
        assert len(tree.xpath(f"//div[@id='{name}']")) == 1
    (bars,) = figures["by-label"]["data"]
    by_name = dict(zip(bars["y"], bars["x"], strict=True))
    assert by_name["公道正派(1)"] == 1
    assert by_name["廉洁自律(1)"] == 0
    (cells,) = figures["confusion"]["data"]
    assert (cells["y"], cells["x"], cells["z"]) == (["廉洁自律"], ["results"], [[1]])
    curve = figures["reliability"]["data"][1]
    assert curve["y"] == [0, 0, 0, 1]
    assert curve["x"] == pytest.approx([0.6, 0.7, 0.8, 0.9])


def test_tables_hold_the_figures(full) -> None:
    tree, _ = full
    overall = {row[0]: row[1] for row in _rows(tree, "overall")}
    # 1 right of 4 predicted and 3 gold.
    assert overall["微平均 F1"] == f"{2 / 7:.3f}"
    assert overall["微平均 精确率"] == "0.250"
    assert overall["不计极性 F1"] == f"{4 / 7:.3f}"
    assert [row[0] for row in _rows(tree, "attributes")] == ["状态", "对象", "类型"]
    assert _rows(tree, "by-source") == [["未注明", "0.250", "1/4"]]


def test_misses_are_shown_as_text_and_never_as_markup(full) -> None:
    tree, _ = full
    rows = _rows(tree, "misses")
    assert [row[0] for row in rows] == ["极性相反", "标签不同", "多标"]
    assert rows[0][3:6] == ["responsibility+", "responsibility−", "0.80"]
    assert "账目清楚</script><b>" in rows[1][6]
    assert [mark.text for mark in tree.xpath("//mark")][1] == "账目清楚</script><b>"
    assert tree.xpath("//b") == []
    assert "a<b>.jsonl" in tree.text_content()


def test_a_measurement_without_tags_has_no_charts(page) -> None:
    tree, _ = page([], [])
    assert tree.xpath("//script[@class='figure'] | //div[@class='chart']") == []
    assert _rows(tree, "overall")[0] == ["微平均 F1", "—", "— – —"]
    assert "没有错误" in tree.text_content()
