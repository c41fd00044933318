"""The identity of a document beside its annotation: the answers of its head and end, with ranges of the normalised text."""

from __future__ import annotations

from typing import Any

from nlp.identity import identify
from nlp.reading import RawDocument
from nlp.schema import Annotation
from nlp.structure.normalise import normalise
from nlp.structure.offsets import OffsetMap


def identity_of(annotation: Annotation, document: RawDocument) -> dict[str, Any]:
    """What a document says of itself.

    Header lines are looked for in the text as it was read, where every line still stands by itself; the ranges are those
    of the same characters in ``annotation.text``.

    Args:
        annotation: of the document.
        document: as it was read.

    Returns:
        The mapping of ``nlp.identity.Identity.as_dict``; ``text[start:end] == quote`` holds for all of it.
    """
    source_map = normalise(document.text).source_map
    found = identify(document).as_dict()
    return {
        key: [_moved(item, annotation.text, source_map) for item in value]
        if isinstance(value, list)
        else _moved(value, annotation.text, source_map)
        for key, value in found.items()
    }


def _moved(evidence: dict[str, Any] | None, text: str, source_map: OffsetMap) -> dict[str, Any] | None:
    if evidence is None:
        return None
    start, end = source_map.from_source(evidence["start"]), source_map.from_source(evidence["end"] - 1) + 1
    return {**evidence, "start": start, "end": end, "quote": text[start:end]}
