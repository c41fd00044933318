"""``yanpan backup`` and ``yanpan restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.database import DatabaseOpt

if TYPE_CHECKING:
    from service.backup.places import Places


def backup(
    out: Annotated[Path, typer.Argument(help="备份放入的文件夹;每次在其中新建一个带时间的文件夹", show_default=False)],
    index: Annotated[Path | None, typer.Option(help="案例索引文件夹", show_default=False)] = None,
    database: DatabaseOpt = None,
) -> None:
    """在线备份数据库、后台任务状态、待读文件和案例索引;逐个核对散列并试开,服务不必停。"""
    from service.backup.making import make

    places = _places(index, database)
    _note(places)
    made = make(places, out)
    typer.echo(f"已备份:{made.folder}({made.files} 个文件,{made.size:,} 字节,已核验)")


def restore(
    folder: Annotated[Path, typer.Argument(help="yanpan backup 建立的文件夹", show_default=False)],
    index: Annotated[Path | None, typer.Option(help="案例索引文件夹", show_default=False)] = None,
    database: DatabaseOpt = None,
    check: Annotated[bool, typer.Option("--check", help="只核验备份,不恢复")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="替换已有的数据(旧数据改名保留)")] = False,
) -> None:
    """从备份恢复。服务和后台任务进程须先停止;先核验备份,再整体替换。"""
    from service.backup.restoring import put_back
    from service.backup.verifying import verify

    found = verify(folder)
    if check:
        typer.echo(f"备份完好:{found.files} 个文件,{found.size:,} 字节,审计日志 {found.audit_seq} 条")
        return
    kept = put_back(_places(index, database), folder, replace=replace)
    typer.echo(f"已恢复;审计日志 {found.audit_seq} 条,核验通过")
    for path in kept:
        typer.echo(f"旧数据改名保留:{path}", err=True)


def _note(places: Places) -> None:
    """Enter in the audit log that everything is copied; before it is, so that the copy says where it comes from.

    Before an upgrade the schema is older than this version, and nothing can be entered.
    """
    from service.access import Repository
    from service.audit.log import record
    from service.commands.database import operator
    from service.store import migrate
    from service.store.database import Database

    if places.store is not None and not places.store.is_file():
        return  # opening it would make one
    database = Database(places.database_url)
    try:
        if migrate.current(database) == migrate.head():
            with Repository(database).system_write("cli", operator()) as session:
                record(session, "backup.make", "backup")
    finally:
        database.close()


def _places(index: Path | None, database: str | None) -> Places:
    from service.backup.places import Places
    from service.commands.serve import settings_with

    given = {"index_dir": index, "database": database}
    return Places.of(settings_with({name: value for name, value in given.items() if value is not None}))
