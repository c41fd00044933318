"""One run over an archive: what waits is claimed, an engine works on it, parts are committed as they fill."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from nlp.codebook import Codebook
from nlp.errors import ArchiveError
from nlp.version import PIPELINE_VERSION
from service.archive.claims import Claims
from service.archive.derived import write_errors, write_groups
from service.archive.engines.contract import Engine
from service.archive.formats import format_of
from service.archive.hiding import Hiding
from service.archive.layout import Layout
from service.archive.lock import run_lock
from service.archive.manifest import Manifest
from service.archive.manifest.rows import Versions
from service.archive.options import RunOptions
from service.archive.outcome import FileOutcome, Seconds
from service.archive.parts import PartWriter
from service.archive.preparing import check_settings, hiding_of, make_engine
from service.archive.recovery import Recovered, recover
from service.archive.source import root_of, scan
from service.archive.stopping import stop_on_signals
from service.archive.watching import Tally, watcher

Ended = Literal["finished", "stopped", "broken off"]


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went.

    Attributes:
        tally: what it did.
        recovered: what a dead run had left.
        ended: whether everything was done.
        signal: the number of the signal that stopped it.
        worked: seconds of all workers together.
        joining: seconds the run itself spent on joining and committing parts.
        seconds: wall time of the work, without the grouping.
        loading: how much of it passed before the first worker was ready.
        peak_bytes: most memory all processes took together.
        workers: processes.
        groups: groups of near-duplicates in the archive, None when they were not looked for.
        waiting: files left to be done.
    """

    tally: Tally
    recovered: Recovered
    ended: Ended
    signal: int | None
    worked: Seconds
    joining: float
    seconds: float
    loading: float
    peak_bytes: int
    workers: int
    groups: int | None
    waiting: int


def run_archive(options: RunOptions, *, shown: bool = False) -> Report:
    """Annotate what is missing in an archive.

    Args:
        options: what to do.
        shown: whether to show a progress bar on a terminal.

    Raises:
        ArchiveLockedError: another run is on.
        ArchiveError: the destination belongs to another source or format, or cannot be written.
        ConfigurationError: workers and memory do not fit, or another finder was used before.
        RedactionKeyError: names are to be hidden and the key is missing or unusable.
        ReadingError: the source does not exist.
        StoppedAtOnceError: a second signal came; what was committed is whole.
    """
    root_of(options.source)
    layout = Layout(options.dest)
    with _as_archive_error(layout):
        layout.dest.mkdir(parents=True, exist_ok=True)
        with run_lock(layout.lock):
            hiding = hiding_of(options, layout)
            manifest = Manifest(layout.manifest)
            try:
                return _Run(options, layout, manifest, hiding).run(shown=shown)
            finally:
                manifest.close()


class _Run:
    """A run that holds the lock."""

    def __init__(self, options: RunOptions, layout: Layout, manifest: Manifest, hiding: Hiding | None) -> None:
        self.options = options
        self.layout = layout
        self.manifest = manifest
        self.hiding = hiding
        self.versions = Versions(PIPELINE_VERSION, str(Codebook.load().version), options.finder)
        self.tally = Tally()
        self.worked = Seconds()
        self.joining = 0.0
        self.signal: int | None = None
        self.engine: Engine | None = None

    def run(self, *, shown: bool) -> Report:
        options, manifest = self.options, self.manifest
        check_settings(options, manifest, self.hiding)
        recovered = recover(self.layout, manifest)
        write_errors(self.layout)
        if options.retry_failed:
            manifest.ask_retry()
        else:
            found = scan(options.source, options.dest)
            manifest.register(found if self.hiding is None else self.hiding.found(found))
        if options.upgrade:
            manifest.ask_upgrade(self.versions)
        with stop_on_signals(self._stop), watcher(self.tally, shown=shown) as show:
            files = manifest.waiting(tried_only=options.retry_failed)
            number = 0
            ended: Ended = "finished"
            while files and self.signal is None:
                self.engine = self.engine or make_engine(options, self.layout)
                number = number or manifest.begin_run(options.engine, self.engine.workers)
                self.tally.total += len(files)
                try:
                    self._work(files, self.engine, show.show)
                except BaseException:
                    self._note(number, "broken off")
                    raise
                files = [] if self.signal is not None or not manifest.ask_copies() else manifest.waiting()
            if self.signal is not None:
                ended = "stopped"
            seconds = self.tally.seconds
            if number:
                self._note(number, ended)
            done = ended == "finished" and (number or not self.layout.groups.exists())
            groups = write_groups(self.layout) if done else None
        return Report(
            self.tally,
            recovered,
            ended,
            self.signal,
            self.worked,
            self.joining,
            seconds,
            0.0 if self.engine is None or self.engine.ready is None else self.engine.ready - self.tally.began,
            0 if self.engine is None else self.engine.peak_bytes,
            0 if self.engine is None else self.engine.workers,
            groups,
            len(manifest.waiting()),
        )

    def _stop(self, number: int) -> None:
        self.signal = number
        if self.engine is not None:
            self.engine.stop()

    def _work(self, files: Sequence[int], engine: Engine, show: Callable[[], None]) -> None:
        claims = Claims(self.manifest, root_of(self.options.source), self._copies, self.hiding)
        writer = PartWriter(
            self.layout, self.manifest, format_of(self.options.format), self.options.part, self.versions
        )
        outcomes = engine.process(claims.tasks(files))
        try:
            for outcome in outcomes:
                begin = time.perf_counter()
                if outcome is not None and outcome.file in claims.in_hand:
                    claims.in_hand.discard(outcome.file)
                    self._count(outcome)
                    writer.add(outcome)
                elif outcome is not None and outcome.spool is not None:
                    # On a cluster a file may be done twice; the first outcome counts.
                    (self.layout.spool / outcome.spool).unlink(missing_ok=True)
                writer.commit_if_due()
                self.joining += time.perf_counter() - begin
                show()
            begin = time.perf_counter()
            writer.commit()
            self.manifest.put_back(claims.in_hand)
            self.joining += time.perf_counter() - begin
            if claims.in_hand and self.signal is None:
                raise ArchiveError(
                    f"the engine ended without a word about {len(claims.in_hand)} files",
                    path=str(self.layout.dest),
                    hint="start the run again; it does what is missing",
                )
        except BaseException:
            engine.kill()
            writer.abandon()
            raise

    def _copies(self, count: int) -> None:
        self.tally.files += count
        self.tally.duplicates += count

    def _count(self, outcome: FileOutcome) -> None:
        self.tally.files += 1
        self.tally.documents += len(outcome.documents)
        self.tally.characters += sum(row.characters for row in outcome.documents)
        if outcome.errors:
            if outcome.documents:
                self.tally.partly += 1
            else:
                self.tally.failed += 1
        self.worked.add(outcome.seconds)

    def _note(self, number: int, ended: Ended) -> None:
        self.manifest.end_run(
            number,
            ended=ended,
            files=self.tally.files,
            documents=self.tally.documents,
            characters=self.tally.characters,
            seconds=self.tally.seconds,
            worked=self.worked,
            joining=self.joining,
            peak_bytes=0 if self.engine is None else self.engine.peak_bytes,
        )


@contextmanager
def _as_archive_error(layout: Layout) -> Iterator[None]:
    """A disk that is full or gone as an error that says what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ArchiveError(
            f"the archive cannot be written: {reason}",
            path=str(getattr(error, "filename", None) or layout.dest),
            hint="make room or mend the disk, then start the run again; what was committed is whole",
        ) from error
