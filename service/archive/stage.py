"""The work on one file, the same in a local process and on a cluster: documents, annotations, records in a spool."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.errors import AnnotatingError, MemoryLimitError, ReadingError, YanpanError
from nlp.near_duplicates import SHORTEST, plain, sketch
from nlp.reading import RawDocument
from nlp.reading.discover import display_name
from nlp.version import PIPELINE_VERSION
from service.archive.documents import Documents, below
from service.archive.formats import Format, format_of
from service.archive.formats.contract import Spool
from service.archive.groups import PERMUTATIONS, pack
from service.archive.hiding import Hiding
from service.archive.options import StageOptions
from service.archive.outcome import DocumentRow, ErrorRow, FileOutcome, FileTask, Seconds
from service.archive.record import make_record
from service.items import source_of

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline


class SpoolError(Exception):
    """The records of a file cannot be written; no file is to blame, so the run must stop."""


class Stage:
    """Everything a worker loads once.

    Args:
        options: of the run.

    Raises:
        YanpanError: the pipeline cannot be loaded.
    """

    def __init__(self, options: StageOptions) -> None:
        self._root = options.root
        self._spool = Path(options.spool)
        self._documents: Documents = named(options.documents)
        self._format: Format = format_of(options.format)
        self._pipeline: Pipeline = named(options.pipeline)(finder=options.finder)
        self._hiding = None if options.secret is None else Hiding(options.secret)
        self._codebook_version = str(self._pipeline.codebook.version)
        # What is built at first use (word lists, the network's buffers) belongs to loading, not to the first file.
        self._pipeline.annotate("某同志处事公道。")

    def process(self, task: FileTask, tick: Callable[[], None]) -> FileOutcome:
        """Annotate every document of a file.

        Args:
            task: the file.
            tick: called after each document.

        Raises:
            SpoolError: the spool cannot be written.
        """
        work = _Work(self._spool, self._format)
        path = Path(os.fsdecode(os.path.join(os.fsencode(self._root), task.path)))  # noqa: PTH118 (bytes)
        # Not the task's name, which the manifest may have given without names.
        name = display_name(os.fsdecode(task.path))
        clock = time.perf_counter()
        processor = time.process_time()
        try:
            items = iter(self._documents(path))
            while True:
                item = next(items, None)
                clock, work.seconds.reading = _lap(clock, work.seconds.reading)
                if item is None:
                    break
                found = below(self._root, item)
                if isinstance(found, ReadingError):
                    work.errors.append(found.as_dict())
                else:
                    self._document(found, name, task.sha256, work)
                tick()
                clock = time.perf_counter()
        except SpoolError:
            work.drop()
            raise
        except MemoryError:
            work.errors.append(MemoryLimitError("the file needs more memory than there is", path=name).as_dict())
        except Exception as error:
            # Readers give failures as values; what a split or an identity function raises must not end the run.
            work.errors.append(_unforeseen(error, name))
        work.seconds.processor = time.process_time() - processor
        if self._hiding is not None:
            work.errors = [self._hiding.error(row, name) for row in work.errors]
        return work.outcome(task, self._codebook_version)

    def _document(self, document: RawDocument, name: str, sha256: str, work: _Work) -> None:
        begin = time.perf_counter()
        try:
            annotation = self._pipeline.annotate(document.text, id=document.id, source=source_of(document))
            number = len(work.documents) + 1
            record = make_record(annotation, document, file=name, file_sha256=sha256, number=number)
            if self._hiding is not None:
                record = self._hiding.record(record)
            bare = plain(record["text"])
            row = DocumentRow(
                number=number,
                id=record["id"],
                text_sha256=record["identity"]["text_sha256"],
                characters=len(record["text"]),
                sketch=pack(sketch(bare, PERMUTATIONS)) if len(bare) >= SHORTEST else b"",
            )
        except MemoryError:
            raise
        except YanpanError as error:
            work.errors.append(error.at(path=document.id).as_dict())
        except Exception as error:
            work.errors.append(_unforeseen(error, document.id))
        else:
            begin, work.seconds.annotating = _lap(begin, work.seconds.annotating)
            work.write(record)
            work.documents.append(row)
            _, work.seconds.writing = _lap(begin, work.seconds.writing)


class _Work:
    """The file in hand."""

    def __init__(self, folder: Path, form: Format) -> None:
        self.documents: list[DocumentRow] = []
        self.errors: list[ErrorRow] = []
        self.seconds = Seconds()
        self._form = form
        # A name nobody else uses: on a cluster one file may be processed twice, by processes that both live.
        self._path = folder / uuid.uuid4().hex
        self._spool: Spool | None = None

    def write(self, record: dict[str, object]) -> None:
        try:
            if self._spool is None:
                self._spool = self._form.spool(self._path)
            self._spool.write(record)
        except OSError as error:
            raise SpoolError(f"{error.strerror or error}") from error

    def drop(self) -> None:
        self._path.unlink(missing_ok=True)

    def outcome(self, task: FileTask, codebook_version: str) -> FileOutcome:
        try:
            if self._spool is not None:
                self._spool.close()
        except OSError as error:
            self.drop()
            raise SpoolError(f"{error.strerror or error}") from error
        return FileOutcome(
            file=task.file,
            spool=self._path.name if self.documents else None,
            documents=tuple(self.documents),
            errors=tuple(self.errors),
            pipeline_version=PIPELINE_VERSION,
            codebook_version=codebook_version,
            seconds=self.seconds,
        )


def _lap(begin: float, total: float) -> tuple[float, float]:
    now = time.perf_counter()
    return now, total + now - begin


def _unforeseen(error: Exception, path: str) -> ErrorRow:
    return AnnotatingError(
        f"processing failed unforeseen ({type(error).__name__}: {error})",
        path=path,
        hint="report this error with the file, or a made-up one that shows it",
    ).as_dict()


def named(place: str) -> Any:
    """The function a ``module:function`` names."""
    module, _, function = place.partition(":")
    return getattr(import_module(module), function)
