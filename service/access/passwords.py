"""Passwords: argon2id, and what makes one acceptable."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nlp.errors import InvalidInputError

MIN_LENGTH = 12
MAX_LENGTH = 1000
_ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another when typed from paper
# RFC 9106, second recommended option, at the library's own defaults: 64 MiB, 3 passes, 4 lanes.
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters inside."""
    return _hasher.hash(_folded(password))


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether the password is right. Takes as long for a user who has none, or is not there (None)."""
    try:
        return _hasher.verify(hashed or _nobody(), _folded(password)) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than new ones are."""
    return _hasher.check_needs_rehash(hashed)


def check_new_password(password: str, login: str) -> None:
    """Refuse what is guessed first.

    Raises:
        InvalidInputError: shorter than ``MIN_LENGTH`` characters, longer than ``MAX_LENGTH``, the sign-in name, or hardly
            more than one character repeated.
    """
    folded = _folded(password)
    if not MIN_LENGTH <= len(folded) <= MAX_LENGTH:
        raise InvalidInputError("the password has a wrong length", expected=f"{MIN_LENGTH} to {MAX_LENGTH} characters")
    if len(set(folded)) < 5 or login.casefold() in folded.casefold():
        raise InvalidInputError("the password is too easy to guess", hint="use several words")


def one_time_password() -> str:
    """20 characters in groups, about 99 bits."""
    letters = [secrets.choice(_ONE_TIME_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def _folded(password: str) -> str:
    # Full-width and composed forms of one password are the same keys on another keyboard.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))
