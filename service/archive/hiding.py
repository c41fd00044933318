"""A run without names: records, errors and the manifest hold pseudonyms; what was taken out opens with the key only.

The names of source files are found again in a later run, so the manifest keeps their paths: encrypted with AES-SIV, which
gives the same ciphertext for the same path. Everything else it holds is derived from concealed names and texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp.errors import ArchiveError, RedactionKeyError
from nlp.redaction import RedactionKey, Redactor, create_key_file, read_key_file
from nlp.redaction.annotations import conceal_path
from service.archive.manifest.rows import Found
from service.archive.outcome import ErrorRow
from service.redactions import conceal_error, redact_record


class Hiding:
    """What a run and its workers need to write no names.

    Args:
        secret: of the key.
    """

    def __init__(self, secret: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        self._key = RedactionKey(secret)
        self._redactor = Redactor(self._key)
        self._paths = AESSIV(self._key.derive("paths/1") + self._key.derive("paths/2"))

    @property
    def key_id(self) -> str:
        """Tells keys apart; noted in the manifest."""
        return self._key.id

    def check(self, key_id: str | None, dest: Path) -> None:
        """Make sure an archive was made with this key.

        Args:
            key_id: as its manifest notes it.
            dest: of the archive.

        Raises:
            RedactionKeyError: it was made with another one, or without.
        """
        if key_id != self.key_id:
            raise RedactionKeyError(
                f"the archive was made with key {key_id}" if key_id else "no names are hidden in this archive",
                path=str(dest),
                expected=f"key {self.key_id}",
            )

    def name(self, name: str) -> str:
        """A path for people to read, without names."""
        return conceal_path(name, self._redactor)

    def found(self, files: Iterable[Found]) -> Iterator[Found]:
        """Files as the manifest is to keep them."""
        for file in files:
            yield replace(file, path=self._paths.encrypt(file.path, None), name=self.name(file.name))

    def path(self, hidden: bytes) -> bytes:
        """A path the manifest keeps, as the file system knows it.

        Raises:
            RedactionKeyError: it was encrypted with another key.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return self._paths.decrypt(hidden, None)
        except (InvalidTag, ValueError) as error:
            raise RedactionKeyError("the key does not open the paths of this archive") from error

    def record(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record without names; see ``service.redactions``."""
        return redact_record(record, self._redactor)

    def error(self, row: ErrorRow, name: str) -> ErrorRow:
        """An error without names."""
        return conceal_error(row, name, self._redactor)


def open_key(path: Path, dest: Path, *, is_new: bool) -> RedactionKey:
    """The key of a run; made where the archive is new and there is none.

    Args:
        path: of the key file.
        dest: of the archive; the key must not lie in it, or whoever gets the archive gets the names.
        is_new: whether the archive has no manifest yet.

    Raises:
        ArchiveError: the key lies in the destination.
        RedactionKeyError: the key file is missing, though the archive was begun with one, or is unusable.
    """
    if dest.resolve() in path.resolve().parents:
        raise ArchiveError(
            "the key lies in the destination", path=str(path), hint="name a place outside of it with --redact-key"
        )
    if is_new and not path.exists():
        return create_key_file(path)
    return read_key_file(path)


def key_path(dest: Path) -> Path:
    """Where the key lies when nothing else is said: beside the destination."""
    resolved = dest.resolve()
    return resolved.with_name(f"{resolved.name}.redaction-key.json")
