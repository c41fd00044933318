"""The charts of the page about quality."""

from __future__ import annotations

from collections.abc import Sequence

from service.quality.drift import Drift
from service.render import DOC_TYPE_ZH
from service.review.agreement import RoundAgreement
from service.review.sampling import Missed
from service.workbench.charts import Chart, Series

LINES = 6
"""Labels in the chart of drift at most; the table has them all."""


def rounds_chart(rows: Sequence[RoundAgreement]) -> Chart | None:
    """κ and α round by round."""
    if len(rows) < 2:  # one point is no course
        return None
    x = [f"第 {number} 轮" for number in range(1, len(rows) + 1)]
    return Chart(
        "lines",
        [
            Series("κ（小句）", x, [row.kappa for row in rows]),
            Series("α（片段）", x, [row.alpha for row in rows]),
        ],
        y="一致程度",
        least=0.0,
        most=1.0,
    )


def labels_chart(overall: RoundAgreement, zh: dict[str, str]) -> Chart | None:
    """κ of each label, the lowest first."""
    known = sorted((one for one in overall.labels if one.kappa is not None), key=lambda one: one.kappa or 0)
    if not known:
        return None
    return Chart(
        "bars", [Series("κ", [zh.get(one.label, one.label) for one in known], [one.kappa for one in known])], y="κ"
    )


def missed_chart(found: Missed | None) -> Chart | None:
    """Share of the clauses read in which something was missed, by document type."""
    read = [one for one in found.strata if one.read] if found else []
    if not read:
        return None
    names = [DOC_TYPE_ZH.get(one.doc_type) or "类型未知" for one in read]
    return Chart(
        "bars", [Series("读到漏标的比例", names, [one.missed / one.read for one in read])], y="比例", percent=True
    )


def drift_chart(found: Drift, zh: dict[str, str]) -> Chart | None:
    """The marked changes first, then the largest."""
    if len(found.groups) < 2:
        return None
    ranked = sorted(
        found.changes, key=lambda one: (not one.marked, -abs((one.last or 0) - (one.before or 0)), one.cell)
    )
    x = [group.name for group in found.groups]
    series = [
        Series(
            f"{zh.get(one.cell[:-1], one.cell[:-1])}{'＋' if one.cell[-1] == '+' else '－'}",
            x,
            [group.shown.get(one.cell, 0) / group.records if group.records else None for group in found.groups],
        )
        for one in ranked[:LINES]
    ]
    return Chart("lines", series, y="写到它的材料所占比例", percent=True) if series else None
