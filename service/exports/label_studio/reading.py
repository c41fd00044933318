"""Annotations of an export in Label Studio's JSON format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation
from service.exports.human import HumanDocument, HumanSpan, Skipped, attributes_of
from service.exports.offsets import Utf16Map
from service.exports.quotes import require_range, require_text
from service.exports.vocabulary import ATTRIBUTES

# The editor writes line breaks of a quote as backslash and n.
_BREAK = re.compile(r"\\n|\r\n|[\r\n]")


def read(
    path: Path, base: Mapping[str, Annotation], failures: list[ReadingError], skipped: Skipped
) -> Iterator[HumanDocument]:
    """One document for every task and annotator.

    Cancelled annotations and tasks without any are skipped. Of two annotations of one task by one annotator the later
    one counts, and the other is reported.

    Args:
        path: the JSON file.
        base: what was exported, by id.
        failures: tasks and annotations that do not fit; such an annotation is left out as a whole, since one span less
            would be a wrong reference.
        skipped: filled while iterating.

    Raises:
        ReadingError: the file is no list of tasks.
    """
    for number, task in enumerate(_tasks(path), 1):
        name = task.get("id") if isinstance(task, dict) else None
        place = f"task {name if name is not None else f'number {number}'}"
        try:
            document, annotations = _task(task, base)
        except ReadingError as error:
            error.at(path=str(path), place=place)
            failures.append(error)
            continue
        finished = [item for item in annotations if not item.get("was_cancelled")]
        for _ in range(len(annotations) - len(finished)):
            skipped.add("已取消的标注")
        if not annotations:
            skipped.add("没有标注的任务")
        for item in _latest(finished, path, place, failures):
            where = f"{place}, annotation {item.get('id')}"
            spans = _spans(item, document, path, where, failures)
            if spans is not None:
                yield HumanDocument(document.id, spans, _annotator(item), where)


def _tasks(path: Path) -> list[Any]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise ReadingError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"is not valid JSON: {error}", path=str(path), expected="an export as JSON") from error
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        raise ReadingError("holds no tasks", path=str(path), expected="an export of Label Studio as JSON")
    return data


def _task(task: Any, base: Mapping[str, Annotation]) -> tuple[Annotation, list[dict[str, Any]]]:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict) or not isinstance(task.get("annotations"), list):
        raise InvalidRecordError(
            "the task has no data and annotations",
            expected="a task of Label Studio's JSON export",
            hint="export as JSON, not as JSON-MIN",
        )
    document = data.get("document")
    if not isinstance(document, str) or document not in base:
        raise InvalidRecordError(f"the document {document!r} is not in the base", expected="data.document, an id of it")
    require_text(str(data.get("text")), base[document].text)
    return base[document], [item for item in task["annotations"] if isinstance(item, dict)]


def _annotator(item: Mapping[str, Any]) -> str | None:
    by = item.get("completed_by")
    if isinstance(by, dict):
        by = by.get("id", by.get("email"))
    return None if by is None else str(by)


def _latest(
    items: list[dict[str, Any]], path: Path, place: str, failures: list[ReadingError]
) -> Iterator[dict[str, Any]]:
    by_annotator: dict[str | None, list[dict[str, Any]]] = {}
    for item in items:
        by_annotator.setdefault(_annotator(item), []).append(item)
    for annotator, theirs in by_annotator.items():
        *earlier, last = sorted(theirs, key=lambda item: str(item.get("updated_at") or item.get("created_at") or ""))
        for item in earlier:
            failures.append(
                InvalidRecordError(
                    f"annotation {item.get('id')} of annotator {annotator} is older than {last.get('id')}; it was left out",
                    path=str(path),
                    place=place,
                    expected="one annotation of a task by each annotator",
                )
            )
        yield last


def _spans(
    item: Mapping[str, Any], document: Annotation, path: Path, place: str, failures: list[ReadingError]
) -> tuple[HumanSpan, ...] | None:
    """The spans of an annotation; None when one of them does not fit, with an error for each that does not."""
    choices: dict[str, dict[str, str | None]] = {}
    regions: list[dict[str, Any]] = []
    result = item.get("result")
    for entry in result if isinstance(result, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), dict):
            continue  # relations
        if entry.get("type") == "labels":
            regions.append(entry)
        elif entry.get("from_name") in ATTRIBUTES:
            chosen = entry["value"].get("choices") or [None]
            choices.setdefault(str(entry.get("id")), {})[str(entry["from_name"])] = chosen[0]
    spans: list[HumanSpan] = []
    utf16 = Utf16Map(document.text)
    errors: list[ReadingError] = []
    for entry in regions:
        try:
            spans += _region(entry, choices.pop(str(entry.get("id")), {}), document.text, utf16)
        except ReadingError as error:
            errors.append(error)
    for region in choices:
        errors.append(InvalidRecordError(f"region {region} has choices, but no label", expected="a labelled region"))
    for misfit in errors:
        misfit.at(path=str(path), place=place)
    failures += errors
    return None if errors else tuple(spans)


def _region(
    entry: Mapping[str, Any], chosen: Mapping[str, str | None], text: str, utf16: Utf16Map
) -> Iterator[HumanSpan]:
    value = entry["value"]
    start, end = _place(value.get("start"), value.get("end"), value.get("text"), text, utf16)
    labels = value.get("labels")
    if not isinstance(labels, list) or not labels:
        raise InvalidRecordError(f"the region at {start}-{end} has no label", expected="one label")
    attributes = attributes_of(chosen, f"the region {text[start:end]!r} at {start}-{end}")
    for label in labels:
        yield HumanSpan(start, end, str(label), attributes)


def _place(start: object, end: object, quote: object, text: str, utf16: Utf16Map) -> tuple[int, int]:
    """The code points of a region, whichever unit it was stored in."""
    first, last = require_range(start, end, utf16.size)
    if not isinstance(quote, str):
        # Projects may leave the quote out (saveTextResult="no"); then the unit of today's editor is all there is.
        return require_range(first, last, len(text))
    readings = [(first, last)]
    units = utf16.to_code_points(first), utf16.to_code_points(last)
    if units[0] is not None and units[1] is not None and units != readings[0]:
        readings.append((units[0], units[1]))
    for begin, stop in readings:
        if stop <= len(text) and _BREAK.sub("\n", text[begin:stop]) == _BREAK.sub("\n", quote):
            return begin, stop
    raise InvalidRecordError(f"the text at {first}-{last} is {text[first:last]!r}", expected=repr(quote))
