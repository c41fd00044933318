"""A folder brat can serve: two files a document, the configuration, and a list of names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation
from service.exports.brat.attributes import NAMES, VALUES
from service.exports.brat.config import annotation_conf, visual_conf
from service.exports.brat.fragments import fragments, one_line, quote_of
from service.exports.converting import convert
from service.exports.files import whole_file
from service.exports.vocabulary import require_known_labels

NAMES_FILE: Final = "documents.json"
"""File names without suffix → ids of documents."""

_UNSAFE: Final = re.compile(r"[^\w.-]+")
_LONGEST: Final = 60


def to_ann(annotation: Annotation, codebook: Codebook) -> str:
    """The ``.ann``: a T line a tag, four A lines with its attributes, and a note with its score, source and cues.

    Raises:
        InvalidRecordError: a label is not in the codebook, or a tag holds nothing but line breaks.
    """
    require_known_labels(annotation, codebook)
    return "".join(line + "\n" for line in _lines(annotation))


def write(annotations: Iterable[Annotation], out: Path, codebook: Codebook, failures: list[ReadingError]) -> int:
    """Write the folder; returns how many documents.

    Args:
        annotations: read while writing.
        out: the folder; made if missing.
        codebook: of the annotations.
        failures: documents that cannot be expressed.

    Raises:
        ReadingError: the folder holds an ``.ann`` already, which may be somebody's work.
    """
    if out.is_dir() and any(out.glob("*.ann")):
        raise ReadingError("holds annotations already", path=str(out), expected="a new or empty folder")
    out.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    taken: set[str] = set()
    pairs = convert(annotations, lambda annotation: (annotation, to_ann(annotation, codebook)), failures)
    for annotation, ann in pairs:
        name = _file_name(annotation.id, taken)
        names[name] = annotation.id
        _write(out / f"{name}.txt", annotation.text)
        _write(out / f"{name}.ann", ann)
    _write(out / NAMES_FILE, json.dumps(names, ensure_ascii=False, indent=1))
    _write(out / "annotation.conf", annotation_conf(codebook))
    _write(out / "visual.conf", visual_conf(codebook))
    return len(names)


def _lines(annotation: Annotation) -> Iterator[str]:
    attribute_number = 0
    for number, tag in enumerate(annotation.tags, 1):
        pieces = fragments(annotation.text, tag.start, tag.end)
        if not pieces:
            raise InvalidRecordError(
                f"the tag at {tag.start}-{tag.end} holds line breaks only",
                expected="a quote brat can write on one line",
            )
        places = ";".join(f"{start} {end}" for start, end in pieces)
        yield f"T{number}\t{tag.label} {places}\t{quote_of(annotation.text, pieces)}"
        for attribute, values in VALUES.items():
            attribute_number += 1
            yield f"A{attribute_number}\t{NAMES[attribute]} T{number} {values[getattr(tag, attribute)]}"
        cues = "".join(f"; {cue.effect} {cue.quote!r} {cue.start}-{cue.end}" for cue in tag.cues)
        yield f"#{number}\tAnnotatorNotes T{number}\t" + one_line(f"score {tag.score:g}; source {tag.source}{cues}")


def _file_name(name: str, taken: set[str]) -> str:
    """A name every file system takes; ids that are none get a digest of the id instead of what was left out."""
    safe = _UNSAFE.sub("_", name).lstrip(".-")[:_LONGEST]
    # Some file systems take upper and lower case for the same.
    if safe != name or safe.casefold() in taken:
        safe = f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    taken.add(safe.casefold())
    return safe


def _write(path: Path, text: str) -> None:
    # Bytes, so that line breaks stay as they are.
    with whole_file(path) as part:
        part.write_bytes(text.encode("utf-8"))
