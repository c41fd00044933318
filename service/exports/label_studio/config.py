"""The labeling interface, made from the codebook."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from nlp.codebook import Codebook
from service.exports.vocabulary import ATTRIBUTE_ZH, ATTRIBUTES, DEFAULTS, label_names

TEXT: Final = "text"
LABELS: Final = "label"

# One colour a group, dark enough for black text over a light tint of it.
_COLOURS: Final = ("#c0392b", "#2471a3", "#1e8449", "#b7950b", "#7d3c98", "#117a65", "#a04000", "#566573")


def label_config(codebook: Codebook) -> str:
    """XML for *Settings → Labeling Interface*.

    Results carry the codebook's ids (``alias``); annotators read Chinese names. Each region has four choices; what is
    most frequent is chosen beforehand, the polarity never.
    """
    view = ET.Element("View")
    # Otherwise the browser folds runs of spaces, and offsets counted in it would be others.
    ET.SubElement(view, "Style").text = ".htx-text { white-space: pre-wrap; }"
    labels = ET.SubElement(view, "Labels", name=LABELS, toName=TEXT, showInline="true")
    groups = list(dict.fromkeys((label.family, label.group) for label in codebook.labels))
    names = label_names(codebook)
    for label in codebook.labels:
        colour = _COLOURS[groups.index((label.family, label.group)) % len(_COLOURS)]
        ET.SubElement(
            labels,
            "Label",
            value=names[label.id],
            alias=label.id,
            background=colour,
            hint=f"正:{label.positive};负:{label.negative}",
        )
    ET.SubElement(view, "Text", name=TEXT, value="$text", granularity="symbol")
    chosen = ET.SubElement(view, "View", visibleWhen="region-selected")
    for attribute, values in ATTRIBUTES.items():
        ET.SubElement(chosen, "Header", value=ATTRIBUTE_ZH[attribute], size="5")
        choices = ET.SubElement(
            chosen,
            "Choices",
            name=attribute,
            toName=TEXT,
            perRegion="true",
            choice="single-radio",
            showInline="true",
            required="true",
        )
        for value, name in values.items():
            choice = ET.SubElement(choices, "Choice", value=name, alias=value)
            if DEFAULTS.get(attribute) == value:
                choice.set("selected", "true")
    ET.indent(view)
    return ET.tostring(view, encoding="unicode")
