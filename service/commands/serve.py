"""``yanpan serve``: the HTTP API, with the background work in the same process unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.database import DatabaseOpt

if TYPE_CHECKING:
    from service.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="监听地址,缺省 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="监听端口,缺省 8017")] = None,
    index: Annotated[Path | None, typer.Option(help="案例索引文件夹")] = None,
    database: DatabaseOpt = None,
    migrate: Annotated[bool, typer.Option("--migrate", help="先把旧结构的数据库升级到本版本")] = False,
    worker: Annotated[
        bool | None,
        typer.Option("--worker/--no-worker", help="是否在本进程内做后台任务;缺省做", show_default=False),
    ] = None,
    insecure_demo: Annotated[
        bool, typer.Option("--insecure-demo", help="演示:不用登录,任何人可做任何事;只能监听本机回环地址")
    ] = False,
) -> None:
    """启动 HTTP 服务。空库首次启动时建立管理员,并打印一次性密码。"""
    from service.operation.memory import keep_few_heaps

    keep_few_heaps()  # first, as what is imported now starts threads
    import uvicorn

    from service.app import create_app
    from service.operation.logs import set_up

    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "index_dir": index,
        "database": database,
        "migrate_on_start": migrate or None,
        "worker_inside": worker,
        "insecure_demo": insecure_demo or None,
    }
    settings = settings_with({name: value for name, value in given.items() if value is not None})
    set_up(settings.log_format, settings.log_level)
    if settings.insecure_demo:
        typer.echo("演示模式:没有登录,不要用于真实材料。", err=True)
    app = create_app(settings)
    typer.echo(f"接口文档:http://{settings.host}:{settings.port}/docs", err=True)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    _serve(uvicorn.Server(config), app, settings)


def _serve(server: Any, app: Any, settings: Settings) -> None:
    import signal

    from service.jobs.contract import Tools
    from service.jobs.worker import Worker

    if not settings.worker_inside:
        server.run()
        return
    made = Worker(Tools(app.state.repository, app.state.engine, settings))
    # The server raises the signal that ended it once more when it is through, which would end the worker on the spot.
    signal.signal(signal.SIGTERM, lambda *_: server.handle_exit(signal.SIGTERM, None))
    made.start()
    try:
        server.run()
    finally:
        made.stop()


def settings_with(given: dict[str, Any]) -> Settings:
    """The environment's settings with the options in their place, checked together."""
    from pydantic import ValidationError

    from nlp.errors import ConfigurationError
    from service.settings import Settings

    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{first['loc'][0]} (YANPAN_{str(first['loc'][0]).upper()}): " if first["loc"] else ""
        raise ConfigurationError(f"{name}{first['msg']}", hint="change the option or the variable") from None
