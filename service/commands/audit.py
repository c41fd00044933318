"""``yanpan audit``: check the log, export its head, list it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.commands.database import DatabaseOpt, open_existing

app = typer.Typer(help="审计日志:核验、导出末端、列出。", no_args_is_help=True)


@app.command("verify")
def verify(
    head: Annotated[
        Path | None, typer.Option("--head", help="早先导出的末端文件,核验其后没有改写", show_default=False)
    ] = None,
    database: DatabaseOpt = None,
) -> None:
    """从第一条起核验整条链;断链时指出第一条被改动的记录,退出码 3。"""
    from service.audit.verify import read_head
    from service.audit.verify import verify as walk

    anchor = None if head is None else read_head(head)
    with open_existing(database).system_read("cli") as session:
        found = walk(session, anchor)
    typer.echo(f"完整:{found.seq} 条,末端 {found.hash}")
    if anchor is not None:
        typer.echo(f"与第 {anchor.seq} 条处导出的末端一致")


@app.command("head")
def head(
    out: Annotated[Path | None, typer.Option(help="写入的文件;缺省打印到屏幕", show_default=False)] = None,
    database: DatabaseOpt = None,
) -> None:
    """导出链的末端。请存放在本机管理员写不到的地方(打印归档、另一台机器)。"""
    from service.audit.verify import head_of
    from service.items import write_lines

    with open_existing(database).system_read("cli") as session:
        found = head_of(session)
    if out is None:
        typer.echo(found.as_json())
        return
    write_lines(out, [found.as_json()])
    typer.echo(f"已写入 {out}(第 {found.seq} 条)", err=True)


@app.command("list")
def list_(
    last: Annotated[int, typer.Option(min=1, max=10_000, help="最近多少条")] = 50,
    action: Annotated[str | None, typer.Option(help="只列这种操作,如 record.view", show_default=False)] = None,
    actor: Annotated[str | None, typer.Option(help="只列这个用户编号的操作", show_default=False)] = None,
    database: DatabaseOpt = None,
) -> None:
    """列出最近的记录。"""
    from sqlalchemy import select

    from service.store.models.auditing import AuditEntry

    statement = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(last)
    if action is not None:
        statement = statement.where(AuditEntry.action == action)
    if actor is not None:
        statement = statement.where(AuditEntry.actor == actor)
    with open_existing(database).system_read("cli") as session:
        for entry in reversed(session.scalars(statement).all()):
            target = f"{entry.object_type or ''} {entry.object_id or ''}".strip()
            line = (entry.seq, entry.at, entry.actor_kind, entry.actor, entry.action, target, entry.details)
            typer.echo("\t".join(map(str, line)))
