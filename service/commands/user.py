"""``yanpan user``: users, from the machine's own command line."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.database import DatabaseOpt, LoginArg, open_existing, operator, unit_id_of, user_of

app = typer.Typer(help="用户:建立、列出、改权限、重置密码、停用。", no_args_is_help=True)

RoleOpt = Annotated[
    list[str] | None,
    typer.Option(
        "--role", help="角色(可重复):analyst reviewer investigator archivist auditor admin", show_default=False
    ),
]
UnitOpt = Annotated[str | None, typer.Option(help="单位代码;缺省为根单位", show_default=False)]
ClearanceOpt = Annotated[int | None, typer.Option(min=0, help="可阅级别:0 公开 1 内部 2 秘密 3 机密 4 绝密")]


@app.command("create")
def create(
    login: LoginArg,
    role: RoleOpt = None,
    unit: UnitOpt = None,
    clearance: ClearanceOpt = 0,
    name: Annotated[str | None, typer.Option(help="显示的姓名;缺省同用户名")] = None,
    database: DatabaseOpt = None,
) -> None:
    """建立用户,打印一次性密码(首次登录须修改)。"""
    from service.access.accounts import create_user
    from service.audit.log import record

    with open_existing(database).system_write("cli", operator()) as session:
        user, password = create_user(
            session, login, name or login, unit_id_of(session, unit), role or [], clearance or 0
        )
        record(session, "user.create", "user", user.id, roles=user.roles, clearance=user.clearance)
    typer.echo(f"已建立用户 {user.login},一次性密码(只显示这一次):", err=True)
    typer.echo(password)


@app.command("list")
def list_(database: DatabaseOpt = None) -> None:
    """列出用户。"""
    from sqlalchemy import select

    from service.access.roles import LEVELS, ROLE_ZH
    from service.store.models.people import Unit, User

    with open_existing(database).system_read("cli") as session:
        for user, unit in session.execute(select(User, Unit).join(Unit, Unit.id == User.unit_id).order_by(User.login)):
            roles = "、".join(ROLE_ZH[role] for role in user.roles) or "无角色"
            state = "\t已停用" if user.disabled_at else ""
            typer.echo(f"{user.login}\t{user.display_name}\t{unit.name}\t{roles}\t{LEVELS[user.clearance]}{state}")


@app.command("grant")
def grant(
    login: LoginArg,
    role: RoleOpt = None,
    unit: UnitOpt = None,
    clearance: ClearanceOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """改角色(整组替换)、单位、可阅级别;没有给出的不变。"""
    from service.access.accounts import check_roles
    from service.audit.log import record

    with open_existing(database).system_write("cli", operator()) as session:
        user = user_of(session, login)
        check_roles(role or user.roles, user.clearance if clearance is None else clearance)
        user.roles = sorted(set(role)) if role else user.roles
        user.clearance = user.clearance if clearance is None else clearance
        user.unit_id = unit_id_of(session, unit) if unit else user.unit_id
        record(session, "user.change", "user", user.id, roles=user.roles, clearance=user.clearance, unit=user.unit_id)
    typer.echo(f"已修改 {user.login}", err=True)


@app.command("reset-password")
def reset(login: LoginArg, database: DatabaseOpt = None) -> None:
    """给出新的一次性密码,并使其在各处退出登录。"""
    from service.access.accounts import reset_password
    from service.audit.log import record

    with open_existing(database).system_write("cli", operator()) as session:
        user = user_of(session, login)
        password = reset_password(session, user)
        record(session, "password.reset", "user", user.id)
    typer.echo(f"{user.login} 的一次性密码(只显示这一次):", err=True)
    typer.echo(password)


@app.command("disable")
def disable(login: LoginArg, database: DatabaseOpt = None) -> None:
    """停用用户:密钥失效,各处退出登录。"""
    from service.access.accounts import end_sessions
    from service.audit.log import record
    from service.store.types import utc_now

    with open_existing(database).system_write("cli", operator()) as session:
        user = user_of(session, login)
        user.disabled_at = user.disabled_at or utc_now()
        end_sessions(session, user.id)
        record(session, "user.disable", "user", user.id)
    typer.echo(f"已停用 {user.login}", err=True)
