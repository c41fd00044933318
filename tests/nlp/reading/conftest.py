"""Makers of real files: docx by python-docx or from given XML, PDF by hand with a CJK font that needs no font file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import docx
import pytest

from nlp.errors import ReadingError
from nlp.reading import Limits, RawDocument, read_bytes

DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document'
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    "><w:body>{body}</w:body></w:document>"
)


def template(build: Callable[[docx.document.Document], object] | None = None) -> bytes:
    document = docx.Document()
    if build is not None:
        build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rezip(data: bytes, changes: dict[str, bytes | str | None], *, stored: bool = False) -> bytes:
    """The container with some members replaced, added or (``None``) left out."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", method) as target:
        for name in [*source.namelist(), *(name for name in changes if name not in source.namelist())]:
            content = changes.get(name, source.read(name) if name in source.namelist() else None)
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def make_docx() -> Callable[..., bytes]:
    return template


@pytest.fixture(scope="session")
def docx_with_body() -> Callable[..., bytes]:
    """A docx whose body is the given WordprocessingML; other members can be replaced too."""
    base = template()

    def make(body: str, **members: str) -> bytes:
        renamed = {f"word/{name}.xml": content for name, content in members.items()}
        return rezip(base, {"word/document.xml": DOCUMENT.format(body=body), **renamed})

    return make


@pytest.fixture(scope="session")
def repack() -> Callable[..., bytes]:
    return rezip


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with one text line for each string; STSong-Light is one of the fonts every reader knows by name."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    kids = []
    for lines in pages:
        shown = b"".join(b"<%s> Tj T*\n" % line.encode("utf-16-be").hex().encode() for line in lines)
        stream = b"BT /F1 12 Tf 72 760 Td 18 TL\n" + shown + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(out)


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    return pdf


def only(data: bytes, name: str, limits: Limits | None = None) -> RawDocument | ReadingError:
    """The one item an upload gives."""
    (item,) = read_bytes(data, name=name, limits=limits or Limits())
    return item


@pytest.fixture(scope="session")
def read_one() -> Callable[..., RawDocument]:
    """Read an upload that must give one document whose anchors hold."""

    def read(data: bytes, name: str, limits: Limits | None = None) -> RawDocument:
        item = only(data, name, limits)
        assert isinstance(item, RawDocument), item
        end = 0
        for anchor in item.anchors:
            assert end <= anchor.start <= anchor.end <= len(item.text)
            assert anchor.number >= 1
            # What no anchor covers is nothing but line ends.
            assert not item.text[end : anchor.start].strip("\r\n\t ")
            end = anchor.end
        assert not item.text[end:].strip("\r\n\t ")
        return item

    return read


@pytest.fixture(scope="session")
def read_error() -> Callable[..., ReadingError]:
    """Read an upload that must give one error naming the file."""

    def read(data: bytes, name: str, limits: Limits | None = None) -> ReadingError:
        item = only(data, name, limits)
        assert isinstance(item, ReadingError), item
        assert item.path == name
        assert str(item).startswith(name)
        return item

    return read
