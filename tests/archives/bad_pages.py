"""Bad pictures and PDF files, made without a library: too large by their headers or by their data, broken, endless."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Make = Callable[[], bytes]

_SIDE: Final = 50_000
_ADLER: Final = 65_521
_NO_TEXT: Final = "unsupported_format"


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes, *, depth: int = 1, before: bytes = b"") -> bytes:
    """A grey PNG; ``data`` is the zlib stream of its rows, ``before`` stands between header and data."""
    header = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """The zlib stream of so many zero bytes (a multiple of 64 KiB more or less), made without compressing them all.

    A block behind a full flush stands for itself, so that one compressed MiB is repeated.
    """
    size = 1 << 20
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(size)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-15)
    tail = rest.compress(bytes(count % size)) + rest.flush()
    # Adler-32 of zeros: the first sum stays 1, the second counts them.
    return head + block * (count // size) + tail + struct.pack(">L", (count % _ADLER) << 16 | 1)


def huge_png(side: int = _SIDE) -> bytes:
    """A black picture of one bit a pixel, whole and valid: 312 MB of rows in 0.3 MB."""
    return png(side, side, zeros((side // 8 + 1) * side))


def jpeg(width: int, height: int) -> bytes:
    """The head of a JPEG with one component, and no scan."""
    frame = struct.pack(">HBHHBBBB", 11, 8, height, width, 1, 1, 0x11, 0)
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0" + frame + b"\xff\xd9"


def bmp(width: int, height: int) -> bytes:
    """The head of a BMP of 24 bits a pixel, with a few of its pixels."""
    return b"BM" + struct.pack("<LHHL", 1 << 20, 0, 0, 54) + struct.pack(
        "<LllHHLLllLL", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0
    ) + bytes(300)  # fmt: skip


def gif(width: int, height: int) -> bytes:
    """The head of a GIF, with a small picture in it."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0;"


def tiff(pages: int, *, side: int = 8, loop: bool = False) -> bytes:
    """A TIFF of white pages, 1 bit a pixel; with ``loop`` the last directory leads to the first again."""
    strip = b"\xff" * (side // 8 * side) if side <= 64 else b"\xff"
    out = bytearray(b"II*\0" + struct.pack("<L", 8 + len(strip)) + strip)
    first = len(out)
    for number in range(pages):
        tags = [(256, side), (257, side), (258, 1), (259, 1), (262, 1), (273, 8), (277, 1), (278, side)]
        tags.append((279, len(strip)))
        size = 2 + 12 * len(tags) + 4
        following = len(out) + size if number < pages - 1 else (first if loop else 0)
        out += struct.pack("<H", len(tags))
        out += b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in tags)
        out += struct.pack("<L", following)
    return bytes(out)


def pdf(objects: Sequence[bytes | str], *, trailer: str = "") -> bytes:
    """A PDF of some objects, numbered from 1; the first is its catalogue."""
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + (content.encode() if isinstance(content, str) else content)
        out += b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def stream(data: bytes, entries: str = "") -> bytes:
    """A compressed stream; ``data`` is compressed already."""
    head = f"<< /Length {len(data)} /Filter /FlateDecode {entries}>>"
    return head.encode() + b"\nstream\n" + data + b"\nendstream"


_CATALOGUE: Final = "<< /Type /Catalog /Pages 2 0 R >>"


def pages(count: int) -> bytes:
    """A PDF with empty pages."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(count))
    tree = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"
    return pdf([_CATALOGUE, tree, *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * count])


def one_page(content: bytes, *, resources: str = "", more: Iterable[bytes | str] = (), box: int = 200) -> bytes:
    """A PDF of one page; its content is object 4, ``more`` begins at object 5."""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box} {box}] /Contents 4 0 R /Resources << {resources} >> >>"
    return pdf([_CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content, *more])


def _picture_page(width: int, height: int, data: bytes) -> bytes:
    image = stream(
        data,
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 1 ",
    )
    draw = stream(zlib.compress(b"q 200 0 0 200 0 0 cm /I Do Q"))
    return one_page(draw, resources="/XObject << /I 5 0 R >>", more=[image])


def _form(inside: bytes) -> bytes:
    entries = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> "
    return stream(zlib.compress(inside), entries)


def _self_drawing(times: int) -> bytes:
    inside = b"/F Do " * times
    return one_page(stream(zlib.compress(b"/F Do")), resources="/XObject << /F 5 0 R >>", more=[_form(inside)])


def _endless_tree() -> bytes:
    return pdf([_CATALOGUE, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000 >>"])


def _locked() -> bytes:
    entry = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + "41" * 32 + "> /U <" + "42" * 32 + "> >> "
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return pdf([_CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page], trailer=entry + "/ID [<41> <41>] ")


_WHOLE: Final = zlib.compress(bytes(13 * 100))

BAD_PAGES: dict[str, tuple[str, Make]] = {
    "五万方.png": ("too_large", huge_png),
    "五万方.jpg": ("too_large", lambda: jpeg(_SIDE, _SIDE)),
    "五万方.bmp": ("too_large", lambda: bmp(_SIDE, _SIDE)),
    "五万方.gif": ("too_large", lambda: gif(_SIDE, _SIDE)),
    "五万方.tif": ("too_large", lambda: tiff(1, side=_SIDE)),
    "两千页.tif": ("too_large", lambda: tiff(2_000)),
    # Without its pixels, so that it needs no recognition; the pages are counted before.
    "循环页.tif": ("corrupt_file", lambda: tiff(3, side=8000, loop=True)),
    "断.png": ("corrupt_file", lambda: png(100, 100, _WHOLE)[:-30]),
    "坏校验.png": ("corrupt_file", lambda: png(100, 100, _WHOLE).replace(b"IDAT", b"IDAt", 1)),
    "无像素.png": ("corrupt_file", lambda: png(0, 0, _WHOLE)),
    "文字块炸弹.png": (
        "corrupt_file",
        lambda: png(100, 100, _WHOLE, before=chunk(b"zTXt", b"Comment\0\0" + zeros(64 << 20))),
    ),
    "一万页.pdf": ("too_large", lambda: pages(10_000)),
    "断.pdf": ("corrupt_file", lambda: pages(3)[:-60]),
    "无页.pdf": ("corrupt_file", lambda: pages(0)),
    "循环页树.pdf": ("corrupt_file", _endless_tree),
    "自画自身.pdf": (_NO_TEXT, lambda: _self_drawing(1)),
    "内容炸弹.pdf": (_NO_TEXT, lambda: one_page(stream(zeros(32 << 20)))),
    "五万方图.pdf": ("too_large", lambda: _picture_page(_SIDE, _SIDE, zeros((_SIDE // 8 + 1) * _SIDE))),
    "密码.pdf": ("encrypted_file", _locked),
}
"""As ``tests.archives.bad_inputs.BAD_INPUTS``; those of pictures hold where the extra ``ocr`` is installed."""

ENDLESS_PAGES: dict[str, tuple[str, Make]] = {
    "两倍自画.pdf": ("time_limit", lambda: _self_drawing(2)),
    "内容大炸弹.pdf": ("memory_limit", lambda: one_page(stream(zeros(1000 << 20)))),
}
"""Kinds that only the end of the process ends: PDFium draws 2 to the power of 40 forms, or unpacks a page of 1 GB."""
