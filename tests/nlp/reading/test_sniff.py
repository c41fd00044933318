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
        (packed(**{"a.docx": OOXML, "word/document.xml": ""}), "a.zip", sniff.ARCHIVE),
        (packed(**{OOXML: "<x/>", "xl/workbook.bin": ""}), "a.xlsx", sniff.XLSB),
        (packed(**{OOXML: "<x/>", "xl/workbook.xml": ""})[:60], "a.xlsx", sniff.DOCX),
        (b"Rar!\x1a\x07\0", "a.zip", sniff.RAR),
        (b"7z\xbc\xaf\x27\x1c", "a.zip", sniff.SEVEN_ZIP),
        (b"From: a@b.cn\nSubject: x\n\nFrom", "a.txt", sniff.MAIL),
        (b"Received: from x\n\tby y\nMessage-ID: <1>\nContent-Type: multipart/related", "a", sniff.MAIL),
        (
            b"From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n",
            "a",
            sniff.MHTML,
        ),
        (b"Subject: one line only\n\n", "a.txt", sniff.TEXT),
        (b"<?xml version='1.0'?>\n<!-- x --><!DOCTYPE html PUBLIC ''><html>", "a.xls", sniff.HTML),
        (b"\xff\xfe" + "<html><p>某".encode("utf-16-le"), "a.htm", sniff.HTML),
        (b"<table border=0><tr><td>", "a.xls", sniff.HTML),
        (b"<?xml version='1.0'?><?mso-application progid=\"Excel.Sheet\"?><Workbook>", "a.xls", sniff.OFFICE_XML),
        (b"<?xml version='1.0'?><book>", "a.xml", sniff.TEXT),
        (b"\x09\0\x04\0\x02\0\x10\0", "a.xls", sniff.XLS),
        (b"\x09\0\x04\0\x02\0\x10\0", "a.bin", sniff.BINARY),
        (packed(**{"说明.txt": "x"}), "a.docx", sniff.ARCHIVE),
        (gzip.compress(b"x"), "a.txt", sniff.GZIP),
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
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a.txt", sniff.IMAGE),
        (b"RIFF\x24\0\0\0WAVEfmt \0", "a.txt", sniff.BINARY),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0", "a.txt", sniff.IMAGE),
        (b"BM is how this text begins, and no bitmap.", "a.txt", sniff.TEXT),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "a.jpg", sniff.PHONE_IMAGE),
        (b"II+\0\x08\0\0\0", "a.tif", sniff.IMAGE),
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
    assert sniff.sniff(buffer.getvalue(), "a.odt") == sniff.ODT
    # Recognised in the stream, which stays where it was.
    stream = io.BytesIO(buffer.getvalue())
    assert sniff.sniff_zip(stream) == sniff.ODT
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("data", "name", "kind", "says"),
    [
        (ole("WordDocument"), "旧.doc", UnsupportedFormatError, ("Word 97-2003", "install LibreOffice", ".docx")),
        (ole("WordDocument"), "旧.wps", UnsupportedFormatError, ("WPS", "soffice", ".docx")),
        (ole("MatOST"), "旧.wps", UnsupportedFormatError, ("Works", "install LibreOffice")),
        (ole("Other"), "某.wps", UnsupportedFormatError, ("OLE2", "unknown program")),
        (ole("EncryptionInfo", "EncryptedPackage"), "密.docx", EncryptedFileError, ("password", "without one")),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "照片.heic", UnsupportedFormatError, ("phone", "HEIC", ".jpg")),
        (packed(**{OOXML: "<x/>", "word/document.xml": "x"})[:70], "断.docx", CorruptFileError, ("truncated", "again")),
    ],
)
def test_what_is_refused_says_what_it_is_and_what_to_do(data, name, kind, says, read_error, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda program: None)
    error = read_error(data, name)
    assert type(error) is kind
    for word in says:
        assert word in str(error)
