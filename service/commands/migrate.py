"""``yanpan migrate``: bring the database to this version's schema."""

from __future__ import annotations

import typer

from service.commands.database import DatabaseOpt


def migrate(database: DatabaseOpt = None) -> None:
    """把数据库升级到本版本的结构(先备份;全部完成或全部不变)。"""
    from service.settings import load_settings
    from service.store.database import Database
    from service.store.migrate import upgrade

    before, after = upgrade(Database(database or load_settings().database_url))
    if before == after:
        typer.echo(f"数据库已是本版本的结构({after})", err=True)
    else:
        typer.echo(f"已升级:{before or '空库'} → {after}", err=True)
