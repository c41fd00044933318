"""OLE2 containers, in which the binary Office formats stand: what can be said of those that no reader takes."""

from __future__ import annotations

import struct
from typing import Final, NoReturn

from nlp.errors import CorruptFileError, UnsupportedFormatError
from nlp.reading.container import AGAIN
from nlp.reading.limits import Limits

_HEADER: Final = 512


def refuse(data: bytes, name: str, limits: Limits) -> NoReturn:  # noqa: ARG001
    """Say why a container in which no known program's stream is found cannot be read.

    Args:
        data: the file's bytes.
        name: not used; the signature is that of a reader.
        limits: not used.

    Raises:
        CorruptFileError: the container's directory lies beyond its end.
        UnsupportedFormatError: it holds something else.
    """
    if len(data) < _HEADER:
        raise CorruptFileError("the file ends inside the header of an OLE2 container", hint=AGAIN)
    shift, start = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<L", data, 48)[0]
    if 7 <= shift <= 16 and (start + 1) << shift >= len(data):
        raise CorruptFileError("the old Office document is truncated: its directory is missing", hint=AGAIN)
    raise UnsupportedFormatError(
        "no reader for this file: it is an old Office document (OLE2 container) of an unknown program",
        hint="open it in the program that wrote it and save it as .docx or .pdf",
    )
