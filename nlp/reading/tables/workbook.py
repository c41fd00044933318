"""Workbooks: xlsx, xlsm, xlsb, xls and ods → the documents of their sheets."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from nlp.errors import ReadingError
from nlp.reading import sniff
from nlp.reading.bundles.nest import Item
from nlp.reading.container import Container
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits
from nlp.reading.tables.biff import as_western, check_not_locked, decoded
from nlp.reading.tables.documents import Draft, drafts
from nlp.reading.tables.grid import Grid
from nlp.reading.text import check_characters

_SUFFIXES = {sniff.XLS: ".xls", sniff.XLSB: ".xlsb", sniff.ODS: ".ods"}


def read(data: bytes, name: str, limits: Limits) -> Iterator[Item]:
    """Read a workbook.

    Args:
        data: the file's bytes.
        name: its path or name.
        limits: ``max_cells``, ``max_unpacked_bytes``, ``max_ratio``, ``max_seconds`` and ``max_characters`` apply.

    Yields:
        The documents of each sheet that holds anything, hidden sheets too (``meta["hidden"]``); an error for a sheet
        that is broken. Ids are ``book.xlsx#sheet``, or ``book.xlsx#sheet/person`` where a sheet has one document a
        person; anchors count rows. A workbook without any content is one empty document.

    Raises:
        EncryptedFileError: a password is needed.
        CorruptFileError: it cannot be opened.
        TooLargeError: a limit is passed.
    """
    media_type = sniff.sniff(data, name)
    digest = sha256(data).hexdigest()
    taken: set[str] = set()
    empty = True
    for item in _grids(data, media_type, limits):
        if isinstance(item, ReadingError):
            empty = False
            yield item
            continue
        if not item.rows:
            continue
        empty = False
        for draft in drafts(item):
            ident = _unused(f"{name}#{draft.sheet}" + (f"/{draft.subject}" if draft.subject else ""), taken)
            try:
                yield _document(draft, ident, name, media_type, digest, limits)
            except ReadingError as error:
                error.at(path=name, place=draft.sheet)
                yield error
    if empty:
        yield RawDocument(name, "", name, digest, media_type, ())


def _grids(data: bytes, media_type: str, limits: Limits) -> Iterator[Grid | ReadingError]:
    if media_type == sniff.XLSX:
        from nlp.reading.tables.calamine import grids
        from nlp.reading.tables.xlsx_scan import scan

        scans = scan(Container(data, "workbook", limits), limits)
        yield from grids(data, scans)
    else:
        from nlp.reading.tables.child import grids_in_child

        charset = None
        if media_type == sniff.XLS:
            check_not_locked(data)
            data, charset = as_western(data)
        else:
            Container(data, "workbook", limits)
        for item in grids_in_child(data, _SUFFIXES[media_type], limits):
            yield decoded(item, charset) if charset is not None and isinstance(item, Grid) else item


def _document(draft: Draft, ident: str, name: str, media_type: str, digest: str, limits: Limits) -> RawDocument:
    text = draft.text
    check_characters(text, limits)
    own = sha256(text.encode("utf-8", errors="replace")).hexdigest()
    meta = {**draft.meta, "file_sha256": digest}
    return RawDocument(ident, text, name, own, media_type, tuple(draft.anchors), meta=meta)


def _unused(ident: str, taken: set[str]) -> str:
    number = 1
    unused = ident
    while unused in taken:
        number += 1
        unused = f"{ident} ({number})"
    taken.add(unused)
    return unused
