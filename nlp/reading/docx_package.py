"""The zip container of a docx: refused when it is a bomb, broken or locked, else its XML parts, parsed."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, TooLargeError
from nlp.reading.container import Container
from nlp.reading.limits import Limits
from nlp.reading.office_xml import check_no_doctype

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

# A parsed element takes about a hundred bytes of memory however short it is written, so marks are bounded too.
_MAX_MARKS: Final = 12_000_000
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
        self._container = Container(data, "docx", limits)
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

        xml = self._container.part(name) if name else None
        if xml is None:
            return None
        check_no_doctype(xml, name or "")
        if xml.count(b"<") + xml.count(b"=") > _MAX_MARKS:
            raise TooLargeError("a part of the docx has too many XML elements", place=name, hint="split the document")
        try:
            return parse_xml(xml.replace(_STRICT, _TRANSITIONAL))
        except SyntaxError as exc:  # what lxml's own error is derived from
            raise CorruptFileError("a part of the docx is no valid XML", place=name, hint=_HINT) from exc
