"""A file of a batch as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, YanpanError
from service.access import Principal
from service.records.details import Details, Placement, checked_date
from service.records.files import PreparedFile, prepare_file
from service.records.ingest import ingest

if TYPE_CHECKING:
    from service.engine import Engine


class File(Protocol):
    """A file, where its records go, and what is said of all of them (fields of ``Details``)."""

    @property
    def name(self) -> str:
        """As it was uploaded."""

    @property
    def content(self) -> bytes:
        """Its bytes."""

    @property
    def unit_id(self) -> str:
        """Unit of its records."""

    @property
    def confidentiality(self) -> int:
        """Level of its records."""

    @property
    def options(self) -> Mapping[str, Any]:
        """What is said of all its records."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a file.

    Attributes:
        record_ids: its records, in order.
        duplicate: whether the text of each was there before.
        errors: parts of the file that gave no record.
    """

    record_ids: Sequence[str]
    duplicate: bool
    errors: tuple[YanpanError, ...]


class BatchIngest:
    """Reads and annotates a file outside of any transaction, stores all its records in one."""

    def prepare(self, engine: Engine, file: File) -> PreparedFile:
        """Read and annotate.

        Raises:
            ReadingError: nothing in the file can be read.
            InvalidInputError: an option is none of the details of a record.
        """
        return prepare_file(engine.pipeline, file.content, file.name, details_of(file.options))

    def store(self, session: Session, principal: Principal, file: File, prepared: PreparedFile) -> Stored:
        """Write the records, in a session of the principal.

        Raises:
            AccessDeniedError: they may not take records in, or not at this level.
            NotFoundError: there is no such unit for them.
        """
        placement = Placement(unit_id=file.unit_id, confidentiality=file.confidentiality)
        made = [
            ingest(session, principal, document, placement, prepared.details, original=original)
            for document, original in prepared.documents
        ]
        return Stored([one.record.id for one in made], all(one.same_text is not None for one in made), prepared.errors)


def details_of(options: Mapping[str, Any]) -> Details:
    """The details among the options of a batch; other options are other parts' own.

    Raises:
        InvalidInputError: a detail has a value that it cannot have.
    """
    said = {name: options[name] for name in Details.model_fields if options.get(name) is not None}
    try:
        details = Details.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(first["msg"], place=".".join(map(str, first["loc"]))) from None
    checked_date(details.document_date)
    return details
