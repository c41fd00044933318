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
