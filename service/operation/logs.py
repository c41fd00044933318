"""Structured logs: one JSON object a line on stderr, without personal text.

Messages of the product are fixed words; what differs is given as fields (``extra``). Of an exception only its type and the
places in the code are written: its message may quote a document. The same holds for messages of libraries, of which only
warnings and worse are written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

_OWN = ("service", "nlp", "uvicorn.error")
# Uvicorn's color_message is its message once more, for terminals.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_FIELD = re.compile(r"[\x20-\x7e]{0,200}")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message and the extra fields."""
        return json.dumps(_fields(record), ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same for a person's eye."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, then ``name=value``."""
        fields = _fields(record)
        head = " ".join(str(fields.pop(name)) for name in ("time", "level", "logger", "message"))
        return " ".join([head, *(f"{name}={value}" for name, value in fields.items())])


def set_up(format: Literal["json", "text"] = "json", level: str = "info") -> None:
    """Send every log of the process to stderr in one form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if format == "json" else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OWN:
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(level.upper())


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        # A library's own message may hold whatever it was given.
        "message": record.getMessage() if record.name.startswith(_OWN) else str(record.msg)[:200],
    }
    for name, value in vars(record).items():
        if name not in _STANDARD and not name.startswith("_"):
            fields[name] = _plain(value)
    if record.exc_info and record.exc_info[0] is not None:
        fields["error"] = record.exc_info[0].__name__
        frames = traceback.extract_tb(record.exc_info[2])[-8:]
        fields["at"] = [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno}" for frame in frames]
    return fields


def _plain(value: Any) -> Any:
    """Numbers and short printable ASCII; of anything else only its type: it may be personal."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return text if _FIELD.fullmatch(text) else f"<{type(value).__name__}>"
