"""How a measurement of the tagger looks on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from nlp.evaluation.bootstrap import Interval
    from nlp.evaluation.evaluation import Evaluation
    from nlp.evaluation.scores import Score

CONFUSIONS = 8


def print_evaluation(console: Console, evaluation: Evaluation, names: Mapping[str, str]) -> None:
    """Figures over all, by attribute, label, document type and source, then the most frequent confusions.

    Args:
        console: where to.
        evaluation: what to print.
        names: Chinese names of label ids and document types.
    """
    _print_overall(console, evaluation)
    _print_attributes(console, evaluation)
    for title, scores in (("按标签", evaluation.metrics.by_label), ("按文种", evaluation.metrics.by_doc_type)):
        _print_scores(console, title, scores, names)
    _print_sources(console, evaluation)
    _print_confusions(console, evaluation, names)


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _print_overall(console: Console, evaluation: Evaluation) -> None:
    from nlp.evaluation.report import FIGURE_ZH, shown_ratio

    metrics, counts = evaluation.metrics, evaluation.metrics.counts
    console.print(
        Text(
            f"文档 {counts.documents} 份;人工标签 {counts.gold} 条,预测 {counts.predicted} 条:正确 {counts.right},"
            f"极性相反 {counts.wrong_polarity},标签不同 {counts.wrong_label},漏标 {counts.missed},多标 {counts.spurious}"
        )
    )
    table = _table(f"总体(区间:按文档重抽样 {evaluation.resamples} 次)", "指标", "数值", "95% 区间")
    for key in ("f1", "precision", "recall"):
        interval = evaluation.intervals[key]
        table.add_row(f"微平均 {FIGURE_ZH[key]}", shown_ratio(interval.value), _range(interval))
    for name, value in (
        (f"宏平均 F1({metrics.macro.labels} 个标签)", metrics.macro.f1),
        ("只看证据位置 F1", metrics.span_only.f1),
        ("不计极性 F1", metrics.any_polarity.f1),
        ("只看文档有哪些标签 F1", metrics.label_only.f1),
        ("句级一致性 κ", evaluation.agreement.pooled.value),
        ("期望校准误差 ECE", evaluation.calibration.error),
    ):
        table.add_row(name, shown_ratio(value), "")
    console.print(table)


def _print_attributes(console: Console, evaluation: Evaluation) -> None:
    from nlp.evaluation.report import FIGURE_ZH, shown_ratio

    table = _table("属性(只在正确的标签上计算)", "属性", "准确率", "95% 区间", "取最常见值", "一致/总数")
    for key, item in evaluation.metrics.attributes.items():
        table.add_row(
            FIGURE_ZH[key],
            shown_ratio(item.share.value),
            _range(evaluation.intervals[key]),
            shown_ratio(item.most_frequent),
            f"{item.share.right}/{item.share.total}",
        )
    console.print(table)


def _print_scores(console: Console, title: str, scores: Mapping[str, Score], names: Mapping[str, str]) -> None:
    from nlp.evaluation.report import shown_ratio

    table = _table(title, title.removeprefix("按"), "精确率", "召回率", "F1", "正确", "预测", "人工")
    for key, score in scores.items():
        ratios = (shown_ratio(value) for value in (score.precision, score.recall, score.f1))
        table.add_row(Text(names.get(key, key)), *ratios, str(score.right), str(score.predicted), str(score.gold))
    console.print(table)


def _print_sources(console: Console, evaluation: Evaluation) -> None:
    from nlp.evaluation.report import SOURCE_ZH, shown_ratio

    table = _table("按来源", "来源", "精确率", "正确/预测")
    for key, share in evaluation.metrics.by_source.items():
        table.add_row(Text(SOURCE_ZH.get(key, key)), shown_ratio(share.value), f"{share.right}/{share.total}")
    console.print(table)


def _print_confusions(console: Console, evaluation: Evaluation, names: Mapping[str, str]) -> None:
    pairs = sorted(
        (-count, gold, found) for gold, row in evaluation.metrics.confusion.items() for found, count in row.items()
    )
    if not pairs:
        return
    table = _table(f"最常见的标签混淆(至多 {CONFUSIONS} 对)", "人工 → 预测", "条数")
    for count, gold, found in pairs[:CONFUSIONS]:
        table.add_row(Text(f"{names.get(gold, gold)} → {names.get(found, found)}"), str(-count))
    console.print(table)


def _range(interval: Interval) -> str:
    return "—" if interval.low is None or interval.high is None else f"{interval.low:.3f}–{interval.high:.3f}"
