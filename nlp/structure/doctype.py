"""What kind of document a text is."""

from __future__ import annotations

import re

from nlp.schema import DocType
from nlp.structure.rules import structure_rules

_HEAD_LENGTH = 400
_SHORT_LINE = 30
_TITLE_LENGTH = 50
_MANY_PERSONS = 1 / 500
_PERSON = re.compile(
    r"该同志|同志(?!们)|(?<!其)(?<!吉)[他她](?![们人])|本人|(?<!自)(?<!忘)我(?![国们省市县区镇党军院校委])|某"
)


def detect_doc_type(folded: str) -> DocType | None:
    """The document type with the most evidence, or None when nothing tells.

    Args:
        folded: folded text (``folding.fold``).
    """
    rules = structure_rules()
    title = title_lines(folded)
    zones = {"title": title, "head": folded[:_HEAD_LENGTH], "body": folded}
    scores: dict[DocType, int] = {}
    for rule in rules.type_rules:
        zone = zones[rule.where]
        if any(word in zone for word in rule.words):
            scores[rule.doc_type] = scores.get(rule.doc_type, 0) + rule.weight
    if "policy" in scores and not _is_policy(folded, title):
        del scores["policy"]
    if not scores:
        return _from_shape(folded)
    best = max(scores, key=lambda doc_type: scores[doc_type])
    return best if scores[best] >= rules.type_threshold else _from_shape(folded)


def _is_policy(folded: str, title: str) -> bool:
    """Whether words of policy may decide: a policy text is muted whole, so a text about somebody needs a title that says so."""
    titles = [rule for rule in structure_rules().type_rules if rule.doc_type == "policy" and rule.where == "title"]
    if any(word in title for rule in titles for word in rule.words):
        return True
    return count_persons(folded) < _MANY_PERSONS * len(folded)


def count_persons(folded: str) -> int:
    """How often the text mentions a person: 该同志, 他, 她, 本人, 我 (not 我国, 我们), 某."""
    return len(_PERSON.findall(folded))


def title_lines(folded: str) -> str:
    """The first two non-empty lines as far as they look like a title (short, no full stop), joined.

    A text of one line has no title.
    """
    lines: list[str] = []
    if "\n" not in folded.strip():
        return ""
    for line in folded[: 4 * _HEAD_LENGTH].split("\n"):
        stripped = line.strip()
        if not stripped:
            continue
        if len(stripped) > _TITLE_LENGTH or re.search("[。！？]", stripped):
            break
        lines.append(stripped)
        if len(lines) == 2:
            break
    return "\n".join(lines)


def _from_shape(folded: str) -> DocType | None:
    """A document without telling words: a list of short remarks is a poll."""
    lines = [line.strip() for line in folded.split("\n") if line.strip()]
    if len(lines) >= 8 and sum(len(line) <= _SHORT_LINE for line in lines) >= 0.9 * len(lines):
        return "poll"
    return None
