"""How one entry follows from the one before it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64
_DOMAIN = b"yanpan-audit-1\n"
# What is hashed, in the order of the columns; ``prev_hash`` chains, ``hash`` is the result.
HASHED = (
    "seq",
    "at",
    "actor",
    "actor_kind",
    "action",
    "object_type",
    "object_id",
    "details",
    "request_id",
    "prev_hash",
)


def canonical(value: Any) -> str:
    """JSON in one possible form only: keys sorted, no blanks, ASCII."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of an entry's hashed columns."""
    return hashlib.sha256(_DOMAIN + canonical({name: entry[name] for name in HASHED}).encode()).hexdigest()
