"""From the tags a reviewer wants to what they do with the tags that the machine proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nlp.errors import DemoError
from service.demo.shapes import WantedTag

_ATTRIBUTES = ("status", "subject", "kind")


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of a reviewer.

    Attributes:
        action: what is done.
        tag: the proposed tag it is done to; None for one that is added.
        content: what is changed, or the tag that is added.
        comment: why, where the material says so.
    """

    action: Literal["accept", "change", "reject", "add"]
    tag: dict[str, Any] | None
    content: dict[str, Any] | None = None
    comment: str | None = None

    def body(self, version_id: str) -> dict[str, Any]:
        """As ``POST /v1/reviews`` takes it."""
        sent: dict[str, Any] = {"action": self.action, "comment": self.comment}
        if self.tag is None:
            return {**sent, "version_id": version_id, "tag": self.content}
        sent["tag_id"] = self.tag["id"]
        return sent if self.content is None else {**sent, "change": self.content}


def span(text: str, quote: str) -> tuple[int, int]:
    """Where words stand.

    Raises:
        DemoError: nowhere, or more than once.
    """
    start = text.find(quote)
    if start < 0 or text.find(quote, start + 1) >= 0:
        raise DemoError(f"the words do not stand once in the text: {quote!r}")
    return start, start + len(quote)


def steps(
    text: str,
    wanted: Sequence[WantedTag],
    proposed: Iterable[dict[str, Any]],
    *,
    wrong: Sequence[str] = (),
    reject_rest: bool = False,
) -> list[Step]:
    """What a reviewer does.

    A proposed tag with label and sign as wanted is accepted, or changed where its span or an attribute differs; what
    nobody proposed is added; a second proposal for the same words is rejected.

    Args:
        text: of the version.
        wanted: what they want in the end.
        proposed: tags of the machine, as the API shows them.
        wrong: words; what is proposed within them and not wanted is rejected.
        reject_rest: whether everything that is not wanted is rejected; it is left for others otherwise.
    """
    left = list(proposed)
    done: list[Step] = []
    taken: list[tuple[int, int, str, str]] = []
    for one in wanted:
        start, end = span(text, one.quote)
        taken.append((start, end, one.label, one.polarity))
        tag = _nearest(left, start, end, one)
        if tag is None:
            done.append(Step("add", None, _content(one, start, end)))
            continue
        left.remove(tag)
        changed = _changed(tag, one, start, end)
        done.append(Step("change" if changed else "accept", tag, changed or None))
    out = [span(text, quote) for quote in wrong]
    for tag in left:
        if any(_covers(tag, *there) for there in taken):
            done.append(Step("reject", tag, comment="同一处已有标注"))
        elif reject_rest or any(start <= tag["start"] and tag["end"] <= end for start, end in out):
            done.append(Step("reject", tag))
    return done


def _nearest(tags: list[dict[str, Any]], start: int, end: int, wanted: WantedTag) -> dict[str, Any] | None:
    fitting = [tag for tag in tags if _covers(tag, start, end, wanted.label, wanted.polarity)]
    return max(fitting, key=lambda tag: _shared(tag, start, end), default=None)


def _covers(tag: dict[str, Any], start: int, end: int, label: str, polarity: str) -> bool:
    return bool(tag["label"] == label and tag["polarity"] == polarity and tag["start"] < end and start < tag["end"])


def _shared(tag: dict[str, Any], start: int, end: int) -> float:
    common = min(tag["end"], end) - max(tag["start"], start)
    return float(common / (max(tag["end"], end) - min(tag["start"], start)))


def _content(wanted: WantedTag, start: int, end: int) -> dict[str, Any]:
    fields = wanted.model_dump()
    return {**fields, "kind": wanted.kind or "judgement", "start": start, "end": end}


def _changed(tag: dict[str, Any], wanted: WantedTag, start: int, end: int) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: value for name in _ATTRIBUTES if (value := getattr(wanted, name)) is not None and value != tag[name]
    }
    if (tag["start"], tag["end"]) != (start, end):
        changed |= {"start": start, "end": end, "quote": wanted.quote}
    return changed
