"""``annotation.conf`` and ``visual.conf``, made from the codebook."""

from __future__ import annotations

from nlp.codebook import Codebook
from service.exports.brat.attributes import NAMES, VALUES
from service.exports.vocabulary import ATTRIBUTE_ZH, ATTRIBUTES, label_names

_COLOURS = ("#f5b7b1", "#aed6f1", "#a9dfbf", "#f9e79f", "#d7bde2", "#a2d9ce", "#edbb99", "#d5d8dc")
_FAMILY = {"trait": "行为特征", "performance_view": "政绩观"}


def annotation_conf(codebook: Codebook) -> str:
    """Entity types are labels, below headings of their groups that cannot be chosen; attributes have closed values."""
    lines = ["[entities]"]
    heading = None
    for label in codebook.labels:
        group = f"!{label.family}-{_groups(codebook).index((label.family, label.group))}"
        if group != heading:
            lines.append(group)
            heading = group
        lines.append(f"\t{label.id}")
    lines += ["[relations]", "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>", "[events]", "[attributes]"]
    for attribute, values in VALUES.items():
        lines.append(f"{NAMES[attribute]}\tArg:<ENTITY>, Value:{'|'.join(values.values())}")
    return "\n".join(lines) + "\n"


def visual_conf(codebook: Codebook) -> str:
    """Chinese names of labels and attributes, and a colour for each group."""
    lines = ["[labels]"]
    for number, (family, group) in enumerate(_groups(codebook)):
        lines.append(f"{family}-{number} | {_FAMILY[family]}{'·' + group if group else ''}")
    names = label_names(codebook)
    lines += [f"{label_id} | {names[label_id]}" for label_id in codebook.ids]
    lines += [f"{NAMES[attribute]} | {ATTRIBUTE_ZH[attribute]}" for attribute in ATTRIBUTES]
    lines.append("[drawing]")
    for label in codebook.labels:
        colour = _COLOURS[_groups(codebook).index((label.family, label.group)) % len(_COLOURS)]
        lines.append(f"{label.id}\tbgColor:{colour}")
    lines.append("Polarity\tglyph:+|-")
    return "\n".join(lines) + "\n"


def _groups(codebook: Codebook) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys((label.family, label.group) for label in codebook.labels))
