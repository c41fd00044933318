"""Records without names: an annotation with all that stands beside it (anchors, identity, review, fields of the source)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from nlp.errors import InvalidRecordError, RedactionError
from nlp.identity import FIELD_NAMES
from nlp.reading import RawDocument
from nlp.redaction import (
    Redaction,
    RedactionKey,
    Redactor,
    redact_annotation,
    restore,
    restore_annotation,
    secrets_of,
)
from nlp.redaction.annotations import conceal_id, conceal_path, move_tags
from nlp.redaction.names.mentions import without_blanks
from nlp.schema import Annotation

FIELD: Final = "redaction"
"""The key of a record that holds what the key opens."""

_NAME_KEYS: Final = frozenset(("姓名", "名字", "name", "subject", "author", "person", "speaker"))


def redact_record(record: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """A record of an archive or of ``yanpan annotate`` (with or without anchors and identity), without names.

    Args:
        record: an annotation with more keys beside it.
        redactor: of the run.

    Returns:
        The same keys, and ``redaction``: what ``restore_record`` needs to undo it.

    Raises:
        InvalidRecordError: the record is no annotation.
        RedactionError: it is de-identified already.
    """
    if record.get(FIELD) is not None:
        raise RedactionError("the record is de-identified already", path=str(record.get("id")))
    annotation = annotation_of(record)
    identity = record.get("identity")
    moved, redaction = redact_annotation(annotation, redactor, _names(identity))
    out: dict[str, Any] = {**moved.model_dump(mode="json")}
    more = {key: value for key, value in record.items() if key not in Annotation.model_fields and key != FIELD}
    for key, value in more.items():
        out[key] = _beside(key, value, annotation, redaction, redactor)
    out[FIELD] = redactor.seal(redaction, {**secrets_of(annotation), "more": more})
    return out


def restore_record(record: Mapping[str, Any], key: RedactionKey) -> dict[str, Any]:
    """A record as it was; tags that were changed since stay changed, on the characters they stood on.

    Args:
        record: as ``redact_record`` made it; or the work of annotators, which has tags and little else.
        key: of the run.

    Raises:
        InvalidRecordError: the tags are none.
        RedactionKeyError: another key, or the text was changed.
        RedactionError: the record is not de-identified.
    """
    restored = restore(str(record.get("text")), record.get(FIELD), key)
    if not isinstance(restored.more, dict) or "speakers" not in restored.more:
        raise RedactionError("the sealed part is of a text, and the row has tags", path=str(record.get("id")))
    if not Annotation.model_fields.keys() <= record.keys():
        try:
            tags = move_tags(record["tags"], restored.text, restored.move)
        except (KeyError, TypeError, IndexError) as error:
            raise InvalidRecordError("the tags are no tags", expected="start, end, quote, label") from error
        rest = {name: value for name, value in record.items() if name not in (FIELD, "source")}
        return {**rest, "id": restored.more["id"], "text": restored.text, "tags": tags}
    annotation = restore_annotation(annotation_of(record), restored)
    return {**annotation.model_dump(mode="json"), **restored.more["more"]}


def annotation_of(record: Mapping[str, Any]) -> Annotation:
    """The annotation of a record.

    Raises:
        InvalidRecordError: there is none.
    """
    try:
        return Annotation.model_validate({key: record[key] for key in Annotation.model_fields if key in record})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRecordError(
            f"{where or 'the record'}: {first['msg']}", path=str(record.get("id")), expected="an annotation"
        ) from error


def conceal_error(row: Mapping[str, str | None], name: str, redactor: Redactor) -> dict[str, str | None]:
    """An error of a file without names.

    Args:
        row: ``YanpanError.as_dict()``.
        name: of the file, as the error may spell it.
        redactor: of the run.
    """
    path = row.get("path")
    hidden = dict(row)
    if path is not None:
        own = name if path.startswith(name) else path.partition("#")[0]
        hidden["path"] = conceal_id(path, own, redactor)
    empty = redactor.redact("")
    for field in ("message", "place", "expected", "hint"):
        text = row.get(field)
        if text:
            for part in sorted({path or name, name, *name.split("/")}, key=len, reverse=True):
                if len(part) > 1:
                    text = text.replace(part, conceal_path(part, redactor))
            hidden[field] = redactor.words(text, empty)
    return hidden


def _names(identity: Any) -> list[str]:
    """The names that the identity of a record gives."""
    if not isinstance(identity, Mapping):
        return []
    people = [item["value"] for item in identity.get("people") or [] if item]
    subject = identity.get("subject")
    return [name for name in [*people, *([subject["value"]] if subject else [])] if without_blanks(name)]


def _beside(key: str, value: Any, annotation: Annotation, redaction: Redaction, redactor: Redactor) -> Any:
    move = redaction.move
    if value is None:
        return None
    if key == "source_map":
        return move.source_map(value, len(annotation.text))
    if key in ("anchors", "lines"):
        spans = move.tiles((item["start"], item["end"]) for item in value)
        return [
            {**item, "start": start, "end": end, **_label(item, redaction, redactor)}
            for item, (start, end) in zip(value, spans, strict=True)
        ]
    if key == "identity":
        return _identity(value, redaction, redactor)
    return _strings(value, redaction, redactor)


def _label(item: Mapping[str, Any], redaction: Redaction, redactor: Redactor) -> dict[str, Any]:
    """The name of a place, where it has one: the sheet of 李某评语!C5 is called after a person."""
    label = item.get("label")
    return {} if label is None else {"label": redactor.words(label, redaction)}


def _identity(identity: Mapping[str, Any], redaction: Redaction, redactor: Redactor) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in identity.items():
        if key == "file" and value is not None:
            out[key] = conceal_path(value, redactor)
        elif key == "file_sha256" and value is not None:
            out[key] = redactor.pseudonyms.digest(value)
        elif key == "text_sha256":
            out[key] = redactor.digest_of(redaction.text)
        elif key in FIELD_NAMES:
            out[key] = value and _evidence(value, key, redaction, redactor)
        elif key in ("people", "conflicts"):
            out[key] = [_evidence(item, item.get("field", "subject"), redaction, redactor) for item in value]
        else:
            out[key] = _strings(value, redaction, redactor)
    return out


def _evidence(item: Mapping[str, Any], field: str, redaction: Redaction, redactor: Redactor) -> dict[str, Any]:
    start, end = redaction.move.span(item["start"], item["end"])
    quote = redaction.text[start:end]
    value = item["value"]
    if field != "date":
        # A value is the quote without blanks, or several quotes joined: what a quote says needs no second opinion.
        same = without_blanks(str(item["quote"])) == without_blanks(value)
        value = quote if same else redactor.words(value, redaction)
    return {**item, "value": value, "start": start, "end": end, "quote": quote}


def _strings(value: Any, redaction: Redaction, redactor: Redactor, key: str = "") -> Any:
    """A JSON value with every string in it de-identified, keys too."""
    if isinstance(value, str):
        if key in _NAME_KEYS and value.strip():
            return redactor.name(value, redaction)
        return redactor.words(value, redaction)
    if isinstance(value, Mapping):
        return {
            redactor.words(str(name), redaction): _strings(item, redaction, redactor, str(name))
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_strings(item, redaction, redactor, key) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) >= 11:
        # A number of a card or a telephone that JSON holds as a number.
        hidden = redactor.words(str(value), redaction)
        return hidden if hidden != str(value) else value
    return value


def redact_rows(annotations: Iterable[Annotation], redactor: Redactor, beside: Path) -> Iterator[Annotation]:
    """Annotations without names; what undoes them goes to a file, one row each with ``id``, ``text`` and ``redaction``.

    Args:
        annotations: to be exported.
        redactor: of the export.
        beside: the file; it is whole when the last annotation was taken.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    with beside.open("w", encoding="utf-8", newline="\n") as file:
        for annotation in annotations:
            record = redact_record(annotation.model_dump(mode="json"), redactor)
            kept = {key: record[key] for key in ("id", "text", FIELD)}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
            yield annotation_of(record)


def redact_document(document: RawDocument, redactor: Redactor) -> dict[str, Any]:
    """A document's text without names, as a row with ``id``, ``text`` and ``redaction``."""
    redaction = redactor.redact(document.text)
    more = {"id": document.id, "path": document.path, "meta": dict(document.meta)}
    return {
        "id": conceal_id(document.id, document.path, redactor),
        "text": redaction.text,
        FIELD: redactor.seal(redaction, {"document": more}),
    }


def restore_row(row: Mapping[str, Any], key: RedactionKey) -> dict[str, Any]:
    """A record or a document's text as it was, whichever the row is.

    Raises:
        InvalidRecordError: the record is no annotation.
        RedactionKeyError: another key, or the text was changed.
        RedactionError: the row is not de-identified.
    """
    if "tags" in row:
        return restore_record(row, key)
    restored = restore(str(row.get("text")), row.get(FIELD), key)
    if not isinstance(restored.more, dict) or "document" not in restored.more:
        raise RedactionError("the sealed part is of a record, and the row has no tags", path=str(row.get("id")))
    document = restored.more["document"]
    return {"id": document["id"], "path": document["path"], "text": restored.text, "meta": document["meta"]}
