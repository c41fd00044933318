"""The files of the source: found, then hashed when their turn comes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nlp.errors import ArchiveError, ReadingError
from nlp.reading import discover
from nlp.reading.discover import display_name
from service.archive.manifest.rows import Found

_CHUNK = 1 << 20


def root_of(source: Path) -> Path:
    """The folder names are relative to: the source, or the folder of a single file.

    Raises:
        ReadingError: there is no such path.
    """
    if not source.exists():
        raise ReadingError("the path does not exist", path=display_name(source), hint="check the path")
    resolved = source.resolve()
    return resolved if resolved.is_dir() else resolved.parent


def scan(source: Path, dest: Path) -> Iterator[Found]:
    """Every file below the source, in the order of names, without those of the destination.

    Raises:
        ArchiveError: the destination is the source itself.
    """
    root = root_of(source)
    inside = dest.resolve()
    if inside == root:
        raise ArchiveError("the destination is the source", path=str(dest), hint="name another folder with --out")
    for path in discover([source.resolve()]):
        if inside in path.parents:
            continue
        below = path.relative_to(root)
        try:
            info = path.stat()
            size, mtime = info.st_size, info.st_mtime_ns
        except OSError:
            # Reading it will say why; the file is not to be lost from the manifest.
            size, mtime = -1, 0
        yield Found(os.fsencode(below), display_name(below), size, mtime)


def hash_file(path: Path) -> str | None:
    """Lower-case hex SHA-256 of a file's bytes; None for what cannot be opened or is no regular file."""
    try:
        # Should the file have become a pipe since it was found, opening it must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        except OSError:
            return None
    return digest.hexdigest()
