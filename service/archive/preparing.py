"""Before a run: do its options fit the machine and the archive?"""

from __future__ import annotations

from dataclasses import replace

from nlp.errors import ArchiveError, ConfigurationError
from nlp.redaction import read_key_file
from service.archive.engines.contract import Engine
from service.archive.hiding import Hiding, open_key
from service.archive.layout import Layout
from service.archive.manifest import Manifest
from service.archive.memory import core_count, machine_bytes
from service.archive.options import WORKER_BYTES, RunOptions, StageOptions
from service.archive.source import root_of


def worker_count(options: RunOptions) -> int:
    """Processes of a run: as asked, else as many as cores and memory allow.

    Raises:
        ConfigurationError: fewer than one.
    """
    if options.workers is not None:
        if options.workers < 1:
            raise ConfigurationError(f"{options.workers} workers", expected="1 or more")
        return options.workers
    memory = options.max_memory or machine_bytes() * 3 // 4
    return max(1, min(core_count(), memory // WORKER_BYTES))


def make_engine(options: RunOptions, layout: Layout) -> Engine:
    """The engine of a run.

    Raises:
        MissingExtraError: Ray is asked for and not installed.
    """
    workers = worker_count(options)
    share = WORKER_BYTES if options.max_memory is None else options.max_memory // workers
    limits = replace(options.limits, worker_bytes=share)
    stage = StageOptions(
        root=str(root_of(options.source)),
        spool=str(layout.spool.resolve()),
        finder=options.finder,
        format=options.format,
        documents=options.documents,
        pipeline=options.pipeline,
        secret=None if options.redaction_key is None else read_key_file(options.redaction_key).secret,
    )
    if options.engine == "ray":
        from service.archive.engines.cluster import ClusterEngine

        return ClusterEngine(stage, workers, limits, address=options.address)
    from service.archive.engines.local import LocalEngine

    return LocalEngine(stage, workers, limits)


def hiding_of(options: RunOptions, layout: Layout) -> Hiding | None:
    """What hides names in this run; None where they stay.

    Raises:
        ArchiveError: the key lies in the destination.
        RedactionKeyError: the key file is missing or unusable.
    """
    if options.redaction_key is None:
        return None
    return Hiding(open_key(options.redaction_key, options.dest, is_new=not layout.manifest.exists()).secret)


def check_settings(options: RunOptions, manifest: Manifest, hiding: Hiding | None = None) -> None:
    """Compare with what earlier runs of the archive were asked, and note what this one is asked.

    Raises:
        ArchiveError: another source or format, another key, names hidden now and not before, or the other way round.
        ConfigurationError: another finder, without ``upgrade``.
    """
    source = str(root_of(options.source))
    source = source if hiding is None else hiding.name(source)
    key_id = "" if hiding is None else hiding.key_id
    known = manifest.setting("source")
    if known is not None and (manifest.setting("redaction") or "") != key_id:
        before = manifest.setting("redaction")
        raise ArchiveError(
            f"this archive was begun with key {before}" if before else "this archive was begun without --redact",
            path=str(options.dest),
            expected="the same as before",
            hint="use the same --redact and --redact-key, or another --out",
        )
    if known is not None and known != source and not options.moved:
        raise ArchiveError(
            f"this archive was made from {known}",
            path=str(options.dest),
            hint="use another --out, or --moved when the folder was only moved or renamed",
        )
    form = manifest.setting("format")
    if form is not None and form != options.format:
        raise ArchiveError(
            f"the parts of this archive are {form}",
            path=str(options.dest),
            expected=options.format,
            hint=f"go on with --format {form}, or use another --out",
        )
    finder = manifest.setting("finder")
    if finder is not None and finder != options.finder and not options.upgrade:
        raise ConfigurationError(
            f"this archive was annotated with the finder {finder}, and {options.finder} is asked for now",
            path=str(options.dest),
            hint=f"go on with --finder {finder}, or have everything done again with --upgrade",
        )
    asked = {"source": source, "format": options.format, "finder": options.finder, "redaction": key_id}
    for key, value in asked.items():
        if manifest.setting(key) != value:
            manifest.set(key, value)
