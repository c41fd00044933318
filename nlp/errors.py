"""One error tree for the whole product.

Every error names the file or item, the place inside it, what was expected and what to do. The parts are kept apart so
that each surface (CLI, JSON lines of failures, problem+json) can show them in its own way.
"""

from __future__ import annotations


class YanpanError(Exception):
    """Base of every error the product raises on purpose.

    Args:
        message: what happened, one sentence.
        path: the file, folder or item it happened to.
        place: where inside it, e.g. ``line 4017`` or ``page 3``.
        expected: what would have been right.
        hint: what the user can do.
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        place: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.message = message
        self.path = path
        self.place = place
        self.expected = expected
        self.hint = hint
        super().__init__(message, path, place, expected, hint)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.as_dict()))

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.path, self.place) if part)
        text = f"{where}: {self.message}" if where else self.message
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f"; {self.hint}"
        return text

    def as_dict(self) -> dict[str, str | None]:
        """The parts as a flat mapping, used for ``*.errors.jsonl`` and problem+json."""
        return {
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "place": self.place,
            "expected": self.expected,
            "hint": self.hint,
        }

    def at(self, *, path: str | None = None, place: str | None = None) -> YanpanError:
        """The same error with context filled in where it was still unknown; returns itself."""
        self.path = self.path or path
        self.place = self.place or place
        return self


def _rebuild(kind: type[YanpanError], message: str, parts: dict[str, str | None]) -> YanpanError:
    # Errors cross process boundaries (worker pools), so they must survive pickling with their keyword parts.
    error = kind.__new__(kind)
    YanpanError.__init__(
        error,
        message,
        path=parts["path"],
        place=parts["place"],
        expected=parts["expected"],
        hint=parts["hint"],
    )
    return error


class ConfigurationError(YanpanError):
    """A data or settings file of the product is wrong; nothing can run until it is mended."""

    code = "configuration"


class CodebookError(ConfigurationError):
    """The codebook file is invalid; ``place`` holds the line."""

    code = "codebook"


class LexiconError(ConfigurationError):
    """A lexicon file is invalid; ``place`` holds the line."""

    code = "lexicon"


class CueError(ConfigurationError):
    """A cue file is invalid; ``place`` holds the line."""

    code = "cue"


class ReadingError(YanpanError):
    """One item could not be turned into text. The other items of a run go on."""

    code = "reading"


class UnsupportedFormatError(ReadingError):
    """No reader is registered for the content."""

    code = "unsupported_format"


class UndecodableTextError(ReadingError):
    """The bytes are no text in any charset that was tried."""

    code = "undecodable_text"


class CorruptFileError(ReadingError):
    """The container (docx, pdf) is truncated or broken."""

    code = "corrupt_file"


class EncryptedFileError(ReadingError):
    """The file needs a password."""

    code = "encrypted_file"


class TooLargeError(ReadingError):
    """A size limit was exceeded, compressed or unpacked."""

    code = "too_large"


class UnsafePathError(ReadingError):
    """The name of a bundle's member leads out of the bundle, or the member is a link."""

    code = "unsafe_path"


class ConversionError(ReadingError):
    """Another program (LibreOffice) failed to convert the file, or took too long."""

    code = "conversion"


class InvalidRecordError(ReadingError):
    """One line of a JSONL file is not a valid record; ``place`` holds the line number."""

    code = "invalid_record"


class EncoderError(YanpanError):
    """A sentence encoder could not be loaded or gave unusable output."""

    code = "encoder"


class CaseIndexError(YanpanError):
    """Base of everything that can go wrong with a case index."""

    code = "case_index"


class IndexMissingError(CaseIndexError):
    """There is no case index in the folder."""

    code = "index_missing"


class IndexTornError(CaseIndexError):
    """The files of the index do not belong together (a crash in mid-write, a copied part)."""

    code = "index_torn"


class IndexMismatchError(CaseIndexError):
    """The index was built with another encoder, tokenizer or layout version."""

    code = "index_mismatch"


class IndexLockedError(CaseIndexError):
    """Another process is writing to the index."""

    code = "index_locked"


class DuplicateCaseError(CaseIndexError):
    """Two cases of one batch carry the same id."""

    code = "duplicate_case"


class ModelError(YanpanError):
    """The tagger's weights or description are missing, broken or do not fit this version."""

    code = "model"


class TrainingError(YanpanError):
    """Training cannot start or go on: text, annotations or options are not usable."""

    code = "training"


class LanguageModelError(YanpanError):
    """The endpoint of the optional language model cannot be asked, or gave no usable answer."""

    code = "language_model"


class TimeLimitError(ReadingError):
    """A file of an archive run, or a page of a scan, took longer than it may."""

    code = "time_limit"


class MemoryLimitError(ReadingError):
    """A file of an archive run needed more memory than a worker may take; the process was ended."""

    code = "memory_limit"


class WorkerCrashError(ReadingError):
    """The process that worked on a file of an archive run died more than once."""

    code = "worker_crash"


class AnnotatingError(ReadingError):
    """A document was read, but annotating it failed in a way nobody foresaw."""

    code = "annotating"


class ArchiveError(YanpanError):
    """An archive run cannot start or go on; what was committed stays whole."""

    code = "archive"


class ArchiveLockedError(ArchiveError):
    """Another run is writing to the same destination."""

    code = "archive_locked"


class MissingExtraError(YanpanError):
    """An optional part of the product is not installed; the hint names the extra."""

    code = "missing_extra"


class StoreError(YanpanError):
    """The database cannot be reached, or refuses what was asked of it."""

    code = "store"


class StoreBehindError(StoreError):
    """The database's schema is older or newer than this version of the product."""

    code = "store_behind"


class StoreBusyError(StoreError):
    """Other writers held the database for longer than a request waits."""

    code = "store_busy"


class StoreUnavailableError(StoreError):
    """The database does not answer: it is down, starts again, or the way to it is cut."""

    code = "store_unavailable"


class StorageFullError(StoreError):
    """There is no room on the disk; nothing of the change was kept."""

    code = "storage_full"


class NotFoundError(StoreError):
    """There is no such object, or none that the caller may know of; the two are told apart nowhere."""

    code = "not_found"


class ConflictError(StoreError):
    """The change contradicts what is there, e.g. a name that is taken."""

    code = "conflict"


class InvalidInputError(StoreError):
    """A value is well-formed but not acceptable, e.g. a password that is too short."""

    code = "invalid_input"


class VersionConflictError(StoreError):
    """Somebody else changed the object since it was read (If-Match)."""

    code = "version_conflict"


class PreconditionMissingError(StoreError):
    """A change must say which version of the object it was made from (If-Match)."""

    code = "precondition_missing"


class IdempotencyConflictError(StoreError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_conflict"


class InvalidCursorError(StoreError):
    """A page cursor is damaged, or belongs to another list."""

    code = "invalid_cursor"


class AuditChainError(StoreError):
    """An entry of the audit log was changed, removed or put in; ``place`` holds its number."""

    code = "audit_chain"


class AccessError(YanpanError):
    """Base of what keeps a caller out."""

    code = "access"


class UnauthenticatedError(AccessError):
    """Nobody signed in, or with wrong, expired or withdrawn credentials."""

    code = "unauthenticated"


class AccessDeniedError(AccessError):
    """The caller is known and may not do this."""

    code = "access_denied"


class TooManyAttemptsError(AccessError):
    """Signing in failed too often from one address; ``retry_after`` says how many seconds to wait."""

    code = "too_many_attempts"
    retry_after = 60


class UnguardedQueryError(AccessError):
    """A statement would reach rows around the access rules. A mistake in the product, never of its user."""

    code = "unguarded_query"


class WorkerRunningError(YanpanError):
    """Another process does the background work of the same data folder already."""

    code = "worker_running"


class DiskLowError(YanpanError):
    """A disk of the service is nearly full."""

    code = "disk_low"


class WorkerSilentError(YanpanError):
    """The process that does the background work has given no sign of life for too long."""

    code = "worker_silent"


class BackupError(YanpanError):
    """A backup cannot be made, is not whole, or must not be put in place."""

    code = "backup"


class DemoError(YanpanError):
    """The service under the demo refused a request, or holds something already."""

    code = "demo"


class RedactionError(YanpanError):
    """Something cannot be de-identified, or not be restored."""

    code = "redaction"


class RedactionKeyError(RedactionError):
    """A key file is missing, damaged, readable by others, or not the one a text was de-identified with."""

    code = "redaction_key"
