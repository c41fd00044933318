"""The zip container of a docx: refused when it is a bomb, broken or locked, else its XML parts, parsed."""

from __future__ import annotations

import posixpath
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from nlp.errors import CorruptFileError, EncryptedFileError, TooLargeError
from nlp.reading.limits import Limits

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_MAX_MEMBERS: Final = 10_000
# A parsed element takes about a hundred bytes of memory however short it is written, so marks are bounded too.
_MAX_MARKS: Final = 12_000_000
_RATIO_FREE_BYTES: Final = 1 << 20
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# ISO/IEC 29500 Strict differs from the common Transitional form, as far as text goes, in the names only.
_STRICT: Final = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL: Final = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HINT: Final = "get the file again, or open it in Word or WPS Office and save it anew"


class Package:
    """The parts of a docx that text needs: the main document, its styles and its numbering.

    The container is opened here and not by python-docx, which loads every picture and fails on files whose links to
    pictures are broken; those are common in practice and harmless for the text.

    Args:
        data: the file's bytes.
        limits: ``max_unpacked_bytes`` and ``max_ratio`` apply to every member, the pictures too.

    Raises:
        CorruptFileError: the container is truncated or broken.
        EncryptedFileError: a member is locked by a zip password.
        TooLargeError: the container unpacks to more than allowed.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        if data.count(b"PK\x01\x02") > _MAX_MEMBERS:
            raise TooLargeError("the container has too many members", expected=f"at most {_MAX_MEMBERS:,}")
        try:
            self._zip = ZipFile(BytesIO(data))
        except (BadZipFile, NotImplementedError, ValueError, OSError) as exc:
            raise CorruptFileError(f"the docx container is truncated or broken ({exc})", hint=_HINT) from exc
        members = self._zip.infolist()
        _check_sizes(members, limits)
        # Part names do not tell upper from lower case, and some programs write backslashes.
        self._members = {info.filename.replace("\\", "/").lower(): info for info in members}
        main = self._target("_rels/.rels", "", "officeDocument") or "word/document.xml"
        document = self._part(main)
        if document is None:
            raise CorruptFileError(f"the docx has no main document ({main})", hint=_HINT)
        self.document: BaseOxmlElement = document
        folder, file = posixpath.split(main)
        links = posixpath.join(folder, "_rels", f"{file}.rels")
        self.styles = self._part(self._target(links, folder, "styles"))
        self.numbering = self._part(self._target(links, folder, "numbering"))

    def _target(self, links: str, folder: str, kind: str) -> str | None:
        relationships = self._part(links)
        if relationships is None:
            return None
        for link in relationships.iter(_RELATIONSHIP):
            if link.get("Type", "").endswith(f"/{kind}"):
                return posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
        return None

    def _part(self, name: str | None) -> BaseOxmlElement | None:
        from docx.oxml.parser import parse_xml

        info = self._members.get(name.lower()) if name else None
        if info is None:
            return None
        xml = self._unpack(info)
        if xml.count(b"<") + xml.count(b"=") > _MAX_MARKS:
            raise TooLargeError("a part of the docx has too many XML elements", place=name, hint="split the document")
        try:
            return parse_xml(xml.replace(_STRICT, _TRANSITIONAL))
        except SyntaxError as exc:  # what lxml's own error is derived from
            raise CorruptFileError("a part of the docx is no valid XML", place=name, hint=_HINT) from exc

    def _unpack(self, info: ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise EncryptedFileError("the container is locked by a password", hint="save it without a password")
        limit = self._limits.max_unpacked_bytes
        try:
            with self._zip.open(info) as member:
                # The directory's sizes may lie, so what is really unpacked is bounded as well.
                data = member.read(limit + 1)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as exc:
            raise CorruptFileError(f"a part cannot be unpacked ({exc})", place=info.filename, hint=_HINT) from exc
        if len(data) > limit:
            raise TooLargeError("a part unpacks to too much", place=info.filename, expected=f"at most {limit:,} bytes")
        return data


def _check_sizes(members: list[ZipInfo], limits: Limits) -> None:
    total = sum(info.file_size for info in members)
    if total > limits.max_unpacked_bytes:
        raise TooLargeError(
            f"the docx unpacks to {total:,} bytes",
            expected=f"at most {limits.max_unpacked_bytes:,}",
            hint="remove its pictures, or split it",
        )
    for info in members:
        if info.file_size > _RATIO_FREE_BYTES and info.file_size > limits.max_ratio * info.compress_size:
            raise TooLargeError(
                f"a part of the docx is packed {info.file_size // max(1, info.compress_size):,} to 1",
                place=info.filename,
                expected=f"at most {limits.max_ratio} to 1",
                hint="the file looks made to exhaust memory; if it is genuine, save it anew in Word or WPS Office",
            )
