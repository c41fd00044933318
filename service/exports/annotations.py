"""Annotations as exports read them: JSONL of ``yanpan annotate``, a folder of it, an archive, or gold documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError, ReadingError, YanpanError
from nlp.schema import Annotation
from service.exports.quotes import require_quote, require_range

_ERRORS = ".errors.jsonl"


def read_annotations(path: Path, codebook: Codebook, failures: list[ReadingError]) -> Iterator[Annotation]:
    """The annotated documents of a file or folder, one after the other.

    Args:
        path: a JSONL file; a folder of ``*.jsonl``; or the destination of ``yanpan archive run``.
        codebook: gives family and group to the tags of gold documents, which do not carry them.
        failures: a row that is no annotation, whose offsets do not fit its text, or whose id came before, is added here
            with its line.

    Raises:
        ReadingError: there is nothing to read.
    """
    seen: set[str] = set()
    for file, place, row in read_rows(path, failures):
        try:
            annotation = to_annotation(row, codebook)
            if annotation.id in seen:
                raise InvalidRecordError(f"the id {annotation.id!r} came before", expected="ids used once")
        except ReadingError as error:
            error.at(path=str(file), place=place)
            failures.append(error)
            continue
        seen.add(annotation.id)
        yield annotation


def to_annotation(row: Any, codebook: Codebook | None) -> Annotation:
    """One row as an annotation; fields that belong to archives or annotators are left out.

    Args:
        row: a JSON value.
        codebook: see ``read_annotations``; None where rows are complete.

    Raises:
        InvalidRecordError: the row is no annotated document, or a quote is not the text at its offsets.
    """
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not isinstance(row.get("tags"), list):
        raise InvalidRecordError("the row is no annotated document", expected="an object with id, text and tags")
    text = row["text"]
    for tag in row["tags"]:
        if isinstance(tag, dict):
            start, end = require_range(tag.get("start"), tag.get("end"), len(text))
            require_quote(text, start, end, str(tag.get("quote")))
    empty: dict[str, Any] = {"source": {}, "doc_type": None, "sections": [], "turns": [], "clauses": []}
    versions = {"codebook_version": codebook.version if codebook else "", "pipeline_version": ""}
    known = {name: row[name] for name in Annotation.model_fields if name in row}
    tags = [_tag(tag, codebook) if isinstance(tag, dict) else tag for tag in row["tags"]]
    try:
        return Annotation.model_validate({**empty, **versions, **known, "tags": tags})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRecordError(f"{where or 'the row'}: {first['msg']}", expected="an annotated document") from error


def _tag(tag: dict[str, Any], codebook: Codebook | None) -> dict[str, Any]:
    if "family" in tag or codebook is None:
        return tag
    label = codebook.label(tag["label"]) if tag.get("label") in codebook else None
    if label is None:
        raise InvalidRecordError(f"the label {tag.get('label')!r} is unknown", expected="a label of the codebook")
    return {
        "status": "observed",
        "subject": "target",
        "kind": "judgement",
        "score": 1.0,
        **tag,
        "source": tag.get("source") or "human",
        "family": label.family,
        "group": label.group,
    }


def read_rows(path: Path, failures: list[ReadingError]) -> Iterator[tuple[Path, str, Any]]:
    """Every row of a file or folder as JSON, with the file and the place it stands in.

    Args:
        path: see ``read_annotations``.
        failures: a line that is no JSON is added here.

    Raises:
        ReadingError: there is nothing to read.
    """
    if path.is_dir() and (path / "manifest.sqlite").exists():
        yield from _archive(path)
        return
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    files = [file for file in files if path == file or not file.name.endswith(_ERRORS)]
    if not files:
        raise ReadingError(
            "holds no annotations", path=str(path), expected="*.jsonl, or an archive of yanpan archive run"
        )
    for file in files:
        yield from _lines(file, failures)


def _lines(file: Path, failures: list[ReadingError]) -> Iterator[tuple[Path, str, Any]]:
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                place = f"line {number}"
                try:
                    row = json.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
                except (ValueError, RecursionError) as error:
                    failures.append(
                        InvalidRecordError(
                            f"the line is not valid JSON: {error}",
                            path=str(file),
                            place=place,
                            expected="an annotation, one JSON object a line",
                        )
                    )
                else:
                    yield file, place, row
    except OSError as error:
        raise ReadingError(f"cannot be read: {error.strerror}", path=str(file), expected="annotations") from error


def _archive(path: Path) -> Iterator[tuple[Path, str, Any]]:
    from service.archive.records import read

    try:
        for number, row in enumerate(read(path), 1):
            yield path, f"record {number}", row
    except ReadingError:
        raise
    except YanpanError as error:
        error.at(path=str(path))
        raise
