"""How a measurement of the search looks on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from nlp.evaluation.search.judgements import KIND_ZH

if TYPE_CHECKING:
    from nlp.evaluation.bootstrap import Interval
    from nlp.evaluation.search.evaluation import SystemResult


def print_search_evaluation(console: Console, results: Sequence[SystemResult]) -> None:
    """One table over all queries, and nDCG@10 by kind of query."""
    from nlp.evaluation.search.measures import MEASURES

    if not results:
        return
    table = Table(title=f"全部查询({results[0].overall.queries} 条)", title_justify="left")
    table.add_column("系统", overflow="fold")
    for name in MEASURES:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("nDCG@10 95% 区间", justify="right", no_wrap=True)
    for result in results:
        figures = result.overall.figures
        table.add_row(
            result.system.zh, *(_number(figures[name].value) for name in MEASURES), _range(figures["ndcg@10"])
        )
    console.print(table)
    kinds = list(results[0].by_kind)
    if len(kinds) > 1:
        table = Table(title="nDCG@10,按查询种类", title_justify="left")
        table.add_column("系统", overflow="fold")
        for kind in kinds:
            table.add_column(
                f"{KIND_ZH.get(kind, kind)}({results[0].by_kind[kind].queries})", justify="right", no_wrap=True
            )
        for result in results:
            cells = (result.by_kind[kind].figures["ndcg@10"] for kind in kinds)
            table.add_row(result.system.zh, *(f"{_number(cell.value)} {_range(cell)}" for cell in cells))
        console.print(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(interval: Interval) -> str:
    return "" if interval.low is None or interval.high is None else f"[{interval.low:.3f}, {interval.high:.3f}]"
