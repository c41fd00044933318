"""JSON lines: one document a line, read as a stream; a bad line is an error value and the rest goes on.

A record is an object with ``id`` (a non-empty string, or an integer that becomes one) and ``text`` (a string); its
other fields are kept as ``meta``. One file is in one charset: UTF-8, UTF-16 with a byte order mark, or GB18030.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO, Final

from nlp.errors import InvalidRecordError, ReadingError, TooLargeError
from nlp.reading.charset import bom_of, decode
from nlp.reading.document import Anchor, RawDocument
from nlp.reading.limits import Limits
from nlp.reading.sniff import JSONL
from nlp.reading.text import check_characters

_CHUNK: Final = 1 << 20
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_EXPECTED: Final = 'one JSON object a line: {"id": "…", "text": "…"}'
_HINT: Final = "mend or remove the line"


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[RawDocument | ReadingError]:
    """Read a JSONL file.

    Args:
        stream: the file, at its start.
        name: path or name, for the documents' ``path`` and for errors.
        limits: ``max_line_bytes`` and ``max_characters`` apply, each to one record.

    Yields:
        One item a line that is not blank: the document, with one anchor (the line) over its whole text, or an
        ``InvalidRecordError`` or ``TooLargeError``. Of two records with one id the later one is invalid.
    """
    first = stream.read(_CHUNK)
    mark, codec = bom_of(first) or (b"", "")
    first = first[len(mark) :]
    if codec in ("", "utf-8"):
        chunks = _rest(first, stream)
        codec = codec or _charset(first)
    else:
        chunks = _as_utf8(_rest(first, stream), codec)
        codec = "utf-8"
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(chunks, limits.max_line_bytes), 1):
        place = f"line {number}"
        try:
            if line is None:
                raise TooLargeError(
                    "the line is too long", expected=f"at most {limits.max_line_bytes:,} bytes", hint="split the record"
                )
            if not line.strip():
                continue
            document = _document(_record(line, codec), name, number, codec, limits)
            if document.id in seen:
                raise _invalid(f"the id {document.id!r} stands on line {seen[document.id]} already", "ids used once")
            seen[document.id] = number
            yield document
        except ReadingError as error:
            error.at(path=name, place=place)
            yield error


def _rest(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(_CHUNK)


def _as_utf8(chunks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    # Broken pairs pass through, so that decoding fails on their own line and not on all that follow.
    errors = "surrogatepass" if codec.startswith("utf-16") else "replace"
    decoder = codecs.getincrementaldecoder(codec)(errors=errors)
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", errors="surrogatepass")


def _lines(chunks: Iterator[bytes], limit: int) -> Iterator[bytes | None]:
    """Split at line feeds; ``None`` stands for a line of more than ``limit`` bytes, which is never held in memory.

    0x0A is part of no longer sequence in UTF-8 or GB18030, so bytes can be split before they are decoded.
    """
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        *ended, tail = chunk.split(b"\n")
        for piece in ended:
            size += len(piece)
            yield b"".join((*parts, piece)) if size <= limit else None
            parts, size = [], 0
        size += len(tail)
        parts = [*parts, tail] if size <= limit else []
    if size:
        yield b"".join(parts) if size <= limit else None


def _charset(first: bytes) -> str:
    """UTF-8, unless most lines at the start of the file that are not ASCII are text in another charset only."""
    # These bytes are part of no longer sequence, so the sample is not cut inside a character.
    sample = first[: 1 + max(first.rfind(mark) for mark in (b"\n", b'"', b","))]
    lines = [line for line in sample.splitlines() if not line.isascii()]
    valid = sum(1 for line in lines if _is_utf8(line))
    if 2 * valid >= len(lines):
        return "utf-8"
    try:
        charset = decode(b"\n".join(line for line in lines if not _is_utf8(line)))[1]
    except ReadingError:
        return "utf-8"
    return charset


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _record(line: bytes, codec: str) -> dict[str, Any]:
    try:
        record = json.loads(line.decode(codec))
    except UnicodeDecodeError as exc:
        raise _invalid(f"the line is not valid {codec.upper()} (byte {exc.start + 1} of the line)") from exc
    except json.JSONDecodeError as exc:
        raise _invalid(f"the line is not valid JSON: {exc.msg} (column {exc.colno})") from exc
    except RecursionError as exc:
        raise _invalid("the JSON is nested too deeply") from exc
    except ValueError as exc:
        raise _invalid(f"the line is not valid JSON: {exc}") from exc
    if not isinstance(record, dict):
        raise _invalid("the line holds JSON, but no object")
    return record


def _document(record: dict[str, Any], name: str, number: int, codec: str, limits: Limits) -> RawDocument:
    for key in ("id", "text"):
        if key not in record:
            raise _invalid(f"the field {key!r} is missing")
    ident, text = record.pop("id"), record.pop("text")
    if isinstance(ident, int) and not isinstance(ident, bool):
        ident = str(ident)
    if not isinstance(ident, str) or not ident.strip():
        raise _invalid("the field 'id' is neither a non-empty string nor an integer")
    if _SURROGATE.search(ident):
        raise _invalid("the field 'id' holds half of a surrogate pair")
    if not isinstance(text, str):
        raise _invalid("the field 'text' is no string")
    check_characters(text, limits)
    # JSON can spell half a surrogate pair (\ud800), which no charset can write; U+FFFD keeps the offsets.
    text = _mend(text)
    digest = sha256(text.encode("utf-8")).hexdigest()
    anchors = (Anchor(0, len(text), "line", number),) if text else ()
    return RawDocument(ident, text, name, digest, JSONL, anchors, codec, _mend(record))


def _mend(value: Any) -> Any:
    """The same JSON value with every lone surrogate replaced by U+FFFD."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mend(item) for item in value]
    if isinstance(value, dict):
        return {_mend(key): _mend(item) for key, item in value.items()}
    return value


def _invalid(message: str, expected: str = _EXPECTED) -> InvalidRecordError:
    return InvalidRecordError(message, expected=expected, hint=_HINT)
