"""PDF → the text layer, page by page in the order of its pages.

The characters are those the file's fonts map to; line breaks are placed by PDFium from the layout. A PDF without a text
layer (a scan) needs OCR and is refused.
"""

from __future__ import annotations

import re
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, EncryptedFileError, ReadingError, TooLargeError, UnsupportedFormatError
from nlp.reading.document import Anchor, RawDocument
from nlp.reading.limits import Limits
from nlp.reading.sniff import PDF

if TYPE_CHECKING:
    import pypdfium2

# PDFium may not be entered by two threads at once, not even with different documents.
_PDFIUM: Final = Lock()
_TAIL_BYTES: Final = 4096
_AGAIN: Final = "get the file again, or open it in a PDF viewer and save it anew"
# PDFium joins a line that ends in a hyphen with the next one and leaves this mark in place of the hyphen.
_WORD_BREAK: Final = re.compile("(?<=[a-z])\ufffe(?=[a-z])")
_SOFT: Final = str.maketrans({"\xad": None, "\uffff": None, "\0": None, "\ufffe": "-"})


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read a PDF.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_pages`` and ``max_characters`` apply.

    Returns:
        The pages joined by ``\n``, one anchor a page, empty pages too; ``meta["pages_without_text"]`` lists the
        numbers of pages that have no text layer beside others that have one.

    Raises:
        EncryptedFileError: a password is needed.
        CorruptFileError: the file or one of its pages cannot be parsed.
        TooLargeError: more pages or characters than allowed.
        UnsupportedFormatError: no page has a text layer.
    """
    if b"%%EOF" not in data[-_TAIL_BYTES:]:
        # PDFium mends what it can and would give the part that is left as if it were the whole.
        raise CorruptFileError("the PDF is truncated: its end is missing", hint=_AGAIN)
    with _PDFIUM:
        pages = _pages(data, limits)
    if not any(text.strip() for text, _ in pages):
        raise UnsupportedFormatError(
            "the PDF has no text layer on any page: it is a scan",
            hint="its text must be recognised first (OCR), which this version does not do; give it a text layer with another program",
        )
    anchors: list[Anchor] = []
    at = 0
    for number, (text, label) in enumerate(pages, 1):
        anchors.append(Anchor(at, at + len(text), "page", number, label or None))
        at += len(text) + 1
    text = "\n".join(text for text, _ in pages)
    without = [number for number, (page, _) in enumerate(pages, 1) if not page.strip()]
    meta = {"pages_without_text": without} if without else {}
    return RawDocument(name, text, name, sha256(data).hexdigest(), PDF, tuple(anchors), meta=meta)


def _pages(data: bytes, limits: Limits) -> list[tuple[str, str]]:
    """Text and printed label of every page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as exc:
        raise _refusal(exc) from exc
    try:
        count = len(document)
        if count == 0:
            raise CorruptFileError("the PDF has no pages", hint=_AGAIN)
        if count > limits.max_pages:
            raise TooLargeError(
                f"the PDF has {count:,} pages", expected=f"at most {limits.max_pages:,}", hint="split it"
            )
        pages: list[tuple[str, str]] = []
        left = limits.max_characters
        for index in range(count):
            text = _page_text(document, index)
            left -= len(text) + 1
            if left < -1:
                raise TooLargeError(
                    f"the PDF has more than {limits.max_characters:,} characters",
                    place=f"page {index + 1}",
                    hint="split it",
                )
            pages.append((text, document.get_page_label(index)))
        return pages
    finally:
        document.close()


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    import pypdfium2

    try:
        page = document[index]
        try:
            layer = page.get_textpage()
            try:
                text: str = layer.get_text_range()
            finally:
                layer.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError as exc:
        raise CorruptFileError(f"the page cannot be parsed ({exc})", place=f"page {index + 1}", hint=_AGAIN) from exc
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _WORD_BREAK.sub("", text).translate(_SOFT)


def _refusal(error: pypdfium2.PdfiumError) -> ReadingError:
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
        return EncryptedFileError(
            "the PDF is protected by a password", hint="open it with the password and save it without one"
        )
    return CorruptFileError(f"the PDF is truncated or broken ({error})", hint=_AGAIN)
