"""Reading annotators' work back, whatever tool it was done in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError, ReadingError
from nlp.schema import Annotation
from service.exports.annotations import read_annotations
from service.exports.gold import to_gold
from service.exports.human import HumanDocument, Skipped

Tool = Literal["label-studio", "doccano", "brat"]
Reader = Callable[[Path, Mapping[str, Annotation], list[ReadingError], Skipped], Iterator[HumanDocument]]


@dataclass
class Imported:
    """What an import found.

    Attributes:
        rows: reference documents by annotator, in the order of the file.
        failures: what did not fit.
        skipped: unfinished work, counted by reason.
        untouched: documents of the base nobody handed back.
    """

    rows: dict[str | None, list[dict[str, Any]]] = field(default_factory=dict)
    failures: list[ReadingError] = field(default_factory=list)
    skipped: Skipped = field(default_factory=Skipped)
    untouched: int = 0


def import_annotations(
    path: Path,
    tool: Tool,
    base: Path,
    codebook: Codebook,
    *,
    annotator: str | None = None,
    keep_source: bool = False,
) -> Imported:
    """Read a file or folder of another tool.

    Args:
        path: what the tool exported.
        tool: which one.
        base: the annotations that were exported to it; held in memory.
        codebook: of the base.
        annotator: only this one's work.
        keep_source: see ``service.exports.gold.to_gold``.

    Raises:
        ReadingError: one of the two cannot be read at all.
    """
    result = Imported()
    documents = {item.id: item for item in read_annotations(base, codebook, result.failures)}
    given: dict[tuple[str | None, str], str] = {}
    for work in _READERS[tool]()(path, documents, result.failures, result.skipped):
        if annotator is not None and work.annotator != annotator:
            result.skipped.add("其他标注员的标注")
            continue
        key = (work.annotator, work.id)
        try:
            if key in given:
                raise InvalidRecordError(
                    f"the document {work.id!r} came before, at {given[key]}",
                    expected="one annotation by each annotator",
                )
            row = to_gold(work, documents[work.id], codebook, keep_source=keep_source)
        except ReadingError as error:
            error.at(path=str(path), place=work.place)
            result.failures.append(error)
            continue
        given[key] = work.place
        result.rows.setdefault(work.annotator, []).append(row)
    result.untouched = len(documents) - len({document for _, document in given})
    return result


def _label_studio() -> Reader:
    from service.exports.label_studio.reading import read

    return read


def _doccano() -> Reader:
    from service.exports.doccano.reading import read

    return read


def _brat() -> Reader:
    from service.exports.brat.reading import read

    return read


_READERS: Final[Mapping[Tool, Callable[[], Reader]]] = {
    "label-studio": _label_studio,
    "doccano": _doccano,
    "brat": _brat,
}
