"""The parts of a bundle as documents of their own, with every anchor back to the file."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import Final, Protocol, TypeVar

from nlp.reading.document import RawDocument
from nlp.reading.sniff import JSONL
from nlp.reading.splitting.characters import matching_form
from nlp.reading.splitting.starts import find_starts

_COVER_LINES: Final = 3
_COVER_LENGTH: Final = 120
_VISIBLE: Final = re.compile(r"\S")


class _Ranged(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


_R = TypeVar("_R", bound=_Ranged)


def split_document(raw: RawDocument) -> list[RawDocument]:
    """The documents that one text holds: a bundle of talk notes, of inspection reports, of annual forms.

    Args:
        raw: as it was read.

    Returns:
        ``[raw]`` itself where nothing, or not enough, speaks for several (see ``starts.find_starts``); records of a JSONL
        file and sheets of a workbook are documents already. Else the parts in order. Together they hold every
        character that is no blank. A part has the id ``id#1`` …, the hash of its own text, the anchors and recognised
        lines of its range counted from its own start, and the notes of the file with ``bundle`` (``part`` and ``parts``).
        What stands before the first document, such as a list of contents, is a part of its own; a line or two, such as the
        name of the bundle, are part of the first.

    Raises:
        ConfigurationError: a word list in ``corpora/identity`` is missing or invalid.
    """
    if raw.media_type == JSONL or "sheet" in raw.meta:
        return [raw]
    plain = matching_form(raw.text)
    starts = find_starts(plain, _marked(raw, plain))
    if not starts:
        return [raw]
    cover = plain[: starts[0]]
    if _is_short(cover):
        starts[0] = 0
    else:
        starts.insert(0, 0)
    ends = [*starts[1:], len(raw.text)]
    return [
        _part(raw, start, end, number, len(starts))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _marked(raw: RawDocument, plain: str) -> frozenset[int]:
    """Where the file sets a line apart: at the first of a page or section, and at headings."""
    offsets = list(raw.breaks)
    offsets += (a.start for a in raw.anchors if a.kind == "page" or (a.label or "").startswith("heading"))
    found = (_VISIBLE.search(plain, offset) for offset in offsets)
    return frozenset(match.start() for match in found if match)


def _is_short(cover: str) -> bool:
    lines = sum(1 for line in cover.split("\n") if line.strip())
    return lines <= _COVER_LINES and len("".join(cover.split())) <= _COVER_LENGTH


def _part(raw: RawDocument, start: int, end: int, number: int, count: int) -> RawDocument:
    piece = raw.text[start:end]
    start += len(piece) - len(piece.lstrip())
    text = piece.strip()
    end = start + len(text)
    return replace(
        raw,
        id=f"{raw.id}#{number}",
        text=text,
        sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        anchors=_within(raw.anchors, start, end),
        lines=_within(raw.lines, start, end),
        breaks=tuple(offset - start for offset in raw.breaks if start <= offset < end),
        meta={**raw.meta, "bundle": {"part": number, "parts": count}},
    )


def _within(ranges: tuple[_R, ...], start: int, end: int) -> tuple[_R, ...]:
    """The ranges that reach into a part, cut to it and counted from its start."""
    return tuple(
        replace(item, start=max(item.start, start) - start, end=min(item.end, end) - start)  # type: ignore[type-var]
        for item in ranges
        if item.start < end and item.end > start
    )
