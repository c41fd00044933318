"""What a run tells while it works: a bar where somebody watches, a line a minute in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

_LINE_SECONDS = 60.0


@dataclass
class Tally:
    """What a run has done so far.

    Attributes:
        total: files to be done.
        files: done, failed or found to be copies.
        documents: annotated.
        characters: of them.
        failed: files that gave errors only.
        partly: files that gave documents and errors.
        duplicates: copies.
        began: monotonic seconds.
    """

    total: int = 0
    files: int = 0
    documents: int = 0
    characters: int = 0
    failed: int = 0
    partly: int = 0
    duplicates: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self.began

    def rate(self) -> str:
        """Files and characters a second, in words."""
        seconds = max(self.seconds, 1e-6)
        return f"每秒 {self.files / seconds:.1f} 份文件、{self.characters / seconds:,.0f} 字"

    def line(self) -> str:
        """The state in one line."""
        left = (self.total - self.files) * self.seconds / self.files if self.files else 0
        return (
            f"{self.files}/{self.total} 份文件,{self.documents} 份文书,失败 {self.failed},部分失败 {self.partly},"
            f"重复 {self.duplicates};{self.rate()};约剩 {left / 60:.0f} 分钟"
        )


class Watcher:
    """Shows a tally."""

    def __init__(self, tally: Tally, progress: Progress | None) -> None:
        self._tally = tally
        self._progress = progress
        self._task = None if progress is None else progress.add_task("标注", total=None, note="")
        self._last = time.monotonic()

    def show(self) -> None:
        """Show how it stands now."""
        tally = self._tally
        if self._progress is not None and self._task is not None:
            note = f"{tally.rate()} 失败 {tally.failed + tally.partly}"
            self._progress.update(self._task, completed=tally.files, total=tally.total or None, note=note)
        elif time.monotonic() - self._last >= _LINE_SECONDS:
            self._last = time.monotonic()
            sys.stderr.write(tally.line() + "\n")
            sys.stderr.flush()


@contextmanager
def watcher(tally: Tally, *, shown: bool) -> Iterator[Watcher]:
    """Show a tally on stderr while inside.

    Args:
        tally: changed by the caller.
        shown: False shows nothing but a line a minute.
    """
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield Watcher(tally, None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("剩"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as progress:
        yield Watcher(tally, progress)
