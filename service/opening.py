"""Opening the database for a service: its schema, and the first administrator."""

from __future__ import annotations

import sys

from service.access.accounts import FIRST_LOGIN, first_start
from service.access.repository import Repository
from service.settings import Settings
from service.store import migrate
from service.store.database import Database


def open_repository(settings: Settings) -> Repository:
    """The repository that the settings name. An empty database gets its schema and its first administrator.

    The administrator's one-time password is printed to stderr, once; it must be changed at the first sign-in.

    Raises:
        StoreBehindError: the schema is another version's, and migrating was not asked for.
        ConfigurationError: the database cannot be used.
    """
    database = Database(settings.database_url)
    if settings.migrate_on_start or migrate.is_empty(database):
        migrate.upgrade(database)
    migrate.require_head(database)
    repository = Repository(database)
    if not settings.insecure_demo:
        password = first_start(repository)
        if password is not None:
            sys.stderr.write(
                f"首次启动,已建立管理员:用户名 {FIRST_LOGIN},一次性密码 {password}(首次登录须修改,只显示这一次)\n"
            )
    return repository
