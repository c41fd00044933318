import codecs
import gzip
import io
import struct
import zipfile

import pytest

from nlp.errors import CorruptFileError, EncryptedFileError, UnsupportedFormatError
from nlp.reading import sniff


def ole(*streams: str, text: str = "") -> bytes:
    """An OLE2 file with a header sector, a directory sector naming the streams, and a sector of text."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    directory = b""
    for name in ("Root Entry", *streams):
        raw = f"{name}\0".encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + b"\1\1" + b"\0" * 60
    return header + directory.ljust(512, b"\0") + text.encode("utf-16-le").ljust(512, b"\0")


def packed(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


OOXML = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ("问：你好\n".encode(), "谈话.txt", sniff.TEXT),
        ("问：你好\n".encode(), "谈话", sniff.TEXT),
        ("问：你好\n".encode(), "谈话.docx", sniff.TEXT),
        ("# 标题\n".encode(), "a.MD", sniff.MARKDOWN),
        (b'{"id": 1, "text": ""}', "a.b/c.jsonl", sniff.JSONL),
        (b'{"id": 1, "text": ""}', "a.jsonl/c", sniff.TEXT),
        (codecs.BOM_UTF16_LE + "问\n".encode("utf-16-le"), "a.jsonl", sniff.JSONL),
        (b"", "a.docx", sniff.TEXT),
        (b"%PDF-1.7\n%\xe2\xe3", "a.txt", sniff.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.7\n", "a.pdf", sniff.PDF),
        (b"HTTP/1.1 200 OK\0\0\0\n%PDF-1.4\n", "a.pdf", sniff.PDF),
        ("文件以 %PDF-1.4 开头".encode(), "a.txt", sniff.TEXT),
        (packed(**{OOXML: "<x/>", "word/document.xml": ""}), "a.txt", sniff.DOCX),
        (packed(**{OOXML: "<x/>", "word/document.xml": ""})[:60], "a.txt", sniff.DOCX),
        (packed(**{OOXML: "<x/>", "xl/workbook.xml": "", "xl/word/a.xml": ""}), "a.docx", sniff.XLSX),
        (packed(**{OOXML: "<x/>", "ppt/a.xml": ""}), "a.docx", sniff.PPTX),
        (packed(mimetype="application/vnd.oasis.opendocument.text"), "a.odt", sniff.ARCHIVE),
        (packed(**{"说明.txt": "x"}), "a.docx", sniff.ARCHIVE),
        (gzip.compress(b"x"), "a.txt", sniff.ARCHIVE),
        (ole("WordDocument"), "a.docx", sniff.DOC),
        (ole("Workbook"), "a.doc", sniff.XLS),
        (ole("PowerPoint Document"), "a.doc", sniff.PPT),
        (ole("MatOST"), "a.wps", sniff.WORKS),
        # The words inside a text, even followed by what looks like their length.
        (ole("Other", text="x" + "WordDocument".ljust(32, "\0") + chr(26)), "a.wps", sniff.OLE),
        (ole("EncryptionInfo", "EncryptedPackage"), "a.docx", sniff.ENCRYPTED_OFFICE),
        (b"{\\rtf1\\ansi", "a.doc", sniff.RTF),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><html>", "a.doc", sniff.HTML),
        (b"<html lang='zh'>", "a.md", sniff.MARKDOWN),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "a.doc", sniff.MHTML),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.txt", sniff.IMAGE),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.txt", sniff.IMAGE),
        (bytes(range(256)), "a.txt", sniff.BINARY),
        (b"few zeros in many words " * 40 + b"\0\0", "a.jsonl", sniff.BINARY),
    ],
)
def test_content_decides(data, name, expected):
    assert sniff.sniff(data, name) == expected


def test_open_document_is_stored_first():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert sniff.sniff(buffer.getvalue(), "a.odt") == sniff.OPEN_DOCUMENT


@pytest.mark.parametrize(
    ("data", "name", "kind", "says"),
    [
        (ole("WordDocument"), "旧.doc", UnsupportedFormatError, ("Word 97-2003", ".docx")),
        (ole("WordDocument"), "旧.wps", UnsupportedFormatError, ("WPS", ".docx")),
        (ole("Workbook"), "票.xls", UnsupportedFormatError, ("Excel", ".jsonl")),
        (ole("EncryptionInfo", "EncryptedPackage"), "密.docx", EncryptedFileError, ("password", "without one")),
        (packed(**{OOXML: "<x/>", "xl/workbook.xml": ""}), "票.xlsx", UnsupportedFormatError, ("Excel", ".jsonl")),
        (packed(a="x"), "包.zip", UnsupportedFormatError, ("archive", "unpack")),
        (b"\x89PNG\r\n\x1a\n\0", "扫描.png", UnsupportedFormatError, ("image", "OCR", "text layer")),
        (b"<html><body>x", "页.html", UnsupportedFormatError, ("HTML", ".docx")),
        (packed(**{OOXML: "<x/>", "word/document.xml": "x"})[:70], "断.docx", CorruptFileError, ("truncated", "again")),
    ],
)
def test_what_is_refused_says_what_it_is_and_what_to_do(data, name, kind, says, read_error):
    error = read_error(data, name)
    assert type(error) is kind
    for word in says:
        assert word in str(error)
