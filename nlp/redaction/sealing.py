"""What was taken out, stored so that only the key opens it: compressed JSON under AES-256-GCM."""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from typing import Any, Final

from nlp.errors import RedactionError, RedactionKeyError
from nlp.redaction.keys import RedactionKey

_NONCE_BYTES: Final = 12
_MOST: Final = 512 * 1024 * 1024


def seal(key: RedactionKey, value: Any, context: str) -> str:
    """Encrypt a JSON value.

    Args:
        key: of the run.
        value: anything ``json`` writes.
        context: what the value belongs to, e.g. the digest of the text beside it; it is not stored, and only with the
            same one the value is opened.

    Returns:
        Base64 of a random nonce and the ciphertext with its tag.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), 6)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.derive("seal")).encrypt(nonce, plain, context.encode())
    return base64.b64encode(nonce + sealed).decode("ascii")


def unseal(key: RedactionKey, sealed: str, context: str) -> Any:
    """Decrypt what ``seal`` made.

    Raises:
        RedactionKeyError: another key was used, or the sealed value or what it belongs to was changed.
        RedactionError: it is no sealed value.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.b64decode(sealed, validate=True)
    except (ValueError, binascii.Error) as error:
        raise RedactionError("the sealed part is damaged", expected="base64") from error
    try:
        plain = AESGCM(key.derive("seal")).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise RedactionKeyError(
            "the key does not open it, or the text beside it was changed",
            hint="use the key the text was de-identified with",
        ) from error
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(plain, _MOST)
    return json.loads(content.decode("utf-8", "surrogatepass"))
