"""Charts of a search evaluation as plotly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.evaluation.bootstrap import Interval
from nlp.evaluation.charts import BLUE, GREY, ORANGE, ROW, Figure, plain_layout
from nlp.evaluation.search.evaluation import SystemResult
from nlp.evaluation.search.measures import DEPTH

_COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", GREY)


def measure_bars(results: Sequence[SystemResult], measure: str) -> Figure:
    """Horizontal bars of one measure over all queries with its interval, the first system on top."""
    found = [result.overall.figures[measure] for result in results]
    layout = plain_layout(height=140 + ROW * len(results))
    layout["xaxis"] = {"title": {"text": measure}, "range": [0, 1], "automargin": True}
    layout["yaxis"] = {"autorange": "reversed", "automargin": True, "type": "category"}
    return {"data": [_bars(results, found, measure, BLUE)], "layout": layout}


def kind_bars(results: Sequence[SystemResult], measure: str, kinds: Mapping[str, str]) -> Figure:
    """Grouped bars of one measure by kind of query.

    Args:
        results: of all systems.
        measure: one of ``MEASURES``.
        kinds: names of the kinds, in the order of showing.
    """
    data = []
    for number, (kind, name) in enumerate(kinds.items()):
        found = [result.by_kind[kind].figures[measure] for result in results]
        data.append(_bars(results, found, name, _COLOURS[number % len(_COLOURS)]))
    layout = plain_layout(height=160 + ROW * len(results) * len(kinds))
    layout["xaxis"] = {"title": {"text": measure}, "range": [0, 1], "automargin": True}
    layout["yaxis"] = {"autorange": "reversed", "automargin": True, "type": "category"}
    layout |= {"barmode": "group", "showlegend": True}
    return {"data": data, "layout": layout}


def depth_curves(results: Sequence[SystemResult], relevant: Mapping[str, set[str]]) -> Figure:
    """Share of the relevant cases found (mean over queries, 0..1) among the first 1, 2, 5, … cases of each system."""
    depths = [depth for depth in (1, 2, 5, 10, 20, 50, 100) if depth <= DEPTH]
    asked = [query for query, cases in relevant.items() if cases]
    data = []
    for number, result in enumerate(results):
        shares = [
            sum(
                len(set(result.answers.get(query, [])[:depth]) & relevant[query]) / len(relevant[query])
                for query in asked
            )
            / max(1, len(asked))
            for depth in depths
        ]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": result.system.zh,
                "x": depths,
                "y": shares,
                "line": {
                    "color": _COLOURS[number % len(_COLOURS)],
                    "dash": "solid" if number < len(_COLOURS) else "dot",
                },
                "hovertemplate": "前 %{x} 个:%{y:.3f}<extra>%{fullData.name}</extra>",
            }
        )
    layout = plain_layout(height=460)
    layout["xaxis"] = {"title": {"text": "看前几个案例"}, "type": "log", "tickvals": depths}
    layout["yaxis"] = {"title": {"text": "找到的相关案例所占比例"}, "range": [0, 1.02]}
    layout["showlegend"] = True
    return {"data": data, "layout": layout}


def _bars(results: Sequence[SystemResult], found: Sequence[Interval], name: str, colour: str) -> Figure:
    def reach(one: Interval, end: float | None) -> float:
        return 0.0 if end is None or one.value is None else abs(end - one.value)

    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [result.system.zh for result in results],
        "x": [one.value for one in found],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [reach(one, one.high) for one in found],
            "arrayminus": [reach(one, one.low) for one in found],
            "color": GREY,
        },
        "marker": {"color": colour},
        "hovertemplate": "%{y}<br>%{x:.3f}<extra>%{fullData.name}</extra>",
    }
