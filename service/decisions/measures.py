"""What can be decided about somebody after a note."""

from __future__ import annotations

from typing import Literal, get_args

Measure = Literal[
    "cultivate", "use", "commend", "remind", "inquire", "admonish", "tolerate", "clarify", "adjust", "observe", "refer"
]
MEASURES: tuple[Measure, ...] = get_args(Measure)

MEASURE_ZH: dict[str, str] = {
    "cultivate": "培养",
    "use": "使用",
    "commend": "激励",
    "remind": "提醒",
    "inquire": "函询",
    "admonish": "诫勉",
    "tolerate": "容错",
    "clarify": "澄清",
    "adjust": "调整",
    "observe": "继续观察",
    "refer": "移送有关部门",
}
