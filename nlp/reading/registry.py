"""Which reader turns which media type into text, and what to tell where there is none.

A reader is imported when its format is first met, so that ``import nlp.reading`` stays light.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, cast

from nlp.errors import EncryptedFileError, ReadingError, UndecodableTextError, UnsupportedFormatError
from nlp.reading import sniff
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits

Reader = Callable[[bytes, str, Limits], RawDocument]
"""``reader(data, name, limits)``: the whole file's bytes and its name → one document; raises ``ReadingError``."""

_READERS: dict[str, Reader | str] = {
    sniff.TEXT: "nlp.reading.text:read",
    sniff.MARKDOWN: "nlp.reading.markdown:read",
    sniff.DOCX: "nlp.reading.docx:read",
    sniff.PDF: "nlp.reading.pdf:read",
}

_SAVE_AS_DOCX: Final = "open it in Word, WPS Office or LibreOffice and save it as .docx"
_EXPECTED: Final = "txt, md, jsonl, docx or a PDF with a text layer"
_REFUSALS: Final[dict[str, tuple[type[ReadingError], str, str]]] = {
    sniff.DOC: (UnsupportedFormatError, "a Word 97-2003 or WPS document (.doc, .wps)", _SAVE_AS_DOCX),
    sniff.WORKS: (UnsupportedFormatError, "a Microsoft Works document (.wps)", _SAVE_AS_DOCX),
    sniff.OLE: (UnsupportedFormatError, "an old Office document (OLE2 container)", _SAVE_AS_DOCX),
    sniff.XLS: (UnsupportedFormatError, "an Excel 97-2003 workbook (.xls)", "save the texts as .jsonl or .docx"),
    sniff.XLSX: (UnsupportedFormatError, "an Excel workbook (.xlsx)", "save the texts as .jsonl or .docx"),
    sniff.PPT: (UnsupportedFormatError, "a PowerPoint 97-2003 presentation (.ppt)", _SAVE_AS_DOCX),
    sniff.PPTX: (UnsupportedFormatError, "a PowerPoint presentation (.pptx)", "copy its text into a .docx"),
    sniff.OPEN_DOCUMENT: (UnsupportedFormatError, "an OpenDocument file (.odt, .ods)", _SAVE_AS_DOCX),
    sniff.HTML: (UnsupportedFormatError, "an HTML page", _SAVE_AS_DOCX),
    sniff.MHTML: (UnsupportedFormatError, "a web archive or mail (MHTML)", _SAVE_AS_DOCX),
    sniff.RTF: (UnsupportedFormatError, "a rich text document (RTF)", _SAVE_AS_DOCX),
    sniff.IMAGE: (
        UnsupportedFormatError,
        "an image",
        "its text must be recognised first (OCR), which this version does not do; give it a text layer with another program",
    ),
    sniff.ARCHIVE: (UnsupportedFormatError, "an archive", "unpack it and read the files inside"),
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
