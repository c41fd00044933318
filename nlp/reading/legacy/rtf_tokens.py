"""The tokens of an RTF file → its text, in the charsets of its fonts, without what is no part of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from nlp.errors import CorruptFileError, UndecodableTextError
from nlp.reading.charset import decode, looks_like_text
from nlp.reading.container import AGAIN

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n\x80-\xff]+)|([\x80-\xff]+)|[\r\n\\]"
)
# Groups that hold no text of the body.
_NOT_TEXT = (
    "fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf footnote"
    " listtable listoverridetable rsidtbl generator xmlnstbl themedata colorschememapping latentstyles datastore revtbl"
    " fldinst annotation atnid atnauthor atntime atnref atndate atnparent atnicn pntext pntxtb pntxta bkmkstart bkmkend"
    " shppict nonshppict sp mmathPr filetbl private nonesttables"
)
_SKIPPED: Final = frozenset(_NOT_TEXT.split())
_READ_ANYWAY: Final = frozenset({"shptxt", "shpinst", "shp", "ud", "upr", "fldrslt"})
_TEXT: Final = {
    **{"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "tab": "\t"},
    **{"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"},
    **{"emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005"},
}
_SIGNS: Final = {b"~": "\xa0", b"_": "-", b"-": "", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}
_CHARSETS: Final = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950"},
    **{161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251"},
    **{222: "cp874", 238: "cp1250"},
}
_PAGES: Final = {936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949", 65001: "utf-8", 54936: "gb18030"}
_MAX_DEPTH: Final = 10_000
CELL: Final = "\x07"
ROW: Final = "\x1e"
INNER: Final = "\x0b"
"""A paragraph's end inside a cell."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside one group."""

    skipped: bool = False
    hidden: bool = False
    font: int = -1
    fallback: int = 1
    """How many characters stand in for a Unicode escape in programs that cannot read it."""
    fonts: bool = False
    in_table: bool = False


class Reader:
    """The text of one file, gathered token by token.

    Args:
        data: the file's bytes.

    Attributes:
        pieces: the text with line ends, ``CELL``, ``ROW`` and ``INNER``.
        charset: of the document, as a Python codec name.

    Raises:
        CorruptFileError: groups are left open, or nested too deeply.
    """

    def __init__(self, data: bytes) -> None:
        self.pieces: list[str] = []
        self.charset = "cp1252"
        self._finished = False
        self._state = _State()
        self._stack: list[_State] = []
        self._fonts: dict[int, str] = {}
        self._bytes = bytearray()
        self._high = ""
        self._fallback_left = 0
        self._star = False
        self._first = False
        at = 0
        while not self._finished and (token := _TOKEN.match(data, at)) is not None:
            self._take(token)
            # Raw bytes of a picture follow \\bin; they may look like anything.
            at = token.end() + (max(0, int(token[2] or 0)) if token[1] == b"bin" else 0)
        self._flush()
        if not self._finished:
            raise CorruptFileError("the RTF is truncated: a group is left open", hint=AGAIN)

    def _take(self, token: re.Match[bytes]) -> None:
        word, number, code, sign, brace, plain, raw = token.groups()
        if brace is not None:
            self._brace(brace)
        elif word is not None:
            self._word(word.decode("ascii"), int(number) if number else None)
        elif code is not None:
            self._byte(bytes.fromhex(code.decode("ascii")))
        elif sign is not None:
            self._sign(sign)
        elif plain is not None:
            self._first = False
            skip = min(self._fallback_left, len(plain))
            self._fallback_left -= skip
            if plain[skip:]:
                self._add_bytes(plain[skip:])
        elif raw is not None:
            # Bytes that are not ASCII should be escaped; programs that do not mean the charset of the document.
            self._byte(raw)

    def _flush(self) -> None:
        """Decode the bytes that wait for the end of a character."""
        if self._high:
            self.pieces.append("\ufffd")
            self._high = ""
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self.pieces.append(self._decoded(data))

    def _decoded(self, data: bytes) -> str:
        for codec in (self._fonts.get(self._state.font, self.charset), self.charset):
            if codec == "cp1252" and not data.isascii():
                continue
            try:
                return data.decode(codec)
            except (UnicodeDecodeError, LookupError):
                continue
        try:
            # A font without a charset and a document that says nothing: Chinese systems write GBK then.
            text = data.decode("gb18030")
            if looks_like_text(text, private=0.0):
                return text
            return decode(data)[0]
        except (UnicodeDecodeError, UndecodableTextError):
            return data.decode("cp1252", errors="replace")

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._fallback_left = 0
        if brace == b"{":
            if len(self._stack) >= _MAX_DEPTH:
                raise CorruptFileError("the RTF nests its groups too deeply", hint=AGAIN)
            self._stack.append(self._state)
            self._first = True
            self._star = False
        elif self._stack:
            self._state = self._stack.pop()
            self._first = False
            self._finished = not self._stack

    def _word(self, word: str, number: int | None) -> None:
        first, self._first = self._first, False
        if first and (word in _SKIPPED or (self._star and word not in _READ_ANYWAY)):
            self._state = replace(self._state, skipped=True, fonts=word == "fonttbl")
        if word == "u" and number is not None:
            self._unicode(number)
            return
        if self._fallback_left:
            self._fallback_left -= 1
            return
        if word in ("uc", "f", "fcharset", "v", "deleted", "plain", "ansicpg", "mac"):
            self._flush()
            self._set(word, number)
        elif word in ("pard", "intbl"):
            self._state = replace(self._state, in_table=word == "intbl")
        elif self._state.skipped or self._state.hidden:
            return
        elif word in _TEXT:
            self._add(INNER if self._state.in_table and word in ("par", "line") else _TEXT[word])
        elif word in ("cell", "nestcell"):
            self._add(CELL)
        elif word in ("row", "nestrow"):
            self._add(ROW)

    def _set(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "uc":
            self._state = replace(state, fallback=max(0, min(number or 0, 16)))
        elif word == "f" and number is not None:
            self._state = replace(state, font=number)
        elif word == "fcharset" and number in _CHARSETS and state.fonts:
            self._fonts[state.font] = _CHARSETS[number]
        elif word in ("v", "deleted"):
            self._state = replace(state, hidden=number != 0)
        elif word == "plain":
            self._state = replace(state, hidden=False)
        elif word == "ansicpg" and number is not None:
            self.charset = _PAGES.get(number, f"cp{number}")
        elif word == "mac":
            self.charset = "mac_roman"

    def _unicode(self, number: int) -> None:
        unit = number & 0xFFFF
        self._fallback_left = self._state.fallback
        if self._state.skipped or self._state.hidden:
            return
        if self._bytes:
            self._flush()
        char = chr(unit)
        if 0xD800 <= unit < 0xDC00:
            self._flush()
            self._high = char
        elif 0xDC00 <= unit < 0xE000:
            pair = (self._high + char).encode("utf-16-le", errors="surrogatepass")
            self._high = ""
            self.pieces.append(pair.decode("utf-16-le", errors="replace"))
        else:
            self._add(char)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._star = self._first
            return
        self._first = False
        if self._fallback_left:
            self._fallback_left -= 1
        elif not (self._state.skipped or self._state.hidden):
            self._add(_SIGNS.get(sign, ""))

    def _byte(self, data: bytes) -> None:
        self._first = False
        skip = min(self._fallback_left, len(data))
        self._fallback_left -= skip
        if data[skip:]:
            self._add_bytes(data[skip:])

    def _add_bytes(self, data: bytes) -> None:
        if not (self._state.skipped or self._state.hidden):
            self._bytes += data

    def _add(self, text: str) -> None:
        self._flush()
        self.pieces.append(text)
