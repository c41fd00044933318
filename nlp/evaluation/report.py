"""A measurement as one HTML file that opens in a closed network: charts, tables and errors, nothing loaded from outside.

It is about the tagger and names documents and labels; no person is scored or ranked in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nlp.evaluation.charts import Figure, Naming, confusion_map, f1_bars, reliability_curve
from nlp.evaluation.evaluation import Evaluation
from nlp.evaluation.misses import worst

FIGURE_ZH = {"f1": "F1", "precision": "精确率", "recall": "召回率", "status": "状态", "subject": "对象", "kind": "类型"}
"""Names of ``nlp.evaluation.bootstrap.FIGURES``, which the attributes belong to."""
MISS_ZH = {"wrong_polarity": "极性相反", "wrong_label": "标签不同", "spurious": "多标", "missed": "漏标"}
SOURCE_ZH = {"lexicon": "词典", "classifier": "分类模型", "both": "两者一致", "human": "人工", "unknown": "未注明"}
WORST_OF_EACH = 15


def render_report(
    evaluation: Evaluation,
    *,
    names: Mapping[str, str],
    title: str = "标注质量评估报告",
    about: Mapping[str, str] | None = None,
) -> str:
    """The report as HTML; about 5 MB, nearly all of it the chart library.

    Args:
        evaluation: what to show.
        names: Chinese names of label ids, document types and attribute values; an id without one is shown as it is.
        title: heading of the report.
        about: lines on what was measured, name to value (gold file, prediction, finder).
    """
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(ratio=shown_ratio, name=_naming(names))
    return environment.get_template("report.html").render(
        title=title,
        about=about or {},
        metrics=evaluation.metrics,
        intervals=evaluation.intervals,
        resamples=evaluation.resamples,
        calibration=evaluation.calibration,
        agreement=evaluation.agreement,
        worst=worst(evaluation.misses, each=WORST_OF_EACH),
        worst_of_each=WORST_OF_EACH,
        charts=_charts(evaluation, _naming(names)),
        plotly=plotly_script(),
        figure_zh=FIGURE_ZH,
        miss_zh=MISS_ZH,
        source_zh=SOURCE_ZH,
    )


def shown_ratio(value: float | None) -> str:
    """A ratio with three digits, a dash where it is undefined."""
    return "—" if value is None else f"{value:.3f}"


def _charts(evaluation: Evaluation, naming: Naming) -> dict[str, Figure]:
    """Figures by the id of their place in the page; those without data are left out."""
    charts: dict[str, Figure] = {}
    if evaluation.metrics.by_label:
        charts["by-label"] = f1_bars(evaluation.metrics.by_label, naming)
        charts["by-doc-type"] = f1_bars(evaluation.metrics.by_doc_type, naming)
    if evaluation.metrics.confusion:
        charts["confusion"] = confusion_map(evaluation.metrics, naming)
    if evaluation.calibration.count:
        charts["reliability"] = reliability_curve(evaluation.calibration)
    return charts


def _naming(names: Mapping[str, str]) -> Naming:
    def name(key: Any) -> str:
        # "results+" is a label with its polarity.
        plain, sign = (key[:-1], key[-1]) if key[-1:] in ("+", "-") else (key, "")
        return names.get(plain, str(plain)) + sign.replace("-", "−")

    return name


def plotly_script() -> Markup:
    """The chart library, to stand inside a script element."""
    from plotly.offline import get_plotlyjs

    # A closing tag inside a string of the script would end the element.
    return Markup(get_plotlyjs().replace("</script", "<\\/script"))
