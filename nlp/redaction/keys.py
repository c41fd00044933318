"""The key of a run: pseudonyms are made with it, and only with it can they be undone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nlp.errors import RedactionKeyError

KEY_BYTES: Final = 32
_FORMAT: Final = "yanpan-redaction-key"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class RedactionKey:
    """A secret of 32 bytes; its representation shows none of them.

    Args:
        secret: the bytes.

    Raises:
        RedactionKeyError: they are not 32.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise RedactionKeyError(f"the key has {len(self.secret)} bytes", expected=f"{KEY_BYTES} bytes")

    @classmethod
    def generate(cls) -> RedactionKey:
        """A new key, from the operating system's source of randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def id(self) -> str:
        """16 hexadecimal digits that tell keys apart and tell nothing of them."""
        return self.derive("id").hex()[:16]

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HMAC-SHA256), so that no two uses share one."""
        return hmac.new(self.secret, f"{_FORMAT}/{_VERSION}/{purpose}".encode(), hashlib.sha256).digest()


def create_key_file(path: Path) -> RedactionKey:
    """Write a new key to a file that only its owner may read (mode 0600).

    Raises:
        RedactionKeyError: the file exists already.
        OSError: it cannot be written.
    """
    key = RedactionKey.generate()
    content = {"format": _FORMAT, "version": _VERSION, "id": key.id, "key": base64.b64encode(key.secret).decode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked: a crash in between must not leave half a key under the name.
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(content) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            raise RedactionKeyError(
                "the key file exists already", path=str(path), hint="name another file; a key is never overwritten"
            ) from None
    finally:
        aside.unlink(missing_ok=True)
    return key


def read_key_file(path: Path) -> RedactionKey:
    """Read a key.

    Raises:
        RedactionKeyError: the file is missing, holds no key, or others than its owner may read it.
    """
    hint = "make one with `yanpan redact key`"
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(4096)
    except OSError as error:
        raise RedactionKeyError(f"the key file cannot be read: {error.strerror}", path=str(path), hint=hint) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RedactionKeyError(
            f"the key file may be read by others (mode {stat.S_IMODE(mode):o})",
            path=str(path),
            expected="mode 600",
            hint="chmod 600",
        )
    try:
        data: Any = json.loads(content)
        if data["format"] != _FORMAT or data["version"] != _VERSION:
            raise ValueError
        key = RedactionKey(base64.b64decode(data["key"], validate=True))
        if data["id"] != key.id:
            raise ValueError
    except (ValueError, KeyError, TypeError, binascii.Error, RedactionKeyError) as error:
        raise RedactionKeyError("the file holds no key", path=str(path), expected="a key file", hint=hint) from error
    return key
