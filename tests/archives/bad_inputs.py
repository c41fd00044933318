"""Bad and odd files of every kind, made on the spot: what an archive of old disks holds sooner or later.

``write_bad_inputs(folder)`` writes them all and says how each must end; ``python -m tests.archives.bad_inputs FOLDER``
does the same by hand.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.archives.bad_pages import BAD_PAGES
from tests.archives.ole import compound, xls

RECORD = "record"
"""The file gives documents and no error; any other expectation is the code of each error it gives, and of nothing else."""

_TEXT = "李某同志敢于担当，作风扎实，从不推诿扯皮。\n" * 5
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
_ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
Make = Callable[[], bytes]


def zipped(members: Iterable[tuple[str | zipfile.ZipInfo, bytes | str]], *, stored: bool = False) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as target:
        for name, content in members:
            target.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, *, before: str = "", extra: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A minimal docx; ``before`` stands in front of the root element of its main document."""
    main = f"{before}<w:document {_W}><w:body>{body}</w:body></w:document>"
    return zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", main), *extra])


def xlsx(rows: str, *, before: str = "", sheet: bool = True, extra: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A minimal xlsx; ``rows`` is the content of its sheet data, ``before`` stands in front of the sheet's root."""
    part = f"{before}<worksheet {_S}><sheetData>{rows}</sheetData></worksheet>"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    members: list[tuple[str, bytes | str]] = [
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            f'<Relationships {_RELS}><Relationship Id="r" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        ),
        (
            "xl/workbook.xml",
            f'<workbook {_S} {_R}><sheets><sheet name="评语" sheetId="1" r:id="rId1"/></sheets></workbook>',
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships {_RELS}><Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
        ),
        *([("xl/worksheets/sheet1.xml", part)] if sheet else []),
        *extra,
    ]
    return zipped(members)


def cell(place: str, text: str) -> str:
    """A cell with its text inside."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def flags(data: bytes, bits: int = 0, *, method: int | None = None) -> bytes:
    """A zip file whose members carry other general purpose bits or another compression method."""
    raw = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(mark)
        while start != -1:
            (old,) = struct.unpack_from("<H", raw, start + at)
            struct.pack_into("<H", raw, start + at, old | bits)
            if method is not None:
                struct.pack_into("<H", raw, start + at + 2, method)
            start = raw.find(mark, start + 4)
    return bytes(raw)


def named(raw: bytes, content: bytes = _TEXT.encode()) -> bytes:
    """A zip file whose only member's name is ``raw``, in no stated charset."""
    place = "x" * len(raw)
    return zipped([(place, content)]).replace(place.encode(), raw)


def link(name: str, target: str) -> bytes:
    """A zip file whose only member is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return zipped([(info, target)])


def nest(depth: int, width: int = 1, leaf: bytes = _TEXT.encode()) -> bytes:
    """Zip files inside one another, ``width`` copies at each level."""
    data, suffix = leaf, "txt"
    for _ in range(depth):
        data, suffix = zipped([(f"{n}.{suffix}", data) for n in range(width)], stored=suffix == "zip"), "zip"
    return data


def ods(content: str, manifest: str = "") -> bytes:
    """A minimal OpenDocument sheet; ``content`` is the content of its table."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = f'xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"'
    table = (
        f'<office:body><office:spreadsheet><table:table table:name="评语">{content}</table:table></office:spreadsheet>'
    )
    return zipped(
        [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", f"<office:document-content {spaces}>{table}</office:body></office:document-content>"),
            (
                "META-INF/manifest.xml",
                f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0">{manifest}</manifest:manifest>',
            ),
        ],
        stored=True,
    )


def _mail(depth: int) -> bytes:
    head = b"From: a@b.cn\nSubject: x\n"
    for n in range(depth):
        head += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
    return head + b"Content-Type: text/plain\n\nx\n"


def _wrong_crc() -> bytes:
    # The name is part of the raw file, so only the stored text after it is changed.
    return zipped([("a.txt", "敢于担当")], stored=True).replace("担当".encode(), "担责".encode(), 1)


def _tar_gz() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as target:
        info = tarfile.TarInfo("a.txt")
        info.size = 3
        target.addfile(info, io.BytesIO(b"abc"))
    return buffer.getvalue()


def _lying_directory() -> bytes:
    """A member that unpacks to more than its directory says."""
    raw = bytearray(zipped([("a.txt", b"a" * 500_000)]))
    struct.pack_into("<L", raw, raw.find(b"PK\x01\x02") + 24, 100)
    return bytes(raw)


def _grid(rows: int, style: bool) -> str:
    empty = '<c r="A{0}" s="1"/><c r="B{0}" s="1"></c>' if style else ""
    return cell("A1", "意见").join(('<row r="1">', "</row>")) + "".join(
        f'<row r="{n}">{empty.format(n)}</row>' for n in range(2, rows)
    )


_ZEROS = b"\0" * (64 << 20)
_LEGACY = "unsupported_format" if not (shutil.which("soffice") or shutil.which("libreoffice")) else "conversion"
_ROW1 = f'<row r="1">{cell("A1", "意见")}{cell("B1", "姓名")}</row>'
_ROW2 = f'<row r="2">{cell("A2", "敢于担当作风硬")}{cell("B2", "李某")}</row>'

BAD_INPUTS: dict[str, tuple[str, Make]] = {
    # text
    "空.txt": (RECORD, lambda: b""),
    "空.docx": (RECORD, lambda: b""),
    "空.xlsx": (RECORD, lambda: b""),
    "空白.txt": (RECORD, lambda: b"\n \n\t\n"),
    "全零.txt": ("undecodable_text", lambda: b"\0" * 5000),
    "夹零.txt": ("undecodable_text", lambda: _TEXT.encode().replace(b"\n", b"\0\0\n")),
    "双字节有标记.txt": (RECORD, lambda: b"\xff\xfe" + _TEXT.encode("utf-16-le")),
    "双字节无标记.txt": ("undecodable_text", lambda: _TEXT.encode("utf-16-le")),
    "双字节断尾.txt": ("undecodable_text", lambda: b"\xff\xfe" + _TEXT.encode("utf-16-le") + b"\x4e"),
    "缺字节.txt": ("undecodable_text", lambda: _TEXT.encode()[:-2]),
    "乱码.txt": ("undecodable_text", lambda: bytes((n * 131 + 7) % 256 for n in range(3000))),
    "一行.txt": (RECORD, lambda: "李某敢于担当".encode() * 20_000),
    "坏行.jsonl": ("invalid_record", lambda: b'{"id": "1"\n'),
    "深.jsonl": ("invalid_record", lambda: b"[" * 100_000 + b"\n"),
    # docx, pptx
    "断.docx": ("corrupt_file", lambda: docx(f"<w:p><w:r><w:t>{_TEXT}</w:t></w:r></w:p>")[:-40]),
    "无正文.docx": ("corrupt_file", lambda: zipped([("[Content_Types].xml", "<Types/>"), ("word/a.xml", "<a/>")])),
    "外部实体.docx": ("corrupt_file", lambda: docx("<w:p><w:r><w:t>甲&e;乙</w:t></w:r></w:p>", before=_ENTITY)),
    "实体爆炸.docx": (
        "corrupt_file",
        lambda: docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", before=f"<!DOCTYPE x [{_LAUGHS}]>"),
    ),
    "深嵌套.docx": ("corrupt_file", lambda: docx("<w:sdt>" * 100_000)),
    "压缩炸弹.docx": ("too_large", lambda: docx("", extra=[("word/media/a.png", _ZEROS)])),
    "成员过多.docx": ("too_large", lambda: docx("", extra=[(f"word/{n}.xml", b"") for n in range(10_001)])),
    "成员加密.docx": ("encrypted_file", lambda: flags(docx("<w:p/>"), 1)),
    "密码.docx": ("encrypted_file", lambda: compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000})),
    "缺页.pptx": (
        "corrupt_file",
        lambda: zipped(
            [
                ("[Content_Types].xml", "<Types/>"),
                (
                    "ppt/presentation.xml",
                    '<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
                    f' {_R}><p:sldIdLst><p:sldId id="256" r:id="rId9"/></p:sldIdLst></p:presentation>',
                ),
            ]
        ),
    ),
    # workbooks
    "一百万空行.xlsx": (RECORD, lambda: xlsx(_grid(1_000_000, style=False))),
    "一百万带格式空行.xlsx": (RECORD, lambda: xlsx(_grid(1_000_000, style=True))),
    "远角.xlsx": (
        "too_large",
        lambda: xlsx(_ROW1 + f'<row r="1048576">{cell("XFD1048576", "远")}</row>'),
    ),
    "外部实体.xlsx": ("corrupt_file", lambda: xlsx(f'<row r="1">{cell("A1", "&e;")}</row>', before=_ENTITY)),
    "实体爆炸.xlsx": (
        "corrupt_file",
        lambda: xlsx(f'<row r="1">{cell("A1", "&l9;")}</row>', before=f"<!DOCTYPE x [{_LAUGHS}]>"),
    ),
    "断.xlsx": ("corrupt_file", lambda: xlsx(_ROW1 + _ROW2)[:-60]),
    "缺表.xlsx": ("corrupt_file", lambda: xlsx("", sheet=False)),
    "坏字符串号.xlsx": (
        "corrupt_file",
        lambda: xlsx('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'),
    ),
    "压缩炸弹.xlsx": ("too_large", lambda: xlsx(_ROW1, extra=[("xl/media/a.png", _ZEROS)])),
    "公式无结果.xlsx": (RECORD, lambda: xlsx('<row r="1"><c r="A1"><f>SUM(B1:B9)</f></c></row>' + _ROW2)),
    "密码.xlsx": ("encrypted_file", lambda: compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000})),
    "五版.xls": (RECORD, lambda: xls([["姓名", "评语"], ["李某", "敢于担当，作风硬"]], biff=5)),
    "九七版.xls": (RECORD, lambda: xls([["姓名", "评语"], ["李某", "敢于担当，作风硬"]])),
    "远角.xls": ("too_large", lambda: xls([["姓名", "评语"], ["李某", "敢于担当，作风硬"]], far=True)),
    "密码.xls": ("encrypted_file", lambda: xls([["姓名", "评语"]], locked=True)),
    "断.xls": ("corrupt_file", lambda: xls([["姓名", "评语"]])[:600]),
    "二版.xls": ("corrupt_file", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + b"\0" * 200),
    "坏.xlsb": (
        "corrupt_file",
        lambda: zipped([("[Content_Types].xml", "<Types/>"), ("xl/workbook.bin", b"\xff" * 300)]),
    ),
    "重复十亿格.ods": (
        "too_large",
        lambda: ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string"'
            ' table:number-columns-repeated="16000"><text:p>好</text:p></table:table-cell></table:table-row>'
        ),
    ),
    "密码.ods": (
        "encrypted_file",
        lambda: ods(
            "",
            '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>',
        ),
    ),
    # zip and other bundles
    "空.zip": ("reading", lambda: zipped([])),
    "只有系统文件.zip": ("reading", lambda: zipped([("__MACOSX/._a.txt", "x"), (".DS_Store", "x")])),
    "炸弹.zip": ("too_large", lambda: zipped([("a.txt", _ZEROS)])),
    "四十二.zip": ("too_large", lambda: nest(4, 4, b"\0" * (2 << 20))),
    "层层.zip": ("too_large", lambda: nest(20)),
    "成员过多.zip": ("too_large", lambda: zipped((f"{n}.txt", b"") for n in range(10_001))),
    "谎报大小.zip": ("corrupt_file", _lying_directory),
    "无目录.zip": ("corrupt_file", lambda: zipped([("a.txt", _TEXT)])[:-30]),
    "坏目录.zip": ("corrupt_file", lambda: zipped([("a.txt", _TEXT)]).replace(b"PK\x01\x02", b"PK\x07\x07")),
    "坏校验.zip": ("corrupt_file", _wrong_crc),
    "上级路径.zip": ("unsafe_path", lambda: zipped([("../../etc/a.txt", _TEXT)])),
    "反斜杠上级路径.zip": ("unsafe_path", lambda: named(rb"..\..\a.txt")),
    "绝对路径.zip": (RECORD, lambda: zipped([("/etc/a.txt", _TEXT)])),
    "盘符路径.zip": (RECORD, lambda: named(rb"C:\a\b.txt")),
    "符号链接.zip": ("unsafe_path", lambda: link("a.txt", "/etc/hostname")),
    "国标名.zip": (RECORD, lambda: named("考察材料.txt".encode("gbk"))),
    "名含零.zip": (RECORD, lambda: named(b"a\0b.txt")),
    "密码.zip": ("encrypted_file", lambda: flags(zipped([("a.txt", _TEXT)]), 1)),
    "未知压缩.zip": ("corrupt_file", lambda: flags(zipped([("a.txt", _TEXT)]), method=97)),
    "内含坏件.zip": ("corrupt_file", lambda: zipped([("内/断.docx", docx("<w:p/>")[:-40])])),
    "炸弹.txt.gz": ("too_large", lambda: gzip.compress(_ZEROS)),
    "断.txt.gz": ("corrupt_file", lambda: gzip.compress(_TEXT.encode())[:-12]),
    "包.tar.gz": ("unsupported_format", _tar_gz),
    "包.rar": ("unsupported_format", lambda: b"Rar!\x1a\x07\x01\0" + b"x" * 100),
    "包.7z": ("unsupported_format", lambda: b"7z\xbc\xaf\x27\x1c" + b"x" * 100),
    # web pages and mails
    "十万层.html": (RECORD, lambda: b"<html><body>" + b"<div>" * 100_000 + "李某敢于担当".encode()),
    "两万层表.html": (RECORD, lambda: b"<html>" + b"<table><tr><td>" * 20_000 + "李某".encode()),
    "只有脚本.html": (RECORD, lambda: b"<html><script>while(1);</script></html>"),
    "未知编码.html": (RECORD, lambda: b"<html><meta charset=x-none><p>" + _TEXT.encode("gb18030")),
    "断.html": (RECORD, "<html><body><table><tr><td>李某<!-- ".encode),
    "无正文.eml": (RECORD, lambda: b"From: a@b.cn\nSubject: x\n\n"),
    "无空行.eml": (RECORD, lambda: b"From: a@b.cn\nSubject: x"),
    "无界.eml": (RECORD, lambda: b"From: a@b.cn\nSubject: x\nContent-Type: multipart/mixed\n\n" + _TEXT.encode()),
    "深.eml": (RECORD, lambda: _mail(300)),
    "过深.eml": ("corrupt_file", lambda: _mail(5000)),
    "空.mht": ("corrupt_file", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b--\n"),
    # old formats and others
    "断.rtf": ("corrupt_file", lambda: b"{\\rtf1\\ansi " + _TEXT.encode("gbk")),
    "深.rtf": ("corrupt_file", lambda: b"{\\rtf1" + b"{" * 200_000),
    "旧.doc": (_LEGACY, lambda: compound({"WordDocument": b"x" * 5000})),
    "旧.ppt": (_LEGACY, lambda: compound({"PowerPoint Document": b"x" * 5000})),
    "其他.wps": ("unsupported_format", lambda: compound({"Other": b"x" * 5000})),
    **BAD_PAGES,
}
"""Every kind whose whole content is made in memory: name → how it must end, and its maker."""


def write_bad_inputs(folder: Path) -> dict[str, str]:
    """Write all kinds.

    Args:
        folder: made if missing.

    Returns:
        Path below ``folder`` → ``"record"``, or the code of the errors the file must give.
    """
    expected = write_disk_inputs(folder)
    for name, (code, make) in BAD_INPUTS.items():
        (folder / name).write_bytes(make())
        expected[name] = code
    return expected


def write_disk_inputs(folder: Path) -> dict[str, str]:
    """Write the kinds that only a file system can hold: sparse files, dangling links, names in GBK."""
    folder.mkdir(parents=True, exist_ok=True)
    expected: dict[str, str] = {}
    for name, head, code in (("稀疏.txt", b"a", "too_large"), ("稀疏.zip", b"PK\x03\x04", "corrupt_file")):
        with (folder / name).open("wb") as stream:
            stream.write(head)
            stream.truncate(2 << 30)
        expected[name] = code
    (folder / "断链.txt").symlink_to(folder / "没有这个文件.txt")
    expected["断链.txt"] = "reading"
    inner = os.fsencode(folder) + b"/" + "甲乙".encode("gbk")
    Path(os.fsdecode(inner)).mkdir(exist_ok=True)
    (Path(os.fsdecode(inner)) / "a.txt").write_text(_TEXT, encoding="utf-8")
    expected[os.fsdecode("甲乙".encode("gbk") + b"/a.txt")] = RECORD
    return expected


if __name__ == "__main__":
    for name, code in write_bad_inputs(Path(sys.argv[1])).items():
        print(code, name.encode("utf-8", errors="replace").decode())
