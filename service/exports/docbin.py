"""spaCy ``DocBin``: documents as any spaCy program reads them, one token a character.

``doc.spans`` has the groups ``tags`` (``label_`` is the codebook's id), ``sections``, ``turns`` and ``clauses``;
``doc.spans["tags"].attrs["data"]`` one mapping a tag with all its fields, since two tags may cover the same characters.
``doc.user_data["yanpan"]`` holds id, source, document type and versions. Nothing of this package is needed to load it::

    docs = list(DocBin().from_disk("out.spacy").get_docs(spacy.blank("zh").vocab))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import spacy
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.vocab import Vocab

from nlp.errors import CorruptFileError, ReadingError
from nlp.schema import Annotation
from service.exports.annotations import to_annotation
from service.exports.converting import convert
from service.exports.files import whole_file

USER_DATA: Final = "yanpan"
_GROUPS: Final = ("tags", "sections", "turns", "clauses")


def to_doc(annotation: Annotation, vocab: Vocab) -> Doc:
    """An annotation as a ``Doc``; token offsets are code points."""
    words = list(annotation.text)
    doc = Doc(vocab, words=words, spaces=[False] * len(words))
    fields = annotation.model_dump(mode="json", exclude={"text"})
    for name in _GROUPS:
        items = fields.pop(name)
        spans = [Span(doc, item["start"], item["end"], label=_label(name, item)) for item in items]
        doc.spans[name] = SpanGroup(doc, name=name, spans=spans, attrs={"data": items})
    doc.user_data[USER_DATA] = fields
    return doc


def write(annotations: Iterable[Annotation], out: Path, failures: list[ReadingError]) -> int:
    """Write a ``.spacy`` file; returns the number of documents. All are held in memory.

    Args:
        annotations: what to write.
        out: the file.
        failures: documents spaCy cannot hold.
    """
    vocab = spacy.blank("zh").vocab
    found = DocBin(attrs=["ORTH", "SPACY"], store_user_data=True)
    for doc in convert(annotations, lambda annotation: to_doc(annotation, vocab), failures):
        found.add(doc)
    with whole_file(out) as part:
        found.to_disk(part)
    return len(found)


def read(path: Path) -> Iterator[Annotation]:
    """The annotations of a file ``write`` made.

    Raises:
        CorruptFileError: the file is no ``DocBin`` of this package.
        InvalidRecordError: a quote is not the text at its place.
    """
    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("zh").vocab))
    except Exception as error:  # zlib, msgpack, numpy: whatever the broken bytes happen to hit first
        raise CorruptFileError(f"cannot be read: {error}", path=str(path), expected="a DocBin") from error
    for number, doc in enumerate(docs, 1):
        try:
            yield _annotation(doc)
        except ReadingError as error:
            raise error.at(path=str(path), place=f"document {number}") from error


def _label(group: str, item: dict[str, Any]) -> str:
    return str({"tags": item.get("label"), "sections": item.get("level"), "turns": item.get("role")}.get(group) or "")


def _annotation(doc: Doc) -> Annotation:
    if USER_DATA not in doc.user_data:
        raise CorruptFileError("the document has no user_data['yanpan']", expected="a file of yanpan export")
    groups = {name: doc.spans[name].attrs["data"] if name in doc.spans else [] for name in _GROUPS}
    return to_annotation({**doc.user_data[USER_DATA], "text": doc.text, **groups}, None)
