"""The pages of the file a record was read from, as pictures beside its text.

A page is drawn in a process of its own, which a damaged file can bring down or keep busy without harm to the service; the
last pictures stay in memory. Who may read the record may see its pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any, Final

from sqlalchemy.orm import Session

from nlp.errors import CorruptFileError, EncryptedFileError, NotFoundError, ReadingError, TimeLimitError, TooLargeError
from nlp.reading.page_images import has_pages
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.viewing import file_content, version_of
from service.store.models import Record, RecordVersion

_SECONDS: Final = 30
_KEPT_BYTES: Final = 64 * 1024 * 1024
_AT_ONCE: Final = 2
_ERRORS: Final = {kind.code: kind for kind in (ReadingError, CorruptFileError, EncryptedFileError, TooLargeError)}
_DOWNLOAD: Final = "download the original file and open it"


@dataclass(frozen=True, slots=True)
class PageFile:
    """What a page is drawn from."""

    sha256: str
    media_type: str
    content: bytes


def page_anchors(version: RecordVersion) -> list[dict[str, Any]]:
    """The pages of a version's file with the range of text each gave; empty where there is no file with pages."""
    if version.file_sha256 is None or not has_pages(version.media_type):
        return []
    return [anchor for anchor in version.anchors or () if anchor["kind"] == "page"]


def pages(session: Session, principal: Principal, record_id: str, version_id: str | None) -> list[dict[str, Any]]:
    """The pages of a record's file.

    Raises:
        NotFoundError: there is no such record or version for them.
    """
    principal.require("record.read")
    return page_anchors(version_of(session, fetch(session, Record, record_id), version_id))


def page_file(session: Session, principal: Principal, record_id: str, version_id: str | None, number: int) -> PageFile:
    """The file that a page of a record stands in; noted in the audit log.

    Raises:
        NotFoundError: there is no such record, version or page for them.
    """
    principal.require("record.read")
    row = fetch(session, Record, record_id)
    version = version_of(session, row, version_id)
    if not any(anchor["number"] == number for anchor in page_anchors(version)):
        raise NotFoundError("there is no such page", path=row.id)
    content = file_content(session, version)
    if content is None:
        raise NotFoundError("there is no file of this version", path=row.id)
    audit(session, "record.page", "record", row.id, version=version.id, page=number)
    return PageFile(str(version.file_sha256), str(version.media_type), content)


class Pictures:
    """Draws pages and keeps the last pictures. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._turns = BoundedSemaphore(_AT_ONCE)

    def of(self, file: PageFile, number: int) -> bytes:
        """A page as PNG or JPEG.

        Raises:
            ReadingError: the page cannot be drawn, or takes too long.
        """
        key = (file.sha256, number)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._turns:
            picture = _drawn(file, number)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = picture
                self._size += len(picture)
            while self._size > _KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])
        return picture


def _drawn(file: PageFile, number: int) -> bytes:
    command = [sys.executable, "-m", "nlp.reading.page_images", file.media_type, str(number)]
    try:
        done = subprocess.run(command, input=file.content, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise TimeLimitError("drawing the page takes too long", place=f"page {number}", hint=_DOWNLOAD) from error
    if done.returncode == 0 and done.stdout:
        return done.stdout
    told: dict[str, Any] = {}
    if done.returncode == 3:
        told = json.loads(done.stderr.splitlines()[-1])
    kind = _ERRORS.get(told.get("code", ""), CorruptFileError)
    raise kind(
        told.get("message", "the page cannot be drawn"),
        place=f"page {number}",
        expected=told.get("expected"),
        hint=told.get("hint") or _DOWNLOAD,
    )


PICTURES: Final = Pictures()
"""Of this process."""
