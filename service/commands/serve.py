"""``yanpan serve``: the HTTP API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="监听地址,缺省 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="监听端口,缺省 8017")] = None,
    index: Annotated[Path | None, typer.Option(help="案例索引文件夹")] = None,
) -> None:
    """启动 HTTP 服务。"""
    import uvicorn

    from service.app import create_app
    from service.settings import load_settings

    settings = load_settings()
    if index is not None:
        settings = settings.model_copy(update={"index_dir": index})
    address, number = host or settings.host, settings.port if port is None else port
    typer.echo(f"接口文档:http://{address}:{number}/docs", err=True)
    uvicorn.run(create_app(settings), host=address, port=number, log_level="warning", access_log=False)
