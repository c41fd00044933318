"""All documents of a file, read and annotated, ready to be stored together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp.errors import ReadingError, YanpanError
from service.records.details import Details
from service.records.preparing import Prepared, prepare
from service.records.uploads import Original, read_upload

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The documents of a file, and what could not be read.

    Attributes:
        documents: each with what is kept of its file.
        errors: parts of the file that gave no document, each named.
        details: what is said of all of them.
    """

    documents: tuple[tuple[Prepared, Original], ...]
    errors: tuple[YanpanError, ...]
    details: Details


def prepare_file(pipeline: Pipeline, data: bytes, name: str, details: Details) -> PreparedFile:
    """Read and annotate a file, outside of any transaction.

    Args:
        pipeline: the annotator.
        data: the file.
        name: its name, not empty.
        details: what is known of all its documents.

    Raises:
        YanpanError: nothing in the file can be read; the first error in it.
    """
    documents: list[tuple[Prepared, Original]] = []
    errors: list[YanpanError] = []
    for item in read_upload(data, name):
        if isinstance(item, ReadingError):
            errors.append(item)
            continue
        try:
            prepared = prepare(pipeline, item.document, details.doc_type)
            if not prepared.text.strip():
                raise ReadingError("the document has no text", hint="is it a scan?")
            documents.append((prepared, item.original))
        except YanpanError as error:
            errors.append(error.at(path=item.document.id))
    if not documents:
        raise errors[0] if errors else ReadingError("nothing in the file is a document", path=name)
    return PreparedFile(tuple(documents), tuple(errors), details)
