"""Early signs (苗头性、倾向性问题): evidence that is new or of a new kind. A reason to look, never a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from nlp.profile.evidence import Evidence

SignKind = Literal["first_negative", "fact_after_praise", "second_source"]

SIGN_ZH: dict[SignKind, str] = {
    "first_negative": "此前无负面,首次出现",
    "fact_after_praise": "此前为正面评价,出现负面事实",
    "second_source": "一处反映后,另有来源说到",
}


class EarlySign(BaseModel):
    """One piece of evidence, why it is a sign, and what it follows on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: SignKind
    label: str
    evidence: Evidence
    before: list[Evidence]


def early_signs(evidence: Sequence[Evidence], since: str | None = None) -> list[EarlySign]:
    """Signs in dated evidence, in order of time.

    - ``first_negative``: the first negative evidence on a label when the records reach back before it;
    - ``fact_after_praise``: the first negative fact on a label after positive evidence on it;
    - ``second_source``: negative evidence on a label, first said by one source, is said by an independent second one.

    Args:
        evidence: of the subject; what has no date cannot be put in order and is left out.
        since: only signs of this date and later, ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    dated = sorted((item for item in evidence if item.date and item.status != "advised"), key=Evidence.order)
    earliest = dated[0].date if dated else None
    by_label: dict[str, list[Evidence]] = defaultdict(list)
    found: list[EarlySign] = []
    for item in dated:
        before = by_label[item.label]
        if item.polarity == "-":
            negative = [one for one in before if one.polarity == "-"]
            praise = [one for one in before if one.polarity == "+" and one.date != item.date]
            origins = {one.origin for one in negative}
            kinds: list[SignKind] = []
            if not negative and item.date != earliest:
                kinds.append("first_negative")
            if item.kind == "fact" and praise and not any(one.kind == "fact" for one in negative):
                kinds.append("fact_after_praise")
            if len(origins) == 1 and item.origin not in origins:
                kinds.append("second_source")
            found += [
                EarlySign(kind=kind, label=item.label, evidence=item, before=_reasons(kind, negative, praise))
                for kind in kinds
            ]
        before.append(item)
    return [sign for sign in found if since is None or str(sign.evidence.date)[: len(since)] >= since]


def _reasons(kind: SignKind, negative: list[Evidence], praise: list[Evidence]) -> list[Evidence]:
    return {"first_negative": [], "fact_after_praise": praise, "second_source": negative}[kind]
