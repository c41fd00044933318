"""Where the characters of an annotation stand in the file: the way from evidence back to page, paragraph or row."""

from __future__ import annotations

from typing import Any

from nlp.reading import RawDocument
from nlp.schema import Annotation
from nlp.structure.normalise import normalise


def with_anchors(annotation: Annotation, document: RawDocument) -> dict[str, Any]:
    """The annotation as a mapping with three more keys.

    ``source_map`` holds pairs ``[offset in text, offset in the file's text]``, one for each run of characters that stayed
    together. ``anchors`` are the places of the file (kind, number, label, whether recognised from an image) as ranges of
    ``text``. ``lines`` are the recognised lines with their confidence (0 to 1); text outside of them was in the file as text.
    """
    source_map = normalise(document.text).source_map
    return {
        **annotation.model_dump(mode="json"),
        "source_map": source_map.as_list(),
        "anchors": [
            {
                "start": source_map.from_source(anchor.start),
                "end": source_map.from_source(anchor.end),
                "kind": anchor.kind,
                "number": anchor.number,
                "label": anchor.label,
                "recognised": anchor.recognised,
            }
            for anchor in document.anchors
        ],
        "lines": [
            {
                "start": source_map.from_source(line.start),
                "end": source_map.from_source(line.end),
                "confidence": line.confidence,
            }
            for line in document.lines
        ],
    }
