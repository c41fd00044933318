"""Charts of a measurement as plotly figures: plain mappings with ``data`` and ``layout``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nlp.evaluation.calibration import Calibration
from nlp.evaluation.metrics import Metrics
from nlp.evaluation.scores import Score

Figure = dict[str, Any]
Naming = Callable[[str], str]
"""Chinese name of a label id, document type, … ."""

_FONT = {"family": "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, SimSun, sans-serif", "size": 13}
# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#767676"
ROW = 26


def f1_bars(scores: Mapping[str, Score], naming: Naming) -> Figure:
    """Horizontal bars of F1 (0..1), the first key on top; an undefined F1 has no bar."""
    names = [f"{naming(key)}({score.gold})" for key, score in scores.items()]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [score.f1 for score in scores.values()],
        "y": names,
        "text": ["" if score.f1 is None else f"{score.f1:.2f}" for score in scores.values()],
        "textposition": "auto",
        "marker": {"color": BLUE},
        "customdata": [[_shown(score.precision), _shown(score.recall)] for score in scores.values()],
        "hovertemplate": "%{y}<br>F1 %{x:.3f}<br>精确率 %{customdata[0]}<br>召回率 %{customdata[1]}<extra></extra>",
    }
    layout = plain_layout(height=140 + ROW * len(names))
    layout["xaxis"] = {"title": {"text": "F1"}, "range": [0, 1], "automargin": True}
    layout["yaxis"] = {"autorange": "reversed", "automargin": True, "type": "category"}
    return {"data": [bars], "layout": layout}


def confusion_map(metrics: Metrics, naming: Naming) -> Figure:
    """Tags on the same span with different labels: gold labels down, predicted ones across."""
    rows = [label for label in metrics.by_label if label in metrics.confusion]
    seen = {column for row in metrics.confusion.values() for column in row}
    columns = [label for label in metrics.by_label if label in seen]
    cells = {
        "type": "heatmap",
        "x": [naming(label) for label in columns],
        "y": [naming(label) for label in rows],
        "z": [[metrics.confusion[row].get(column, 0) for column in columns] for row in rows],
        "zmin": 0,
        "colorscale": "Blues",
        "reversescale": True,
        "colorbar": {"title": {"text": "条数"}},
        "hovertemplate": "人工 %{y} → 预测 %{x}:%{z} 条<extra></extra>",
    }
    layout = plain_layout(height=240 + ROW * len(rows))
    layout["xaxis"] = {"title": {"text": "预测标签"}, "tickangle": -45, "automargin": True, "type": "category"}
    layout["yaxis"] = {
        "title": {"text": "人工标签"},
        "autorange": "reversed",
        "automargin": True,
        "type": "category",
    }
    return {"data": [cells], "layout": layout}


def reliability_curve(calibration: Calibration) -> Figure:
    """Share of right tags over mean score, both 0..1, empty bins left out; the diagonal is perfect calibration."""
    bins = [item for item in calibration.bins if item.count]
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "name": "完全校准",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"dash": "dash", "color": GREY},
        "hoverinfo": "skip",
    }
    curve = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "实际",
        "x": [item.score for item in bins],
        "y": [item.right for item in bins],
        "customdata": [item.count for item in bins],
        "line": {"color": ORANGE},
        "marker": {"size": 9},
        "hovertemplate": "平均得分 %{x:.2f}<br>正确率 %{y:.2f}<br>%{customdata} 条<extra></extra>",
    }
    layout = plain_layout(height=420)
    layout["xaxis"] = {"title": {"text": "标注得分"}, "range": [0, 1.02]}
    layout["yaxis"] = {"title": {"text": "其中正确的比例"}, "range": [0, 1.02]}
    layout["showlegend"] = True
    return {"data": [diagonal, curve], "layout": layout}


def plain_layout(*, height: int) -> Figure:
    """What all charts look like; the height is in pixels."""
    margin = {"l": 20, "r": 20, "t": 20, "b": 60}
    return {"height": height, "font": _FONT, "margin": margin, "showlegend": False, "template": {}}


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
