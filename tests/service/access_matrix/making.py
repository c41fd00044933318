"""Sceneries made once and copied: making one takes a hundred requests, copying one no time."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import event

from service.access import Repository, passwords
from service.app import create_app
from service.jobs.contract import Tools
from service.settings import Settings
from service.store import migrate
from service.store.database import Database
from tests.service.access_matrix.scenery import Client, Scenery, build
from tests.service.people import People
from tests.service.working import LightEngine

_FILE = "store.db"


def opened(folder: Path) -> Database:
    """The database of a folder, which has to last as long as a test."""
    database = Database(f"sqlite:///{folder / _FILE}")

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(database.engine, "connect", hurry)
    return database


def settings_of(folder: Path) -> Settings:
    """Settings of a service whose whole state is in one folder."""
    return Settings(
        data_dir=folder, index_dir=folder / "index", warm_up=False, login_attempts=1_000_000, max_body_bytes=1_000_000
    )


@cache
def _template() -> tuple[Path, Scenery]:
    folder = Path(tempfile.mkdtemp(prefix="yanpan-scenery-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = opened(folder)
    migrate.upgrade(database)
    with pytest.MonkeyPatch.context() as patch:
        # Sign-ins are no subject here, and a real hash takes as long as twenty requests.
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        made = build(People(Repository(database)), settings_of(folder))
    database.close()
    return folder, made


@contextmanager
def copied(folder: Path) -> Iterator[Scenery]:
    """A scenery of one's own in a folder."""
    source, template = _template()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    with served(template, folder) as made:
        yield made


@contextmanager
def served(template: Scenery, folder: Path) -> Iterator[Scenery]:
    """The same people and ids over the state in a folder."""
    database = opened(folder)
    people = People(Repository(database))
    people.units, people._users = dict(template.people.units), template.people._users
    settings = settings_of(folder)
    tools = Tools(people.repository, LightEngine(settings), settings)
    app = create_app(settings, people.repository)
    app.state.engine = tools.engine
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as transport:
        readers = {role: Client(transport, None) for role in template.readers}
        for role, client in readers.items():
            client.headers = template.readers[role].headers
        yield replace(template, tools=tools, people=people, app=app, transport=transport, readers=readers)
    database.close()
