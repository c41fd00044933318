"""A search evaluation as one HTML file that opens in a closed network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nlp.evaluation.report import plotly_script, shown_ratio
from nlp.evaluation.search.charts import depth_curves, kind_bars, measure_bars
from nlp.evaluation.search.evaluation import SystemResult
from nlp.evaluation.search.judgements import KIND_ZH, Judgements, SearchQuery
from nlp.evaluation.search.measures import DEPTH, MEASURES
from nlp.evaluation.search.misses import FIRST, search_misses

MOST_MISSES = 200
_EXCERPT = 80


def render_search_report(
    results: Sequence[SystemResult],
    queries: Sequence[SearchQuery],
    judgements: Judgements,
    texts: Mapping[str, str],
    *,
    resamples: int,
    grade: int = 1,
    title: str = "相似案例检索评估报告",
    about: Mapping[str, str] | None = None,
) -> str:
    """The report as HTML; about 5 MB, nearly all of it the chart library.

    Args:
        results: of every system, the product's own first.
        queries: that were asked.
        judgements: what is relevant.
        texts: of the cases by id; the misses show how they begin.
        resamples: draws of the bootstrap behind the intervals.
        grade: from which grade on a case counted as relevant.
        title: heading of the report.
        about: lines on what was measured, name to value.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ratio"] = shown_ratio
    asked = [query for query in queries if query.id in judgements]
    misses = search_misses(results, asked, judgements, grade=grade)
    kinds = {kind: KIND_ZH.get(kind, kind) for kind in (results[0].by_kind if results else {})}
    relevant = {query.id: {case for case, value in judgements[query.id].items() if value >= grade} for query in asked}
    charts = {"overall": measure_bars(results, "ndcg@10"), "depth": depth_curves(results, relevant)} if results else {}
    if len(kinds) > 1:
        charts["kinds"] = kind_bars(results, "ndcg@10", kinds)
    return environment.get_template("search_report.html").render(
        title=title,
        about=about or {},
        results=results,
        measures=MEASURES,
        kinds=kinds,
        kind_zh=KIND_ZH,
        asked=len(asked),
        resamples=resamples,
        grade=grade,
        misses=misses[:MOST_MISSES],
        missed=len(misses),
        relevant=sum(map(len, relevant.values())),
        first=FIRST,
        depth=DEPTH,
        excerpts={miss.case: _excerpt(texts.get(miss.case, "")) for miss in misses[:MOST_MISSES]},
        charts=charts,
        plotly=plotly_script(),
    )


def _excerpt(text: str) -> str:
    line = " ".join(text[: 2 * _EXCERPT].split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"
