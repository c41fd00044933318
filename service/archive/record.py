"""One record of an archive: the annotation, where its characters stand in the file, and what a person should look at."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from nlp.reading import RawDocument
from nlp.schema import Annotation
from service.anchors import with_anchors
from service.identities import identity_of

RECORD_KEYS: Final = (
    *Annotation.model_fields,
    "source_map",
    "anchors",
    "lines",
    "identity",
    "review",
    "meta",
    "redaction",
)
"""Keys of a record, in order; the first ones are the contract of an annotation."""

_REASONS: Final = ("pages_without_text", "hidden_slides", "low_confidence")
"""Notes of readers (keys of ``RawDocument.meta``) that mean: a person should look at the file itself."""


def text_digest(text: str) -> str:
    """Lower-case hex SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make_record(
    annotation: Annotation, document: RawDocument, *, file: str, file_sha256: str, number: int
) -> dict[str, Any]:
    """The record of a document.

    Args:
        annotation: of the document.
        document: as it was read.
        file: the file it came from, below the source.
        file_sha256: of the file.
        number: 1-based place of the document in its file.

    Returns:
        ``identity`` tells the document from all others of the archive (file and number) and its content from all other
        contents (text_sha256), and holds what title, header and signature say of it (subject, date, unit, position, author, occasion, each with its
        evidence, see ``nlp.identity``). ``review`` lists why a person should look at the file: what its reader noted, or no text.
        ``meta`` is what else the file
        said, such as the other fields of a JSONL record. ``redaction`` is for ``service.redactions``.
    """
    meta = dict(document.meta)
    return {
        **with_anchors(annotation, document),
        "identity": {
            "file": file,
            "file_sha256": file_sha256,
            "document": number,
            "text_sha256": text_digest(annotation.text),
            **identity_of(annotation, document),
        },
        "review": _review(annotation.text, meta),
        "meta": meta,
        "redaction": None,
    }


def _review(text: str, meta: dict[str, Any]) -> list[dict[str, str]]:
    reasons = [{"reason": reason, "detail": str(meta[reason])} for reason in _REASONS if meta.get(reason)]
    return reasons if text.strip() else [*reasons, {"reason": "no_text", "detail": ""}]
