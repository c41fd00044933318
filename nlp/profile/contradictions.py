"""Evidence that speaks against other evidence on the same label, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from nlp.profile.evidence import Evidence


class Contradiction(BaseModel):
    """Both signs of one label.

    Nothing decides which side is right. Where one side ends before the other begins it may be a change over time rather
    than a contradiction, and ``change`` says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    positive: list[Evidence]
    negative: list[Evidence]
    change: bool = Field(description="all dated evidence of one side is earlier than all of the other")
    facts_on_both_sides: bool = Field(description="facts, not only judgements, stand against each other")
    same_voice: bool = Field(description="one kind of voice says both")


def contradictions(evidence: Sequence[Evidence]) -> list[Contradiction]:
    """Labels with observed or reported evidence of both signs, in the order of labels; advice contradicts nothing."""
    sides: dict[str, dict[str, list[Evidence]]] = defaultdict(lambda: {"+": [], "-": []})
    for item in sorted(evidence, key=Evidence.order):
        if item.status in ("observed", "reported"):
            sides[item.label][item.polarity].append(item)
    found = []
    for label in sorted(sides):
        positive, negative = sides[label]["+"], sides[label]["-"]
        if not (positive and negative):
            continue
        found.append(
            Contradiction(
                label=label,
                positive=positive,
                negative=negative,
                change=_apart(positive, negative) or _apart(negative, positive),
                facts_on_both_sides=all(any(one.kind == "fact" for one in side) for side in (positive, negative)),
                same_voice=bool(_known(positive) & _known(negative)),
            )
        )
    return found


def _known(side: Sequence[Evidence]) -> set[str]:
    return {one.voice for one in side if one.voice != "unknown"}


def _apart(earlier: Sequence[Evidence], later: Sequence[Evidence]) -> bool:
    """Whether every date of one side lies before every date of the other, compared as far as both are known."""
    before, after = ([one.date for one in side] for side in (earlier, later))
    if None in before or None in after:
        return False
    return all(_before(str(one), str(other)) for one in before for other in after)


def _before(one: str, other: str) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]
