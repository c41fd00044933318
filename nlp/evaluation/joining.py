"""Gold documents and predictions brought together: by id, and on the characters of the gold text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from nlp.errors import InvalidRecordError, ReadingError
from nlp.evaluation.comparing import Comparison, compare
from nlp.evaluation.gold import GoldDocument, GoldTag, read_rows
from nlp.structure.normalise import normalise
from nlp.structure.offsets import OffsetMap


class Placed(NamedTuple):
    """A document and the file it was read from."""

    document: GoldDocument
    path: Path


def read_documents(path: Path, failures: list[ReadingError]) -> dict[str, Placed]:
    """The documents of a JSONL file, or of all ``*.jsonl`` of a folder, by id.

    Args:
        path: file or folder.
        failures: an ``InvalidRecordError`` is added for every id given twice; the first document counts.

    Raises:
        ReadingError: nothing can be read there.
        InvalidRecordError: a line is no annotated document; a measurement on the rest would look like one on all.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    documents: dict[str, Placed] = {}
    for file in files:
        for document in read_rows(file, GoldDocument):
            if document.id in documents:
                failures.append(
                    InvalidRecordError(
                        f"the id stands in {documents[document.id].path.name} already",
                        path=str(file),
                        place=_place(document.id),
                        expected="ids used once",
                        hint="rename or remove one of the two",
                    )
                )
            else:
                documents[document.id] = Placed(document, file)
    if not documents:
        raise ReadingError("holds no documents", path=str(path), expected="annotated documents, one JSON object a line")
    return documents


def join(
    gold: Mapping[str, Placed], predictions: Mapping[str, Placed], failures: list[ReadingError]
) -> list[Comparison]:
    """Compare the documents both sides have, in the order of ``gold``.

    Args:
        gold: annotated documents.
        predictions: documents with predicted tags.
        failures: an ``InvalidRecordError`` is added for every id only one side has, and for every prediction whose
            text or scores are not usable; none of these documents is compared.
    """
    for name, placed in predictions.items():
        if name not in gold:
            message = "the prediction belongs to no gold document"
            failures.append(_failure(message, placed, "an id of the gold documents", "remove it or name its document"))
    comparisons = []
    for name, placed in gold.items():
        if name not in predictions:
            message = "there is no prediction for the document"
            failures.append(_failure(message, placed, "one prediction a document", "annotate it; it is not measured"))
            continue
        found = predictions[name]
        try:
            tags = align(placed.document, found.document.text, found.document.tags)
        except InvalidRecordError as error:
            error.at(path=str(found.path), place=_place(name))
            failures.append(error)
        else:
            comparisons.append(compare(placed.document, tags))
    return comparisons


def align(document: GoldDocument, text: str, tags: Iterable[GoldTag]) -> tuple[GoldTag, ...]:
    """Tags on ``text`` as tags on ``document.text``.

    The two texts may differ by what ``nlp.structure.normalise`` changes: the tagger's output carries the normalised
    text. The quote of a tag that was moved is the gold text at its new offsets.

    Args:
        document: the gold document.
        text: what the tags' offsets refer to.
        tags: predicted tags.

    Raises:
        InvalidRecordError: the texts differ otherwise, a tag covers nothing of the gold text, or a score lies outside
            0..1.
    """
    tags = tuple(tags)
    for tag in tags:
        if not 0 <= tag.score <= 1:
            raise InvalidRecordError(f"the tag at {tag.start}-{tag.end} has the score {tag.score}", expected="0 to 1")
    if text == document.text:
        return tags
    target = normalise(document.text)
    source = OffsetMap.identity(len(text)) if text == target.text else _source_map(text, target.text)
    return tuple(_moved(tag, source, target.source_map, document.text) for tag in tags)


def _source_map(text: str, wanted: str) -> OffsetMap:
    found = normalise(text)
    if found.text != wanted:
        equal = zip(found.text, wanted, strict=False)
        shorter = min(len(found.text), len(wanted))
        place = next((number for number, (one, other) in enumerate(equal) if one != other), shorter)
        raise InvalidRecordError(
            f"the text is not that of the gold document: after normalisation they part at character {place}",
            expected="the gold text, as it is or normalised",
            hint="annotate the gold document again",
        )
    return found.source_map


def _moved(tag: GoldTag, source: OffsetMap, target: OffsetMap, text: str) -> GoldTag:
    start, end = source.from_source(tag.start), source.from_source(tag.end)
    if end <= start:
        raise InvalidRecordError(
            f"the tag at {tag.start}-{tag.end} covers nothing that normalisation leaves", expected="a quote of the text"
        )
    start, end = target.to_source_span(start, end)
    return tag.model_copy(update={"start": start, "end": end, "quote": text[start:end]})


def _failure(message: str, placed: Placed, expected: str, hint: str) -> InvalidRecordError:
    place = _place(placed.document.id)
    return InvalidRecordError(message, path=str(placed.path), place=place, expected=expected, hint=hint)


def _place(name: str) -> str:
    return f"id {name!r}"
