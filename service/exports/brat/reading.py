"""A folder of brat standoff, or one ``.ann`` of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation, Tag
from service.exports.brat.attributes import NAMES, VALUES
from service.exports.brat.fragments import fragments, only_breaks, quote_of
from service.exports.brat.writing import NAMES_FILE
from service.exports.human import HumanDocument, HumanSpan, Skipped, attributes_of
from service.exports.quotes import require_range, require_text

_TEXT_BOUND: Final = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"[AM]\S*\t(\S+) (\S+)(?: (\S+))?\s*")
_ATTRIBUTES: Final = {name: attribute for attribute, name in NAMES.items()}


@dataclass
class _Entity:
    label: str
    pieces: tuple[tuple[int, int], ...]
    quote: str
    line: int
    values: dict[str, str | None] = field(default_factory=dict)


def read(
    path: Path, base: Mapping[str, Annotation], failures: list[ReadingError], _skipped: Skipped
) -> Iterator[HumanDocument]:
    """One document for every ``.ann``. Relations, events and notes are not read.

    Args:
        path: the folder, or one file.
        base: what was exported, by id.
        failures: documents that do not fit, each as a whole, with the line of the ``.ann``.
        _skipped: stays empty; an ``.ann`` does not say whether it was looked at.

    Raises:
        ReadingError: there is no ``.ann``.
    """
    files = sorted(path.glob("*.ann")) if path.is_dir() else [path]
    if not files:
        raise ReadingError("holds no .ann files", path=str(path), expected="a folder of brat")
    names = _names((path if path.is_dir() else path.parent) / NAMES_FILE)
    for file in files:
        try:
            yield _document(file, names.get(file.stem, file.stem), base)
        except ReadingError as error:
            error.at(path=str(file))
            failures.append(error)


def _names(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        names = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ReadingError(f"cannot be read: {error}", path=str(file), expected="file names with ids") from error
    return {str(name): str(document) for name, document in names.items()} if isinstance(names, dict) else {}


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"{file.name} cannot be read: {error}", expected="a UTF-8 file") from error


def _document(file: Path, name: str, base: Mapping[str, Annotation]) -> HumanDocument:
    if name not in base:
        raise InvalidRecordError(f"the document {name!r} is not in the base", expected="an id of it")
    annotation = base[name]
    require_text(_text(file.with_suffix(".txt")), annotation.text)
    spans = []
    free = dict(enumerate(annotation.tags))
    for entity in _entities(_text(file)).values():
        try:
            spans.append(_span(entity, annotation.text, free))
        except ReadingError as error:
            error.at(place=f"line {entity.line}")
            raise
    return HumanDocument(name, tuple(spans), None, file.name)


def _entities(ann: str) -> dict[str, _Entity]:
    entities: dict[str, _Entity] = {}
    given: list[tuple[int, str, str, str | None]] = []
    for number, line in enumerate(ann.split("\n"), 1):
        if line.startswith("T"):
            found = _TEXT_BOUND.fullmatch(line)
            if found is None:
                raise InvalidRecordError(
                    f"no text-bound annotation: {line!r}", place=f"line {number}", expected="T1<tab>label 0 4<tab>quote"
                )
            pieces = tuple((int(piece.split(" ")[0]), int(piece.split(" ")[1])) for piece in found[3].split(";"))
            entities[found[1]] = _Entity(found[2], pieces, found[4], number)
        elif line.startswith(("A", "M")) and (match := _ATTRIBUTE.fullmatch(line)):
            given.append((number, match[1], match[2], match[3]))
    for number, attribute_name, entity_id, value in given:
        if attribute_name not in _ATTRIBUTES or entity_id not in entities:
            continue
        attribute = _ATTRIBUTES[attribute_name]
        spelled = {spelling: key for key, spelling in VALUES[attribute].items()}
        values = entities[entity_id].values
        if attribute in values:
            raise InvalidRecordError(
                f"{entity_id} has {attribute_name} twice", place=f"line {number}", expected="one value"
            )
        values[attribute] = spelled.get(value or "", value)
    return entities


def _span(entity: _Entity, text: str, free: dict[int, Tag]) -> HumanSpan:
    """The span of an entity; the base tag it came from, if any, is taken out of ``free``."""
    pieces = tuple(require_range(start, end, len(text)) for start, end in entity.pieces)
    found = quote_of(text, pieces)
    if found != entity.quote:
        places = ";".join(f"{start} {end}" for start, end in pieces)
        raise InvalidRecordError(f"the text at {places} is {found!r}", expected=repr(entity.quote))
    for (_, end), (start, _) in pairwise(pieces):
        if start < end or not only_breaks(text[end:start]):
            raise InvalidRecordError(
                f"the annotation {entity.quote!r} leaves out {text[end:start]!r}", expected="evidence in one piece"
            )
    attributes = attributes_of(entity.values, f"the annotation {entity.quote!r}")
    # Line breaks at the edges of a tag have no fragment of their own: the base knows them.
    same = [
        number
        for number, tag in free.items()
        if tag.label == entity.label and fragments(text, tag.start, tag.end) == pieces
    ]
    if not same:
        return HumanSpan(pieces[0][0], pieces[-1][1], entity.label, attributes)
    tag = free.pop(min(same, key=lambda number: (_changes(free[number], attributes), number)))
    return HumanSpan(tag.start, tag.end, entity.label, attributes)


def _changes(tag: Tag, attributes: Mapping[str, str]) -> int:
    return sum(getattr(tag, name) != value for name, value in attributes.items())
