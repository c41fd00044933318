"""The files of the source: found, then hashed when their turn comes."""

from __future__ import annotations

import errno
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
_BLOCK = 512
"""Bytes that ``st_blocks`` counts in."""


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
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            return None
        digest = hashlib.sha256()
        is_sparse = hasattr(os, "SEEK_DATA") and info.st_blocks * _BLOCK < info.st_size
        for piece in _sparse_pieces(descriptor, info.st_size) if is_sparse else _pieces(descriptor):
            digest.update(piece)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def _pieces(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, _CHUNK):
        yield piece


def _sparse_pieces(descriptor: int, size: int) -> Iterator[bytes]:
    """The bytes of a file with holes; those of a hole are not read, since each page of it would be made first."""
    zeros = bytes(_CHUNK)
    at = 0
    while at < size:
        try:
            data = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            data = size
        while at < data:
            yield zeros[: min(_CHUNK, data - at)]
            at += min(_CHUNK, data - at)
        end = os.lseek(descriptor, at, os.SEEK_HOLE) if at < size else size
        os.lseek(descriptor, at, os.SEEK_SET)
        while at < end:
            piece = os.read(descriptor, min(_CHUNK, end - at))
            if not piece:
                return
            yield piece
            at += len(piece)
