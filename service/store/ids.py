"""Identifiers: time-ordered UUIDs (RFC 9562, version 7) as text, so that new rows go to the end of every index."""

from __future__ import annotations

import secrets
import time
import uuid
from threading import Lock

_lock = Lock()
_last = 0


def new_id() -> str:
    """A UUID of version 7; ids made by one process sort in the order they were made.

    48 bits of milliseconds, 12 bits that count within one millisecond (RFC 9562, 6.2, method 1), 62 random bits.
    """
    global _last  # noqa: PLW0603  # the one clock of the process
    with _lock:
        tick = max(time.time_ns() // 1_000_000 << 12, _last + 1)
        _last = tick
    value = (tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Whether ``text`` has the form that ``new_id`` gives."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
