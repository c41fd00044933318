"""Reads one workbook in a process of its own, with a bound on its memory: ``python -m nlp.reading.tables.child``.

Binary workbooks and OpenDocument sheets can announce any size in a few bytes, and the parser ends the process when
memory runs out. Standard input: the file; standard output: one JSON object a line, a grid or an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from nlp import errors
from nlp.errors import CorruptFileError, ReadingError, TooLargeError
from nlp.reading.container import AGAIN
from nlp.reading.limits import Limits
from nlp.reading.tables.grid import Grid

MEMORY: Final = 1 << 30
"""Address space of the process in bytes."""

_OUT_OF_MEMORY: Final = ("memory allocation of", "capacity overflow", "MemoryError")


def grids_in_child(data: bytes, suffix: str, limits: Limits) -> Iterator[Grid | ReadingError]:
    """The sheets of a workbook, read by a child process.

    Args:
        data: the file's bytes.
        suffix: of its format: ``.xls``, ``.xlsb`` or ``.ods``.
        limits: ``max_seconds`` and ``max_unpacked_bytes`` (of the output) apply.

    Yields:
        The same as ``calamine.grids``.

    Raises:
        TooLargeError: it takes too much memory or time.
        CorruptFileError: the parser failed.
        EncryptedFileError: a password is needed.
    """
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nlp.reading.tables.child", suffix],
            input=data,
            capture_output=True,
            check=False,
            timeout=limits.max_seconds,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"},
        )
    except subprocess.TimeoutExpired as exc:
        raise TooLargeError(
            f"the workbook is not read after {limits.max_seconds} seconds",
            expected=f"at most {limits.max_seconds} seconds (max_seconds)",
            hint="split the workbook",
        ) from exc
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", errors="replace").strip()
        if any(sign in said for sign in _OUT_OF_MEMORY):
            raise TooLargeError(
                f"the workbook takes more than {MEMORY:,} bytes of memory",
                expected="a used area without far stray cells",
                hint="delete stray cells far from the table, or split the workbook",
            )
        raise CorruptFileError(f"the workbook is broken: its parser failed ({said[-200:]})", hint=AGAIN)
    if len(done.stdout) > limits.max_unpacked_bytes:
        raise TooLargeError(
            f"the workbook holds {len(done.stdout):,} bytes of text",
            expected=f"at most {limits.max_unpacked_bytes:,} (max_unpacked_bytes)",
            hint="split the workbook",
        )
    for line in done.stdout.splitlines():
        yield _item(json.loads(line))


def _item(parts: dict[str, Any]) -> Grid | ReadingError:
    if "code" not in parts:
        rows = tuple((number, tuple(cells)) for number, cells in parts["rows"])
        return Grid(parts["name"], parts["hidden"], rows, tuple(tuple(item) for item in parts["merged"]))
    kind = next(
        kind for kind in (errors.EncryptedFileError, TooLargeError, CorruptFileError) if kind.code == parts["code"]
    )
    return kind(parts["message"], place=parts["place"], hint=parts["hint"])


def main() -> None:
    """Bound the memory, read standard input, write the grids; the argument is the suffix of the format."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from nlp.reading.tables.calamine import grids

    write = sys.stdout.write
    with TemporaryDirectory(prefix="yanpan-workbook-") as folder:
        source = Path(folder) / f"book{sys.argv[1]}"
        source.write_bytes(sys.stdin.buffer.read())
        try:
            for item in grids(source):
                parts = item.as_dict() if isinstance(item, ReadingError) else asdict(item)
                write(json.dumps(parts, ensure_ascii=True) + "\n")
        except ReadingError as error:
            write(json.dumps(error.as_dict(), ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
