"""What the commands that work on the database share."""

from __future__ import annotations

import getpass
import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from service.access import Repository
    from service.audit.log import Actor
    from service.store.models.people import User

DatabaseOpt = Annotated[
    str | None,
    typer.Option(
        "--database", help="数据库地址;缺省 YANPAN_DATABASE 或 YANPAN_DATA_DIR 下的 SQLite 文件", show_default=False
    ),
]
LoginArg = Annotated[str, typer.Argument(help="用户名", show_default=False)]


def open_existing(url: str | None) -> Repository:
    """The repository of a database that has this version's schema."""
    from service.access import Repository
    from service.settings import load_settings
    from service.store import migrate
    from service.store.database import Database

    database = Database(url or load_settings().database_url)
    migrate.require_head(database)
    return Repository(database)


def operator() -> Actor:
    """Whoever works at this machine's command line, for the audit log."""
    from service.audit.log import Actor

    name = re.sub(r"[^A-Za-z0-9._-]", "_", getpass.getuser())[:50]
    return Actor(f"cli:{name}", "system")


def user_of(session: Session, login: str) -> User:
    """The user with a sign-in name.

    Raises:
        NotFoundError: there is none.
    """
    from sqlalchemy import select

    from nlp.errors import NotFoundError
    from service.access.accounts import fold_login
    from service.store.models.people import User

    user = session.scalar(select(User).where(User.login == fold_login(login)))
    if user is None:
        raise NotFoundError("no such user", path=login, hint="yanpan user list")
    return user


def unit_id_of(session: Session, code: str | None) -> str:
    """The id of the unit with a code; of the root unit for None.

    Raises:
        NotFoundError: there is none.
    """
    from sqlalchemy import select

    from nlp.errors import NotFoundError
    from service.store.models.people import Unit

    wanted = Unit.parent_id.is_(None) if code is None else Unit.code == code
    found = session.scalar(select(Unit.id).where(wanted))
    if found is None:
        raise NotFoundError("no such unit", path=code, hint="yanpan unit list")
    return found
