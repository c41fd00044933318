import gzip
import io
import struct
import zipfile
import zlib

import pytest

from nlp.errors import (
    CorruptFileError,
    EncryptedFileError,
    ReadingError,
    TooLargeError,
    UnsafePathError,
    UnsupportedFormatError,
)
from nlp.reading import Limits, RawDocument, read_bytes, read_path
from tests.archives.bad_inputs import docx, flags, named, nest, xlsx, zipped


def read(data, name="包.zip", **limits):
    return list(read_bytes(data, name=name, limits=Limits(**limits)))


def test_members_are_items_of_their_own_in_order(tmp_path):
    paragraph = "<w:p><w:r><w:t>敢于担当</w:t></w:r></w:p>"
    data = zipped(
        [("乙/b.txt", "作风扎实"), ("甲/", ""), ("甲/a.docx", docx(paragraph)), ("内.zip", zipped([("c.txt", "丙")]))]
    )
    (tmp_path / "包.zip").write_bytes(data)
    items = list(read_path(tmp_path / "包.zip"))
    base = (tmp_path / "包.zip").as_posix()
    assert [(item.id, item.text) for item in items] == [
        (f"{base}!/乙/b.txt", "作风扎实"),
        (f"{base}!/甲/a.docx", "敢于担当"),
        (f"{base}!/内.zip!/c.txt", "丙"),
    ]
    assert all(item.id == item.path for item in items)
    assert len({item.sha256 for item in items}) == 3


def test_a_bad_member_costs_nothing_but_itself():
    good = ("好.txt", "敢于担当")
    locked = zipfile.ZipInfo("锁.txt")
    data = zipped(
        [
            good,
            ("断.docx", docx("")[:-40]),
            ("../外.txt", "x"),
            ("大.txt", b"a" * 3000),
            (locked, "y"),
            ("尾.txt", "末"),
        ]
    )
    raw = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.rfind(
            mark, 0, raw.rfind(b"\xe9\x94\x81.txt") if mark == b"PK\x01\x02" else raw.find("锁.txt".encode())
        )
        raw[start + at] |= 1
    items = read(bytes(raw), max_file_bytes=2000)
    assert [item.text if isinstance(item, RawDocument) else type(item) for item in items] == [
        "敢于担当",
        CorruptFileError,
        UnsafePathError,
        TooLargeError,
        EncryptedFileError,
        "末",
    ]
    assert [item.path for item in items][1:5] == [
        "包.zip!/断.docx",
        "包.zip!/../外.txt",
        "包.zip!/大.txt",
        "包.zip!/锁.txt",
    ]


def test_a_bundle_of_stored_office_files_is_no_office_file():
    # The names of the inner files stand uncompressed in the outer one.
    data = zipped([("a.docx", docx("<w:p><w:r><w:t>甲</w:t></w:r></w:p>")), ("b.xlsx", xlsx(""))], stored=True)
    assert [item.path for item in read(data)] == ["包.zip!/a.docx", "包.zip!/b.xlsx"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("考察材料.txt".encode("gbk"), "考察材料.txt"),
        ("考察材料.txt".encode(), "考察材料.txt"),
        (b"plain.txt", "plain.txt"),
        (rb"a\b.txt", "a/b.txt"),
        (rb"C:\a\b.txt", "a/b.txt"),
        (b"/etc/a.txt", "etc/a.txt"),
        (b"./a//b.txt", "a/b.txt"),
        (b"a\x07b.txt", "a\ufffdb.txt"),
    ],
)
def test_names_of_members(raw, shown):
    (item,) = read(named(raw, "甲".encode()))
    assert item.path == f"包.zip!/{shown}"
    assert item.text == "甲"


def test_a_unicode_path_field_names_the_member():
    info = zipfile.ZipInfo("?.txt")
    name = "𠀀某.txt".encode()
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(b"?.txt")) + name
    (item,) = read(zipped([(info, "甲")]))
    assert item.path == "包.zip!/𠀀某.txt"


def test_members_of_one_name_have_ids_of_their_own():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("a.txt", "甲"), ("a.txt", "乙")])
    assert [(item.id, item.text) for item in read(data)] == [("包.zip!/a.txt", "甲"), ("包.zip!/a.txt (2)", "乙")]


def test_depth_members_and_bytes_are_shared_by_inner_bundles():
    assert isinstance(read(nest(4))[0], RawDocument)
    (error,) = read(nest(5))
    assert isinstance(error, TooLargeError)
    assert "max_depth" in str(error)
    assert error.path.count("!/") == 4
    items = read(nest(2, 3), max_members=8)
    assert [type(item) for item in items] == [RawDocument] * 3 + [TooLargeError] * 2
    assert "max_members" in str(items[-1])
    items = read(zipped([(f"{n}.txt", b"a" * 400) for n in range(3)]), max_bundle_bytes=1000)
    assert [type(item) for item in items] == [RawDocument, RawDocument, TooLargeError]
    assert "max_bundle_bytes" in str(items[-1])
    assert items[-1].path == "包.zip!/2.txt"


def test_a_bundle_may_be_larger_than_a_file(tmp_path):
    members = [(f"{n}.txt", bytes(range(65, 91)) * 40) for n in range(10)]
    (tmp_path / "a.zip").write_bytes(zipped(members, stored=True))
    items = list(read_path(tmp_path / "a.zip", limits=Limits(max_file_bytes=2000)))
    assert [type(item) for item in items] == [RawDocument] * 10


def test_prefixed_zip64_and_comment():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.comment = b"PK\x05\x06 in a comment"
        with target.open("a.txt", "w", force_zip64=True) as member:
            member.write("甲".encode())
    (item,) = read(buffer.getvalue())
    assert item.text == "甲" if isinstance(item, RawDocument) else isinstance(item, CorruptFileError)


def test_gzip_is_read_under_its_own_name():
    (item,) = read(gzip.compress("敢于担当".encode("gb18030")), "意见.txt.gz")
    assert (item.path, item.text) == ("意见.txt.gz!/意见.txt", "敢于担当")
    (item,) = read(gzip.compress(zipped([("a.txt", "甲")])), "a.zip.gz")
    assert item.path == "a.zip.gz!/a.zip!/a.txt"


@pytest.mark.parametrize("data", [b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\0\0", b"BZh91AY"])
def test_other_archives_say_what_to_do(data, read_error):
    error = read_error(data + b"x" * 50, "包")
    assert isinstance(error, UnsupportedFormatError)
    assert ".zip" in error.hint


def test_errors_inside_bundles_keep_their_own_path():
    (error,) = read(zipped([("a.jsonl", "{}\n")]))
    assert isinstance(error, ReadingError)
    assert (error.path, error.place) == ("包.zip!/a.jsonl", "line 1")
    (error,) = read(zipped([("a.bin", flags(b"\0" * 100))]))
    assert error.path == "包.zip!/a.bin"
