"""Generations on disk: one writer at a time, and a change that is either wholly there or not at all.

A new generation is written into a folder aside, synced file by file, renamed into place, and only then does CURRENT,
replaced by one atomic rename, name it. Whatever moment a process dies at, CURRENT names a whole generation.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from nlp.errors import IndexLockedError, IndexMissingError, IndexTornError
from nlp.retrieval.layout import CASES, MANIFEST, Manifest, file_hash

CURRENT = "CURRENT"
LOCK = "LOCK"
_GENERATION = re.compile(r"gen-(\d{8,})")
_ASIDE = ".aside-"
_LOCK_STEP = 0.05


@dataclass(frozen=True)
class Pointer:
    """The content of CURRENT.

    Attributes:
        generation: folder name.
        manifest_sha256: of the manifest file.
        cases_sha256: of the cases file, so that the truth can be told sound even when the manifest is not.

    """

    generation: str
    manifest_sha256: str
    cases_sha256: str

    def names(self, manifest: Path) -> bool:
        """Whether the manifest file is the one put in force."""
        return file_hash(manifest) == self.manifest_sha256


def generation_name(number: int) -> str:
    """Folder name of a generation."""
    return f"gen-{number:08d}"


def generations(folder: Path) -> list[tuple[int, Path]]:
    """Generation folders, newest first, whether or not they are whole."""
    if not folder.is_dir():
        return []
    found = ((_GENERATION.fullmatch(path.name), path) for path in folder.iterdir() if path.is_dir())
    return sorted(((int(match[1]), path) for match, path in found if match), reverse=True)


def current_bytes(folder: Path) -> bytes | None:
    """CURRENT as it stands, None when there is none; equal bytes mean that no writer has switched."""
    try:
        return (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return None


def read_pointer(folder: Path) -> Pointer:
    """What CURRENT says.

    Raises:
        IndexMissingError: neither CURRENT nor any generation is there.
        IndexTornError: CURRENT is missing beside generations, damaged, or names a generation that is gone.

    """
    path = folder / CURRENT
    try:
        pointer = Pointer(**json.loads(path.read_bytes()))
        sound = _GENERATION.fullmatch(pointer.generation) is not None
    except FileNotFoundError:
        if not generations(folder):
            raise IndexMissingError(
                "there is no case index here", path=str(folder), hint="build one with `yanpan index build`"
            ) from None
        sound = False
    except (ValueError, TypeError):
        sound = False
    if not sound or not (folder / pointer.generation).is_dir():
        raise IndexTornError("the pointer to the generation in force is missing or damaged", path=str(path))
    return pointer


def write_lock(folder: Path, timeout: float) -> AbstractContextManager[None]:
    """Hold the right to write; it ends with the process, however that ends.

    Args:
        folder: index folder, made if missing.
        timeout: seconds to wait for another writer.

    Raises:
        IndexLockedError: another process or thread is still writing.

    """
    return file_lock(folder, LOCK, timeout, "another process is writing to the index")


@contextmanager
def file_lock(folder: Path, name: str, timeout: float, otherwise: str) -> Iterator[None]:
    """Hold a lock file; it ends with the process, however that ends.

    Args:
        folder: made if missing.
        name: of the lock file in it.
        timeout: seconds to wait for another holder.
        otherwise: message of the error.

    Raises:
        IndexLockedError: another process or thread still holds it.

    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout
    with (folder / name).open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise IndexLockedError(
                        otherwise, path=str(folder), hint="wait until it has finished and try again"
                    ) from None
                time.sleep(_LOCK_STEP)
        yield


def commit(folder: Path, number: int, write: Callable[[Path], Manifest], reached: Callable[[str], None]) -> Path:
    """Write a generation and put it in force. The caller holds the write lock.

    Args:
        folder: index folder.
        number: of the new generation.
        write: fills the given empty folder and returns the manifest, which is written here.
        reached: told ``sealed`` when the generation is in place, ``switched`` when it is in force, ``cleaned`` at the
            end.

    Returns:
        The generation's folder.

    """
    target = folder / generation_name(number)
    clean(folder, keep=None if not (folder / CURRENT).exists() else _current_name(folder))
    aside = folder / f"{_ASIDE}{os.getpid()}"
    try:
        aside.mkdir()
        manifest = write(aside)
        (aside / MANIFEST).write_bytes(manifest.dumps())
        _sync_tree(aside)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _sync(folder)
    reached("sealed")
    switch(folder, target, manifest)
    reached("switched")
    clean(folder, keep=target.name)
    reached("cleaned")
    return target


def switch(folder: Path, target: Path, manifest: Manifest) -> None:
    """Put a generation in force."""
    cases = next(part.sha256 for part in manifest.parts if part.path == CASES)
    pointer = Pointer(target.name, file_hash(target / MANIFEST), cases)
    fresh = folder / f"{CURRENT}.new"
    fresh.write_text(json.dumps(asdict(pointer)) + "\n", encoding="utf-8")
    _sync(fresh)
    fresh.replace(folder / CURRENT)
    _sync(folder)


def clean(folder: Path, keep: str | None) -> None:
    """Remove what dead writers left and all generations but ``keep``; with None, generations stay."""
    for path in folder.glob(f"{_ASIDE}*"):
        shutil.rmtree(path, ignore_errors=True)
    for _, path in generations(folder):
        if keep is not None and path.name != keep:
            # Renamed first, so that nobody finds half of it.
            doomed = path.rename(folder / f"{_ASIDE}{path.name}")
            shutil.rmtree(doomed, ignore_errors=True)


def _current_name(folder: Path) -> str | None:
    try:
        return read_pointer(folder).generation
    except IndexTornError:
        return None


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
