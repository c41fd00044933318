"""Files to read, out of the files and folders a user names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from nlp.errors import ReadingError

# Lock and scratch files of Office and WPS, and what file managers leave behind; hidden files are skipped anyway.
_JUNK_PREFIXES: Final = (".", "~$", "~WRL", "~WRD")
_JUNK_NAMES: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin"})


def discover(paths: Iterable[str | Path]) -> Iterator[Path]:
    """All files below some paths.

    A named file is given as it is. A folder gives its files, recursively, names in sorted order, without hidden
    files, lock files and the like; links to folders are followed, each folder is entered once. A folder that cannot
    be listed is given itself, so that reading it reports the failure instead of losing it.

    Args:
        paths: files and folders.

    Raises:
        ReadingError: one of ``paths`` does not exist; raised by the call, before the first file is given.
    """
    roots = [Path(path) for path in paths]
    for root in roots:
        if not root.exists():
            raise ReadingError("the path does not exist", path=display_name(root), hint="check the path")
    return _walk_all(roots)


def display_name(path: str | Path) -> str:
    """A path as text that can always be encoded: ``/`` between its parts, undecodable file names made readable."""
    text = Path(path).as_posix()
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Archives packed on Chinese Windows leave file names in GBK; they reach Python as lone surrogates.
        raw = os.fsencode(text)
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            return raw.decode("utf-8", errors="replace")
    return text


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is none of its user's: hidden, a lock file, left by a file manager."""
    return name.startswith(_JUNK_PREFIXES) or name.lower() in _JUNK_NAMES


def _walk_all(roots: Iterable[Path]) -> Iterator[Path]:
    entered: set[tuple[int, int]] = set()
    for root in roots:
        if root.is_dir():
            yield from _walk(root, entered)
        else:
            yield root


def _walk(folder: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        info = folder.stat()
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        yield folder
        return
    if (info.st_dev, info.st_ino) in entered:
        return
    # Some file systems give 0 for every inode; links are then not told apart, and the depth of paths ends a loop.
    if info.st_ino:
        entered.add((info.st_dev, info.st_ino))
    for name in names:
        if is_junk(name):
            continue
        path = folder / name
        if path.is_dir():
            yield from _walk(path, entered)
        elif not _is_device(path):
            yield path


def _is_device(path: Path) -> bool:
    """Pipes, sockets and devices hold no documents; a dangling link is kept, so that its loss is reported."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)
