"""Files of batches that wait to be read, by hash; written through to the disk before their rows are committed."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from nlp.errors import NotFoundError, TooLargeError

FOLDER = "spool"
_BLOCK = 1 << 20


class Spool:
    """The folder of waiting files; two batches may hold the same file, each has its own copy.

    Args:
        data_dir: of the service.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def put(self, batch_id: str, file: BinaryIO, limit: int) -> tuple[str, int]:
        """Keep a file; returns its SHA-256 and its size in bytes.

        Raises:
            TooLargeError: more than ``limit`` bytes; nothing is kept.
        """
        folder = self.folder / batch_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = folder / f".partial-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as target:
                while block := file.read(_BLOCK):
                    size += len(block)
                    if size > limit:
                        raise TooLargeError("the file is too large", expected=f"at most {limit:,} bytes")
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            partial.replace(folder / digest.hexdigest())
        finally:
            partial.unlink(missing_ok=True)
        for changed in (folder, self.folder):
            _sync_folder(changed)
        return digest.hexdigest(), size

    def get(self, batch_id: str, sha256: str) -> bytes:
        """The bytes of a file.

        Raises:
            NotFoundError: it is not there, or not as it was given.
        """
        try:
            content = (self.folder / batch_id / sha256).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("the file of the item is gone", hint="upload it again") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotFoundError("the file of the item is damaged", hint="upload it again")
        return content

    def drop(self, batch_id: str, sha256: str) -> None:
        """Forget a file that was read."""
        folder = self.folder / batch_id
        (folder / sha256).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
