"""``yanpan serve``: the HTTP API."""

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
    insecure_demo: Annotated[
        bool, typer.Option("--insecure-demo", help="演示:不用登录,任何人可做任何事;只能监听本机回环地址")
    ] = False,
) -> None:
    """启动 HTTP 服务。空库首次启动时建立管理员,并打印一次性密码。"""
    import uvicorn

    from service.app import create_app

    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "index_dir": index,
        "database": database,
        "migrate_on_start": migrate or None,
        "insecure_demo": insecure_demo or None,
    }
    settings = _settings({name: value for name, value in given.items() if value is not None})
    if settings.insecure_demo:
        typer.echo("演示模式:没有登录,不要用于真实材料。", err=True)
    typer.echo(f"接口文档:http://{settings.host}:{settings.port}/docs", err=True)
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="warning", access_log=False)


def _settings(given: dict[str, Any]) -> Settings:
    """The environment's settings with the options in their place, checked together."""
    from pydantic import ValidationError

    from nlp.errors import ConfigurationError
    from service.settings import Settings

    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{first['loc'][0]}: " if first["loc"] else ""
        raise ConfigurationError(f"{name}{first['msg']}", hint="change the option or the variable") from None
