"""XML parts of Office containers, parsed without entities and without a network."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError
from nlp.reading.container import AGAIN, Container

if TYPE_CHECKING:
    from lxml.etree import _Element

RELATION_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
"""The attribute by which one part names another, in the Transitional form that programs write."""

_STRICT: Final = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
_TRANSITIONAL: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parsed_part(container: Container, name: str) -> _Element | None:
    """A part as a tree, ``None`` where there is none of that name.

    Raises:
        CorruptFileError: it is no valid XML, or declares a document type, which Office files may not (ECMA-376 part 2).
    """
    from lxml import etree

    xml = container.part(name)
    if xml is None:
        return None
    check_no_doctype(xml, name)
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(xml.replace(_STRICT, _TRANSITIONAL), parser)
    except etree.XMLSyntaxError as exc:
        raise CorruptFileError("a part of the file is no valid XML", place=name, hint=AGAIN) from exc


def check_no_doctype(xml: bytes, name: str) -> None:
    """Refuse a part that declares a document type: entities are the way to read other files or to exhaust memory.

    Raises:
        CorruptFileError: it does.
    """
    head = xml[:65_536]
    if b"<!doctype" in head.replace(b"\0", b"").lower():
        raise CorruptFileError(
            "a part of the file declares a document type, which Office files may not", place=name, hint=AGAIN
        )


def targets(container: Container, part: str) -> dict[str, str]:
    """The parts that a part names, by the ids it uses for them."""
    folder, file = posixpath.split(part)
    links = parsed_part(container, posixpath.join(folder, "_rels", f"{file}.rels"))
    if links is None:
        return {}
    return {
        link.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
        for link in links
    }
