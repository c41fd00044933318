"""What commands and jobs run over: documents with their ids, failures kept beside them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlp.errors import ReadingError
from nlp.reading import RawDocument, discover, read_path
from nlp.schema import Source
from service.wording.chinese import on_terminal


@dataclass
class ItemStream:
    """Documents of files, folders and JSONL, one after the other; failures are collected, never raised.

    Attributes:
        paths: what to read.
        failures: filled while iterating.
        read: documents given so far.
    """

    paths: Iterable[Path]
    failures: list[ReadingError] = field(default_factory=list)
    read: int = 0

    def __iter__(self) -> Iterator[RawDocument]:
        for path in self.paths:
            try:
                for file in discover([path]):
                    yield from self._file(file)
            except ReadingError as error:
                self.failures.append(error)

    def _file(self, file: Path) -> Iterator[RawDocument]:
        for item in read_path(file):
            if isinstance(item, ReadingError):
                self.failures.append(item)
            else:
                self.read += 1
                yield item


def source_of(document: RawDocument) -> Source:
    """The source block of an annotation."""
    return Source(path=document.path, sha256=document.sha256, media_type=document.media_type)


def errors_path(out: Path) -> Path:
    """``OUT.errors.jsonl`` beside ``OUT.jsonl``."""
    return out.with_name(out.name.removesuffix(".jsonl") + ".errors.jsonl")


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write a text file aside and move it in place, so that a reader never sees half of it; returns the line count."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            for line in lines:
                stream.write(line + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def emit(lines: Iterable[str], out: Path | None, done: str) -> None:
    """Write lines to ``out`` and say so on stderr, or print them to stdout.

    Args:
        lines: made while they are written.
        out: the file, or None for stdout.
        done: what to say, with ``{count}``, e.g. ``已标注 {count} 份``.
    """
    if out is None:
        sys.stdout.writelines(line + "\n" for line in lines)
        return
    count = write_lines(out, lines)
    sys.stderr.write(f"{done.format(count=count)},写入 {out}\n")


def report_failures(failures: list[ReadingError], out: Path | None) -> None:
    """Name every failure on stderr and, where there is an output file, list them beside it.

    Raises:
        SystemExit: with code 3, when anything failed.
    """
    for error in failures:
        sys.stderr.write(f"未能读取：{on_terminal(error)}\n")
    if out is not None:
        written = write_errors(out, failures)
        if written:
            sys.stderr.write(f"{len(failures)} 项失败,清单见 {written}\n")
    if failures:
        raise SystemExit(3)


def write_errors(out: Path, failures: list[ReadingError]) -> Path | None:
    """Write the failures beside ``out``; a file left by an earlier run is removed when there are none."""
    path = errors_path(out)
    if not failures:
        path.unlink(missing_ok=True)
        return None
    write_lines(path, (json.dumps(error.as_dict(), ensure_ascii=False) for error in failures))
    return path
