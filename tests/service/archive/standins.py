"""A pipeline that costs nothing, and readers that misbehave when a file's text asks for it; imported by workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from nlp.errors import ReadingError
from nlp.reading import RawDocument, read_path
from nlp.schema import Annotation, Clause, Source, Tag
from nlp.structure.normalise import normalise
from nlp.version import PIPELINE_VERSION

HERE = "tests.service.archive.standins"
MIB = 1024 * 1024


class Pipeline:
    """Tags every 某, so that records hold spans."""

    codebook = SimpleNamespace(version="1.0")

    def annotate(self, text: str, *, id: str | None = None, source: Source | None = None) -> Annotation:
        plain = normalise(text).text
        if "标注出错" in plain:
            raise ZeroDivisionError("division by zero")
        tags = [
            Tag(
                start=at,
                end=at + 1,
                quote="某",
                label="integrity",
                family="trait",
                group="廉",
                polarity="+",
                status="observed",
                subject="target",
                kind="fact",
                score=0.5,
                source="lexicon",
            )
            for at, character in enumerate(plain)
            if character == "某"
        ]
        return Annotation(
            id=id or "x",
            source=source or Source(),
            doc_type=None,
            text=plain,
            sections=[],
            turns=[],
            clauses=[Clause(start=0, end=len(plain))],
            tags=tags,
            codebook_version="1.0",
            pipeline_version=PIPELINE_VERSION,
        )


def load(finder: str) -> Pipeline:
    return Pipeline()


def load_slowly(finder: str) -> Pipeline:
    """A pipeline that takes 20 ms a document, so that a run lasts."""
    pipeline = Pipeline()
    quick = pipeline.annotate

    def annotate(text: str, *, id: str | None = None, source: Source | None = None) -> Annotation:
        time.sleep(0.02)
        return quick(text, id=id, source=source)

    pipeline.annotate = annotate  # type: ignore[method-assign]
    return pipeline


def load_and_hang(finder: str) -> Pipeline:
    """A pipeline that hangs at its eighth document, and says so in the file that ``HANGING`` names."""
    pipeline = Pipeline()
    quick = pipeline.annotate
    done = 0

    def annotate(text: str, *, id: str | None = None, source: Source | None = None) -> Annotation:
        nonlocal done
        done += 1
        if done == 8:
            Path(os.environ["HANGING"]).touch()
            time.sleep(3600)
        return quick(text, id=id, source=source)

    pipeline.annotate = annotate  # type: ignore[method-assign]
    return pipeline


def load_nothing(finder: str) -> Pipeline:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def misbehave(path: Path) -> Iterator[RawDocument | ReadingError]:
    """What reading gives, unless the text orders the worker to die, hang, take memory or raise."""
    for item in read_path(path):
        text = item.text if isinstance(item, RawDocument) else ""
        if "死" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "一次" in text and not path.with_suffix(".seen").exists():
            path.with_suffix(".seen").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "卡" in text:
            time.sleep(3600)
        if "吃" in text:
            hoard = bytearray(900 * MIB)
            hoard[::4096] = b"x" * len(hoard[::4096])
            time.sleep(3600)
        if "抛" in text:
            raise RuntimeError("a reader that raises")
        yield item


def load_on_full_disk(finder: str) -> Pipeline:
    """Every spool this worker opens from now on lies on a full disk."""
    from service.archive.formats.lines import LinesFormat, LinesSpool

    LinesFormat.spool = lambda self, path: LinesSpool(Path("/dev/full"))  # type: ignore[method-assign]
    return Pipeline()
