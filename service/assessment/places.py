"""Where in its file some words stand, in words."""

from __future__ import annotations

from service.store.models import RecordVersion

_KINDS = {
    "page": "第{}页",
    "paragraph": "第{}段",
    "table_row": "表格第{}行",
    "line": "第{}行",
    "row": "第{}行",
    "slide": "第{}张幻灯片",
}


def place_of(version: RecordVersion, start: int) -> str | None:
    """Page, paragraph or row that an offset lies in; None where the record has no file or the place is between two.

    The label that the file itself gives a place (a printed page number, a cell) stands in brackets.
    """
    for anchor in version.anchors or ():
        if anchor["start"] <= start < anchor["end"]:
            known = _KINDS.get(str(anchor["kind"]))
            label = anchor.get("label")
            place = None if known is None else known.format(anchor["number"])
            if label and str(label) != str(anchor["number"]):
                place = f"{place or ''}（{label}）"
            return place
    return None
