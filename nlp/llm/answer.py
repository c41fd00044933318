"""From the text of an answer to tags that may be looked for."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, get_args

from nlp.codebook import Codebook
from nlp.errors import LanguageModelError
from nlp.llm.prompt import ANSWER_STATUSES
from nlp.schema import Kind, Polarity, Status, Subject

_THINKING = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Claim:
    """What the model says the text shows; the quote has not been looked for yet."""

    quote: str
    label: str
    polarity: Polarity
    status: Status
    subject: Subject
    kind: Kind


def read_answer(content: str) -> list[Any]:
    """The list in an answer: ``{"tags": [...]}`` or the bare list, also inside a code fence or behind some thinking.

    Raises:
        LanguageModelError: there is no such list.
    """
    text = _THINKING.sub("", content)
    for piece in (text, *_FENCE.findall(text), text[text.find("{") : text.rfind("}") + 1]):
        try:
            value = json.loads(piece)
        except (ValueError, RecursionError):
            continue
        tags = value.get("tags") if isinstance(value, dict) else value
        if isinstance(tags, list):
            return tags
    raise LanguageModelError("the answer is not the JSON that was asked for", expected='{"tags": [...]}')


def read_claims(items: list[Any], codebook: Codebook, dropped: Counter[str]) -> list[Claim]:
    """The items that keep the form, in order; the others are counted in ``dropped`` by reason."""
    claims: list[Claim] = []
    for item in items:
        reason, claim = _claim(item, codebook)
        if claim is None:
            dropped[reason] += 1
        else:
            claims.append(claim)
    return claims


_VALUES: dict[str, tuple[str, ...]] = {
    "polarity": get_args(Polarity),
    "status": ANSWER_STATUSES,
    "subject": get_args(Subject),
    "kind": get_args(Kind),
}


def _claim(item: Any, codebook: Codebook) -> tuple[str, Claim | None]:
    if not isinstance(item, dict) or not isinstance(item.get("quote"), str):
        return "malformed", None
    if not isinstance(item.get("label"), str) or item["label"] not in codebook:
        return "unknown_label", None
    values: dict[str, Any] = {name: item.get(name) for name in _VALUES}
    if any(value not in _VALUES[name] for name, value in values.items()):
        return "bad_value", None
    if values["status"] == "advised":
        values["polarity"] = "-"  # advice is a soft criticism, whatever its words
    return "", Claim(quote=item["quote"], label=item["label"], **values)
