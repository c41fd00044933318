"""``yanpan unit``: the tree of units, from the machine's own command line."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.database import DatabaseOpt, open_existing, operator, unit_id_of

app = typer.Typer(help="单位:建立、列出、改名。", no_args_is_help=True)

CodeArg = Annotated[str, typer.Argument(help="单位代码", show_default=False)]
NameArg = Annotated[str, typer.Argument(help="全称(全树唯一,案例以此注明单位)", show_default=False)]


@app.command("create")
def create(
    code: CodeArg,
    name: NameArg,
    parent: Annotated[str | None, typer.Option(help="上级单位的代码;缺省为根单位", show_default=False)] = None,
    database: DatabaseOpt = None,
) -> None:
    """建立单位。"""
    from service.audit.log import record
    from service.store.units import add_unit

    with open_existing(database).system_write("cli", operator()) as session:
        unit = add_unit(session, code, name, unit_id_of(session, parent))
        record(session, "unit.create", "unit", unit.id, parent=unit.parent_id)
    typer.echo(f"已建立单位 {unit.name}", err=True)


@app.command("rename")
def rename(code: CodeArg, name: NameArg, database: DatabaseOpt = None) -> None:
    """改全称。"""
    from service.audit.log import record
    from service.store.models.people import Unit

    with open_existing(database).system_write("cli", operator()) as session:
        unit = session.get_one(Unit, unit_id_of(session, code))
        unit.name = name
        record(session, "unit.change", "unit", unit.id, fields=["name"])
    typer.echo(f"已改为 {name}", err=True)


@app.command("list")
def list_(database: DatabaseOpt = None) -> None:
    """按层级列出单位。"""
    from sqlalchemy import select

    from service.store.models.people import Unit

    with open_existing(database).system_read("cli") as session:
        children: dict[str | None, list[Unit]] = {}
        for unit in session.scalars(select(Unit).order_by(Unit.code)):
            children.setdefault(unit.parent_id, []).append(unit)
    waiting = [(unit, 0) for unit in reversed(children.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        typer.echo(f"{'  ' * depth}{unit.code}\t{unit.name}")
        waiting.extend((child, depth + 1) for child in reversed(children.get(unit.id, [])))
