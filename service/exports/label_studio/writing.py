"""Tasks with predictions, ready for *Import* (one JSON file) in Label Studio."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp.codebook import Codebook
from nlp.errors import ReadingError
from nlp.schema import Annotation, Tag
from service.exports.converting import convert
from service.exports.label_studio.config import LABELS, TEXT
from service.exports.vocabulary import ATTRIBUTES, require_known_labels
from service.items import write_lines


def to_task(annotation: Annotation, codebook: Codebook) -> dict[str, Any]:
    """One task: the text, and the tags as one prediction.

    The score stands on each region; a prediction as a whole has none. Cues are notes of a region (``meta``).

    Raises:
        InvalidRecordError: a tag's label is not in the codebook.
    """
    require_known_labels(annotation, codebook)
    result: list[dict[str, Any]] = []
    for number, tag in enumerate(annotation.tags):
        result += _regions(f"tag{number:05d}", tag)
    return {
        "data": {
            "text": annotation.text,
            "document": annotation.id,
            "doc_type": annotation.doc_type,
            "source": annotation.source.path,
        },
        "predictions": [
            {
                "model_version": f"yanpan {annotation.pipeline_version}, codebook {annotation.codebook_version}",
                "result": result,
            }
        ],
    }


def write(annotations: Iterable[Annotation], out: Path, codebook: Codebook, failures: list[ReadingError]) -> int:
    """Write a JSON file of tasks; returns how many.

    Args:
        annotations: read while writing.
        out: the file.
        codebook: of the annotations.
        failures: documents that cannot be expressed.
    """
    tasks = convert(annotations, lambda annotation: to_task(annotation, codebook), failures)
    return write_lines(out, _array(tasks)) - 2


def _array(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "["
    waiting: str | None = None
    for item in items:
        if waiting is not None:
            yield waiting + ","
        waiting = json.dumps(item, ensure_ascii=False)
    if waiting is not None:
        yield waiting
    yield "]"


def _regions(region: str, tag: Tag) -> Iterator[dict[str, Any]]:
    where = {"start": tag.start, "end": tag.end, "text": tag.quote}
    shared = {"id": region, "to_name": TEXT, "origin": "prediction"}
    label: dict[str, Any] = {
        **shared,
        "from_name": LABELS,
        "type": "labels",
        "value": {**where, "labels": [tag.label]},
        "score": tag.score,
    }
    if tag.cues:
        label["meta"] = {"text": [f"{cue.effect} {cue.quote} {cue.start}-{cue.end}" for cue in tag.cues]}
    yield label
    for attribute in ATTRIBUTES:
        value = {**where, "choices": [getattr(tag, attribute)]}
        yield {**shared, "from_name": attribute, "type": "choices", "value": value}
