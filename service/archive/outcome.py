"""What goes to a worker and what comes back; small, picklable, never the records themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

ErrorRow = dict[str, str | None]
"""``YanpanError.as_dict()``."""


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file to process.

    Attributes:
        file: its number in the manifest.
        path: below the source, as bytes of the file system.
        name: the same as readable text.
        sha256: of its bytes.
    """

    file: int
    path: bytes
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What the manifest keeps of a document.

    Attributes:
        number: 1-based place in its file.
        id: of the record.
        text_sha256: of its text in UTF-8.
        characters: of its text.
        sketch: MinHash of its text, ``b""`` for a text too short to be compared.
    """

    number: int
    id: str
    text_sha256: str
    characters: int
    sketch: bytes


@dataclass(slots=True)
class Seconds:
    """Where the time of a worker went: wall time of each step, and processor time of all steps together."""

    reading: float = 0.0
    annotating: float = 0.0
    writing: float = 0.0
    processor: float = 0.0

    def add(self, other: Seconds) -> None:
        """Sum up."""
        self.reading += other.reading
        self.annotating += other.annotating
        self.writing += other.writing
        self.processor += other.processor


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        file: its number.
        spool: name of the spool file with its records, None when there are none.
        documents: one for each record, in order.
        errors: what could not be read or annotated.
        pipeline_version: that made the records.
        codebook_version: that made the records.
        seconds: spent on it.
        attempts: how often a worker began with it.
    """

    file: int
    spool: str | None = None
    documents: tuple[DocumentRow, ...] = ()
    errors: tuple[ErrorRow, ...] = ()
    pipeline_version: str | None = None
    codebook_version: str | None = None
    seconds: Seconds = field(default_factory=Seconds)
    attempts: int = 1
