"""Rows for *Import dataset* (JSONL) of a sequence labeling project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from nlp.codebook import Codebook
from nlp.errors import ReadingError
from nlp.schema import Annotation
from service.exports.converting import convert
from service.exports.doccano.naming import name_of
from service.exports.offsets import Utf16Map
from service.exports.vocabulary import require_known_labels
from service.items import write_lines

Offsets = Literal["utf-16", "code-points"]


def to_row(annotation: Annotation, codebook: Codebook, offsets: Offsets = "utf-16") -> dict[str, Any]:
    """One row. Keys other than ``text`` and ``label`` become metadata in doccano and come back as they are.

    Args:
        annotation: the document.
        codebook: of the annotation.
        offsets: what doccano's own pages need is ``utf-16``; ``code-points`` serves other readers of the format.

    Raises:
        InvalidRecordError: a tag's label is not in the codebook.
    """
    require_known_labels(annotation, codebook)
    units = Utf16Map(annotation.text)
    labels: list[list[Any]] = []
    for tag in annotation.tags:
        if offsets == "utf-16":
            start, end = units.from_code_points(tag.start), units.from_code_points(tag.end)
        else:
            start, end = tag.start, tag.end
        labels.append([start, end, name_of(tag)])
    return {
        "text": annotation.text,
        "label": labels,
        "document": annotation.id,
        "source": annotation.source.path,
        "doc_type": annotation.doc_type,
        "offsets": offsets,
    }


def write(
    annotations: Iterable[Annotation],
    out: Path,
    codebook: Codebook,
    failures: list[ReadingError],
    *,
    offsets: Offsets = "utf-16",
    used: set[str] | None = None,
) -> int:
    """Write a JSONL file; returns the number of rows.

    Args:
        annotations: read while writing.
        out: the file.
        codebook: of the annotations.
        failures: documents that cannot be expressed.
        offsets: see ``to_row``.
        used: filled with the label names that occur.
    """

    def lines() -> Iterator[str]:
        for row in convert(annotations, lambda annotation: to_row(annotation, codebook, offsets), failures):
            if used is not None:
                used.update(label[2] for label in row["label"])
            yield json.dumps(row, ensure_ascii=False)

    return write_lines(out, lines())
