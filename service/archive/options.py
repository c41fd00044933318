"""What a run is asked to do, and the parts of it that travel to worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nlp.errors import ConfigurationError

Finder = Literal["lexicon", "classifier", "both"]
FormatName = Literal["jsonl", "parquet"]
EngineName = Literal["local", "ray"]

MIB = 1024 * 1024
WORKER_BYTES = 1900 * MIB
"""Default memory of one worker: the model takes 0.6 GiB, the rest is for the file in hand."""

DOCUMENTS = "service.archive.documents:documents_of"
"""Which function turns a file into documents; see ``service.archive.documents.Documents``."""

PIPELINE = "nlp.pipeline:load"
"""Which function makes the pipeline; it is given ``finder``."""


@dataclass(frozen=True, slots=True)
class StageOptions:
    """How one file is processed; picklable.

    Attributes:
        root: the source folder; names in records are relative to it.
        spool: folder the records of a file are written to.
        finder: who looks for evidence.
        format: of the parts.
        documents: ``module:function`` of type ``service.archive.documents.Documents``.
        pipeline: ``module:function`` that makes the pipeline.
        threads: torch threads of one worker.
        secret: of the key names are hidden with; None leaves them.
    """

    root: str
    spool: str
    finder: Finder = "both"
    format: FormatName = "jsonl"
    documents: str = DOCUMENTS
    pipeline: str = PIPELINE
    threads: int = 1
    secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What a worker process may use.

    Attributes:
        file_seconds: longest wall time without a finished document, in seconds.
        worker_bytes: resident memory of one worker and its child processes, in bytes; beyond it the worker is killed.
        recycle_files: files after which a worker is replaced (recognition of images leaks).
        recycle_share: a worker above this share of ``worker_bytes`` after a file is replaced.
    """

    file_seconds: float = 300.0
    worker_bytes: int = WORKER_BYTES
    recycle_files: int = 2000
    recycle_share: float = 0.75


@dataclass(frozen=True, slots=True)
class PartLimits:
    """When a part is closed: at the first of these. What is not in a closed part is done again after a crash.

    Attributes:
        max_bytes: of the records in it.
        max_files: source files in it.
        max_seconds: since its first file.
    """

    max_bytes: int = 64 * MIB
    max_files: int = 1000
    max_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """One run.

    Attributes:
        source: the folder (or one file) to read.
        dest: the destination.
        workers: processes; None for as many as cores and memory allow.
        engine: local processes or a Ray cluster.
        upgrade: also do again what an older pipeline or codebook, or another finder, has done.
        retry_failed: do the failed and partly failed files again, and nothing else.
        moved: the source folder was moved since the last run.
        finder: who looks for evidence.
        format: of the parts.
        max_memory: of all workers together, in bytes; None for ``WORKER_BYTES`` each.
        limits: of a worker; ``worker_bytes`` is set from ``max_memory``.
        part: when a part is closed.
        documents: see ``StageOptions``.
        pipeline: see ``StageOptions``.
        address: of a running Ray cluster; None starts one on this machine.
        redaction_key: file of the key names are hidden with (``service.archive.hiding``); None leaves them.
    """

    source: Path
    dest: Path
    workers: int | None = None
    engine: EngineName = "local"
    upgrade: bool = False
    retry_failed: bool = False
    moved: bool = False
    finder: Finder = "both"
    format: FormatName = "jsonl"
    max_memory: int | None = None
    limits: WorkerLimits = WorkerLimits()
    part: PartLimits = PartLimits()
    documents: str = DOCUMENTS
    pipeline: str = PIPELINE
    address: str | None = None
    redaction_key: Path | None = None


def parse_size(text: str) -> int:
    """A size such as ``4G``, ``1.5GB``, ``800M`` or ``1073741824`` in bytes; K, M, G and T are powers of 1024.

    Raises:
        ConfigurationError: it is none, or not positive.
    """
    plain = text.strip().upper().removesuffix("B").removesuffix("I")
    factor = 1024 ** ("KMGT".find(plain[-1:]) + 1) if plain[-1:] in ("K", "M", "G", "T") else 1
    try:
        size = int(float(plain.rstrip("KMGT")) * factor)
    except (ValueError, OverflowError):
        size = 0
    if size <= 0:
        raise ConfigurationError(f"{text!r} is no size", expected="a number with K, M, G or T, e.g. 4G")
    return size
