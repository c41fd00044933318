"""``yanpan key``: API keys, from the machine's own command line."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.database import DatabaseOpt, LoginArg, open_existing, operator, unit_id_of, user_of

app = typer.Typer(help="密钥:建立、列出、吊销。", no_args_is_help=True)


@app.command("create")
def create(
    login: LoginArg,
    name: Annotated[str, typer.Option(help="用途", show_default=False)],
    days: Annotated[int, typer.Option(min=1, max=366, help="有效天数")] = 90,
    scope: Annotated[list[str] | None, typer.Option(help="只给这些权限(可重复);缺省为该用户的全部")] = None,
    unit: Annotated[str | None, typer.Option(help="缩小到这个下级单位(代码)")] = None,
    clearance: Annotated[int | None, typer.Option(min=0, help="降低可阅级别")] = None,
    database: DatabaseOpt = None,
) -> None:
    """为用户建立密钥,打印一次。"""
    from datetime import timedelta

    from service.access.keys import create_key
    from service.audit.log import record
    from service.store.types import utc_now

    with open_existing(database).system_write("cli", operator()) as session:
        user = user_of(session, login)
        key, token = create_key(
            session,
            user,
            name,
            expires_at=utc_now() + timedelta(days=days),
            scopes=scope or None,
            unit_id=unit_id_of(session, unit) if unit else None,
            clearance=clearance,
        )
        record(session, "key.create", "key", key.id, user=user.id, scopes=key.scopes, days=days)
    typer.echo(f"已为 {user.login} 建立密钥 {key.id}(只显示这一次):", err=True)
    typer.echo(token)


@app.command("list")
def list_(database: DatabaseOpt = None) -> None:
    """列出密钥(不含密钥本身)。"""
    from sqlalchemy import select

    from service.store.models.people import ApiKey, User
    from service.store.types import utc_now

    with open_existing(database).system_read("cli") as session:
        rows = session.execute(select(ApiKey, User).join(User, User.id == ApiKey.user_id).order_by(ApiKey.id)).all()
        for key, user in rows:
            ended = key.expires_at is not None and key.expires_at <= utc_now()
            state = "已吊销" if key.revoked_at else "已过期" if ended else "有效"
            until = key.expires_at.date() if key.expires_at else "-"
            typer.echo(f"{key.id}\t{user.login}\t{key.name}\t{key.prefix}…\t{state}\t{until}")


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="密钥编号(yanpan key list)", show_default=False)],
    database: DatabaseOpt = None,
) -> None:
    """吊销密钥。"""
    from nlp.errors import NotFoundError
    from service.access.keys import revoke_key
    from service.audit.log import record
    from service.store.models.people import ApiKey

    with open_existing(database).system_write("cli", operator()) as session:
        key = session.get(ApiKey, key_id)
        if key is None:
            raise NotFoundError("no such key", path=key_id, hint="yanpan key list")
        revoke_key(key)
        record(session, "key.revoke", "key", key.id)
    typer.echo(f"已吊销 {key_id}", err=True)
