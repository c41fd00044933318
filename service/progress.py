"""Progress on stderr, only where somebody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

_COLUMNS = (
    SpinnerColumn(),
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


@contextmanager
def progress_bar(name: str, *, total: int | None = None, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """A progress bar; the value is called with how many steps were done since the last call."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda _steps: None
        return
    with Progress(*_COLUMNS, console=console, transient=True) as progress:
        task = progress.add_task(name, total=total)
        yield lambda steps: progress.advance(task, steps)


@contextmanager
def stage_progress() -> Iterator[Callable[[str, int, int], None]]:
    """One bar a stage of work; the value is called with the stage's name, steps done and steps in all."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage, _done, _total: None
        return
    with Progress(*_COLUMNS, console=console, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            task = tasks.get(stage)
            if task is None:
                task = tasks[stage] = progress.add_task(stage, total=total or None)
            progress.update(task, completed=done, total=total or None)

        yield show
