"""PDF → the text of its pages in their order: the text layer, or for a scanned page what is recognised (OCR).

The characters of a text layer are those the file's fonts map to; line breaks are placed by PDFium from the layout. Pages
without a text layer, or with one that is garbled or only a scanner's stamp, are drawn and recognised where the extra
``ocr`` is installed; without it a PDF that has some text is read without them, and one that has none is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, EncryptedFileError, ReadingError, TooLargeError
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits
from nlp.reading.ocr import engine, pdf_pages
from nlp.reading.ocr.images import nothing_found
from nlp.reading.ocr.page import PageText, recognise
from nlp.reading.ocr.pages import ReadPage, document
from nlp.reading.sniff import PDF

if TYPE_CHECKING:
    import pypdfium2

    from nlp.reading.ocr.engine import Pixels

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
        limits: ``max_pages`` and ``max_characters`` apply; to scanned pages also ``max_scanned_pages``,
            ``max_page_seconds`` and ``max_pixels``.

    Returns:
        The pages joined by ``\n``, one anchor a page, empty pages too; ``recognised`` is set on the anchors of pages
        read by OCR, ``lines`` has their confidence. ``meta["pages_without_text"]`` lists the numbers of pages without
        text (blank, or scans that could not be recognised), ``meta["low_confidence"]`` says that much is doubtful.

    Raises:
        EncryptedFileError: a password is needed.
        CorruptFileError: the file or one of its pages cannot be parsed.
        TooLargeError: more pages, characters or pixels than allowed.
        TimeLimitError: recognising a page took too long.
        UnsupportedFormatError: no page has text, or the pages are scans and the extra ``ocr`` is not installed.
    """
    if b"%%EOF" not in data[-_TAIL_BYTES:]:
        # PDFium mends what it can and would give the part that is left as if it were the whole.
        raise CorruptFileError("the PDF is truncated: its end is missing", hint=_AGAIN)
    pages: list[ReadPage] = []
    unread: list[int] = []
    with opened(data) as pdf:
        with _PDFIUM:
            count = len(pdf)
        if count == 0:
            raise CorruptFileError("the PDF has no pages", hint=_AGAIN)
        if count > limits.max_pages:
            raise TooLargeError(
                f"the PDF has {count:,} pages", expected=f"at most {limits.max_pages:,}", hint="split it"
            )
        left, scanned = limits.max_characters, 0
        for number in range(1, count + 1):
            text, label, image, is_scan = _page(pdf, number, limits)
            scan: PageText | None = None
            if image is not None:
                scanned += 1
                _check_scanned(scanned, number, limits)
                scan = _recognised(image, number, limits)
                text = scan.text
            elif is_scan:
                unread.append(number)
            left -= len(text) + 1
            if left < -1:
                raise TooLargeError(
                    f"the PDF has more than {limits.max_characters:,} characters",
                    place=f"page {number}",
                    hint="split it",
                )
            pages.append(ReadPage(text, label or None, scan))
    if not any(page.text.strip() for page in pages):
        if unread:
            raise engine.missing("the PDF has no text layer on any page, it is a scan")
        raise nothing_found("any page of the PDF, and it has no text layer", [page.scan for page in pages if page.scan])
    without = [number for number, page in enumerate(pages, 1) if not page.text.strip() or number in unread]
    return document(pages, name, data, PDF, {"pages_without_text": without} if without else {})


def _check_scanned(scanned: int, number: int, limits: Limits) -> None:
    if scanned > limits.max_scanned_pages:
        raise TooLargeError(
            f"the PDF has more than {limits.max_scanned_pages:,} scanned pages",
            place=f"page {number}",
            expected=f"at most {limits.max_scanned_pages:,} (max_scanned_pages)",
            hint="split it",
        )


def _recognised(image: Pixels, number: int, limits: Limits) -> PageText:
    try:
        return recognise(image, what="the page is a scan", seconds=limits.max_page_seconds)
    except ReadingError as error:
        error.at(place=f"page {number}")
        raise


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, opened and closed under PDFium's lock."""
    import pypdfium2

    with _PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as exc:
            raise _refusal(exc, data) from exc
    try:
        yield pdf
    finally:
        with _PDFIUM:
            pdf.close()


def _page(pdf: pypdfium2.PdfDocument, number: int, limits: Limits) -> tuple[str, str, Pixels | None, bool]:
    """Text layer and printed label of a page, its image if it can be recognised, and whether it should be."""
    import pypdfium2

    # Held for one page at a time: recognising one takes seconds, in which other threads may read theirs.
    with _PDFIUM:
        try:
            page = pdf[number - 1]
            try:
                layer = page.get_textpage()
                try:
                    text: str = layer.get_text_range()
                finally:
                    layer.close()
                is_scan = pdf_pages.needs_recognition(page, text)
                image = pdf_pages.draw(page, limits) if is_scan and engine.available() else None
            finally:
                page.close()
            label: str = pdf.get_page_label(number - 1)
        except pypdfium2.PdfiumError as exc:
            raise CorruptFileError(f"the page cannot be parsed ({exc})", place=f"page {number}", hint=_AGAIN) from exc
        except TooLargeError as error:
            error.at(place=f"page {number}")
            raise
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _WORD_BREAK.sub("", text).translate(_SOFT), label, image, is_scan


def _refusal(error: pypdfium2.PdfiumError, data: bytes) -> ReadingError:
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    # Where PDFium fails without a word, the code is that of an earlier file. A locked file says so in its trailer, which
    # is never compressed.
    if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY) and b"/Encrypt" in data:
        return EncryptedFileError(
            "the PDF is protected by a password", hint="open it with the password and save it without one"
        )
    return CorruptFileError(f"the PDF is truncated or broken ({error})", hint=_AGAIN)
