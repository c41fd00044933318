"""Rows of a dataset exported from doccano as JSONL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation
from service.exports.doccano.naming import parse_name
from service.exports.human import HumanDocument, HumanSpan, Skipped
from service.exports.offsets import Utf16Map
from service.exports.quotes import require_range, require_text


def read(
    path: Path, base: Mapping[str, Annotation], failures: list[ReadingError], _skipped: Skipped
) -> Iterator[HumanDocument]:
    """One document a row. Spans stand under ``label`` (triples) or ``entities`` (objects), the text under ``text``.

    Args:
        path: the JSONL file of one annotator, or of a project that all annotate together.
        base: what was exported, by id.
        failures: rows that do not fit, each as a whole.
        _skipped: stays empty; a row of doccano does not say whether it was looked at. Export approved rows only.

    Raises:
        ReadingError: the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ReadingError(f"cannot be read: {error.strerror}", path=str(path), expected="doccano's JSONL") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            yield _document(line, base, place)
        except ReadingError as error:
            error.at(path=str(path), place=place)
            failures.append(error)


def _document(line: bytes, base: Mapping[str, Annotation], place: str) -> HumanDocument:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidRecordError(f"the line is not valid JSON: {error}", expected="one JSON object a line") from error
    if not isinstance(row, dict):
        raise InvalidRecordError("the line holds JSON, but no object", expected="a row of doccano")
    name = row.get("document")
    if not isinstance(name, str) or name not in base:
        raise InvalidRecordError(f"the document {name!r} is not in the base", expected="document, an id of it")
    text = base[name].text
    require_text(str(row.get("text", row.get("data"))), text)
    unit = row.get("offsets", "utf-16")
    if unit not in ("utf-16", "code-points"):
        raise InvalidRecordError(f"offsets are counted in {unit!r}", expected="utf-16 or code-points")
    units = Utf16Map(text) if unit == "utf-16" else None
    return HumanDocument(name, tuple(_span(item, text, units) for item in _items(row)), None, place)


def _items(row: Mapping[str, Any]) -> Iterator[tuple[object, object, object]]:
    items = row.get("label", row.get("labels", row.get("entities")))
    if not isinstance(items, list):
        raise InvalidRecordError("the row has no spans", expected="label: [[start, end, name], …], or entities")
    for item in items:
        if isinstance(item, list) and len(item) == 3:
            yield item[0], item[1], item[2]
        elif isinstance(item, dict):
            yield item.get("start_offset"), item.get("end_offset"), item.get("label")
        else:
            raise InvalidRecordError(f"{item!r} is no span", expected="[start, end, name]")


def _span(item: tuple[object, object, object], text: str, units: Utf16Map | None) -> HumanSpan:
    start, end = require_range(item[0], item[1], len(text) if units is None else units.size)
    label, attributes = parse_name(str(item[2]))
    if units is None:
        return HumanSpan(start, end, label, attributes)
    first, last = units.to_code_points(start), units.to_code_points(end)
    if first is None or last is None:
        raise InvalidRecordError(
            f"the span {start}-{end} begins or ends inside a character",
            expected="UTF-16 code units",
            hint="turn the grapheme option of the doccano project off",
        )
    return HumanSpan(first, last, label, attributes)
