"""``yanpan worker``: the background work in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands.database import DatabaseOpt


def worker(
    index: Annotated[Path | None, typer.Option(help="案例索引文件夹", show_default=False)] = None,
    database: DatabaseOpt = None,
) -> None:
    """单独一个进程做后台任务(批次、索引同步、提醒);与 yanpan serve --no-worker 同用。一个数据文件夹只许一个。"""
    import signal
    from threading import Event

    from service.access import Repository
    from service.commands.serve import settings_with
    from service.engine import Engine
    from service.jobs.contract import Tools
    from service.jobs.worker import Worker
    from service.operation.logs import set_up
    from service.store import migrate
    from service.store.database import Database

    given: dict[str, Any] = {"index_dir": index, "database": database}
    settings = settings_with({name: value for name, value in given.items() if value is not None})
    set_up(settings.log_format, settings.log_level)
    store = Database(settings.database_url)
    migrate.require_head(store)
    engine = Engine(settings)
    if settings.warm_up:
        engine.warm_up()
    made = Worker(Tools(Repository(store), engine, settings))
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    made.start()
    typer.echo("后台任务进程已启动", err=True)
    ended.wait()
    made.stop()
    store.close()
