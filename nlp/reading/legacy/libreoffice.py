"""Binary formats of Word, WPS Office and PowerPoint, OpenDocument texts and Office XML, converted by LibreOffice.

Each conversion runs headless with a user profile of its own, so that two of them, or a window a user has open, do not
get in one another's way; when its time is over all its processes are killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from nlp.errors import ConversionError, ReadingError, TooLargeError, UnsupportedFormatError
from nlp.reading import sniff
from nlp.reading.bundles.nest import Item
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits

PROGRAMS: Final = ("soffice", "libreoffice")
"""Names under which LibreOffice is looked for on ``PATH``."""

_KINDS: Final = {
    sniff.DOC: ("a Word 97-2003 or WPS document (.doc, .wps)", "doc", "docx"),
    sniff.WORKS: ("a Microsoft Works document (.wps)", "wps", "docx"),
    sniff.ODT: ("an OpenDocument text (.odt)", "odt", "docx"),
    sniff.PPT: ("a PowerPoint 97-2003 presentation (.ppt)", "ppt", "pptx"),
    sniff.OFFICE_XML: ("an Office XML document", "xml", "docx"),
}
_SAID: Final = 300


def read(data: bytes, name: str, limits: Limits) -> Iterator[Item]:
    """Read a document that LibreOffice can convert.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_seconds`` applies to the conversion, the others to what comes of it.

    Yields:
        The document as the docx, pptx or xlsx reader reads it, with the media type and the hash of the original;
        ``meta["converted_by"]`` names the program.

    Raises:
        UnsupportedFormatError: LibreOffice is not installed.
        ConversionError: it failed, or took too long.
    """
    media_type = sniff.sniff(data, name)
    what, extension, target = _KINDS[media_type]
    if media_type == sniff.OFFICE_XML and b'progid="Excel' in data[: sniff.HEAD_BYTES]:
        target = "xlsx"
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise UnsupportedFormatError(
            f"no reader for this file: it is {what}, and LibreOffice, which converts it, is not installed",
            expected="soffice or libreoffice on PATH",
            hint="install LibreOffice (Debian: libreoffice-writer, libreoffice-impress), or open the file in Word,"
            " WPS Office or LibreOffice and save it as .docx",
        )
    converted = _convert(program, data, extension, target, limits)
    digest = sha256(data).hexdigest()
    for item in _read_converted(converted, name, target, limits):
        if isinstance(item, ReadingError):
            yield item
        else:
            meta = {**item.meta, "converted_by": "LibreOffice"}
            whole = item.id == name
            yield replace(item, sha256=digest if whole else item.sha256, media_type=media_type, meta=meta)


def _read_converted(data: bytes, name: str, target: str, limits: Limits) -> Iterator[Item]:
    expected = {"docx": sniff.DOCX, "pptx": sniff.PPTX, "xlsx": sniff.XLSX}[target]
    found = sniff.sniff(data, f"a.{target}")
    if found != expected:
        raise ConversionError(f"LibreOffice wrote no {target}, but {found}", hint=_BY_HAND)
    from nlp.reading.registry import reader_for

    result = reader_for(found)(data, name, limits)
    yield from (result,) if isinstance(result, RawDocument) else result


_BY_HAND: Final = "open the file in Word, WPS Office or LibreOffice and save it as .docx"


def _convert(program: str, data: bytes, extension: str, target: str, limits: Limits) -> bytes:
    with TemporaryDirectory(prefix="yanpan-convert-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / f"document.{extension}"
        source.write_bytes(data)
        out = Path(folder) / "out"
        out.mkdir()
        profile = (Path(folder) / "profile").as_uri()
        command = [
            *(program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nologo", "--nolockcheck"),
            *("--nodefault", "--convert-to", target, "--outdir", str(out), str(source)),
        ]
        code, said = _run(command, folder, limits.max_seconds)
        written = out / f"document.{target}"
        if not written.is_file():
            raise ConversionError(f"LibreOffice could not convert the file (exit code {code}): {said}", hint=_BY_HAND)
        size = written.stat().st_size
        if size > limits.max_unpacked_bytes:
            raise TooLargeError(
                f"LibreOffice made {size:,} bytes of the file",
                expected=f"at most {limits.max_unpacked_bytes:,} (max_unpacked_bytes)",
                hint="split the document",
            )
        return written.read_bytes()


def _run(command: list[str], folder: str, seconds: int) -> tuple[int, str]:
    """Exit code of a program and the end of what it said; it and its children are dead afterwards."""
    log = Path(folder) / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            cwd=folder,
            start_new_session=True,
            # LibreOffice keeps settings and caches below the home folder as well.
            env={**os.environ, "HOME": folder},
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as exc:
            raise ConversionError(
                f"LibreOffice did not finish within {seconds} seconds",
                expected=f"at most {seconds} seconds (max_seconds)",
                hint=_BY_HAND,
            ) from exc
        finally:
            # soffice starts the program proper as a child, which outlives it.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return code, log.read_bytes().decode("utf-8", errors="replace").strip()[-_SAID:] or "it said nothing"
