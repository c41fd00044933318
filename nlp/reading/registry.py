"""Which reader turns which media type into text, and what to tell where there is none.

A reader is imported when its format is first met, so that ``import nlp.reading`` stays light.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import BinaryIO, Final, cast

from nlp.errors import EncryptedFileError, ReadingError, UndecodableTextError, UnsupportedFormatError
from nlp.reading import sniff
from nlp.reading.bundles.nest import Item, Nest
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits

Reader = Callable[[bytes, str, Limits], RawDocument | Iterator[Item]]
"""``reader(data, name, limits)``: the whole file's bytes and its name → one document, or its documents and errors in
order; raises ``ReadingError`` when nothing of the file can be read."""

BundleReader = Callable[[BinaryIO, str, Limits, Nest], Iterator[Item]]
"""``reader(stream, name, limits, nest)``: a file that holds files → what ``nest.member`` gives for each of them."""

_READERS: dict[str, Reader | str] = {
    sniff.TEXT: "nlp.reading.text:read",
    sniff.MARKDOWN: "nlp.reading.markdown:read",
    sniff.DOCX: "nlp.reading.docx:read",
    sniff.PDF: "nlp.reading.pdf:read",
    sniff.IMAGE: "nlp.reading.ocr.images:read",
    sniff.HTML: "nlp.reading.html:read",
    sniff.XLSX: "nlp.reading.tables.workbook:read",
    sniff.XLSB: "nlp.reading.tables.workbook:read",
    sniff.XLS: "nlp.reading.tables.workbook:read",
    sniff.ODS: "nlp.reading.tables.workbook:read",
    sniff.OLE: "nlp.reading.legacy.ole:refuse",
    sniff.PPTX: "nlp.reading.pptx:read",
    sniff.RTF: "nlp.reading.legacy.rtf:read",
    sniff.DOC: "nlp.reading.legacy.libreoffice:read",
    sniff.WORKS: "nlp.reading.legacy.libreoffice:read",
    sniff.PPT: "nlp.reading.legacy.libreoffice:read",
    sniff.OFFICE_XML: "nlp.reading.legacy.libreoffice:read",
    sniff.ODT: "nlp.reading.legacy.libreoffice:read",
}
_BUNDLES: Final[dict[str, str]] = {
    sniff.ARCHIVE: "nlp.reading.bundles.zipped:read",
    sniff.GZIP: "nlp.reading.bundles.gzipped:read",
    sniff.MAIL: "nlp.reading.bundles.mail:read",
    sniff.MHTML: "nlp.reading.bundles.mail:read",
}

_SAVE_AS_DOCX: Final = "open it in Word, WPS Office or LibreOffice and save it as .docx"
_EXPECTED: Final = "txt, md, jsonl, docx, pptx, pdf, png, jpg, tiff, html, rtf, xlsx, xls, ods, eml or zip"
_UNPACK: Final = "unpack it and read the folder, or pack it as .zip"
_REFUSALS: Final[dict[str, tuple[type[ReadingError], str, str]]] = {
    sniff.OPEN_DOCUMENT: (UnsupportedFormatError, "an OpenDocument drawing or presentation", _SAVE_AS_DOCX),
    sniff.PHONE_IMAGE: (
        UnsupportedFormatError,
        "a photograph of a phone (HEIC or AVIF)",
        "save it as .jpg and read that",
    ),
    sniff.RAR: (UnsupportedFormatError, "a RAR archive", _UNPACK),
    sniff.SEVEN_ZIP: (UnsupportedFormatError, "a 7-Zip archive", _UNPACK),
    sniff.PACKED: (UnsupportedFormatError, "a compressed file (xz, bzip2)", _UNPACK),
    sniff.BINARY: (UndecodableTextError, "binary data, no text", "check that the file is whole and what wrote it"),
    sniff.ENCRYPTED_OFFICE: (
        EncryptedFileError,
        "protected by a password",
        "open it with the password and save it without one",
    ),
}


def register(media_type: str, reader: Reader | str) -> None:
    """Set the reader of a media type; an earlier one is replaced.

    Args:
        media_type: one of the constants of ``nlp.reading.sniff``.
        reader: the function, or ``"module:function"`` to import it at its first use.
    """
    _READERS[media_type] = reader


def bundle_reader_for(media_type: str) -> BundleReader | None:
    """The reader of a file that holds files, ``None`` where files of this type hold none or ``register`` set another."""
    place = _BUNDLES.get(media_type)
    if place is None or media_type in _READERS:
        return None
    module, _, function = place.partition(":")
    return cast(BundleReader, getattr(import_module(module), function))


def reader_for(media_type: str) -> Reader:
    """The reader of a media type.

    JSON lines have none: such a file is a stream of documents and is read by ``nlp.reading.jsonl``.

    Raises:
        ReadingError: there is none; an ``UnsupportedFormatError`` naming what the file is and what to do, an
            ``EncryptedFileError`` or an ``UndecodableTextError``.
    """
    reader = _READERS.get(media_type)
    if reader is None:
        kind, what, hint = _REFUSALS.get(
            media_type, (UnsupportedFormatError, f"of type {media_type}", "save it in one of these formats")
        )
        verb = "the file is" if kind is not UnsupportedFormatError else "no reader for this file: it is"
        raise kind(f"{verb} {what}", expected=_EXPECTED, hint=hint)
    if isinstance(reader, str):
        module, _, function = reader.partition(":")
        reader = cast(Reader, getattr(import_module(module), function))
        _READERS[media_type] = reader
    return reader
