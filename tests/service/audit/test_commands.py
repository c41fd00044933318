"""``yanpan audit``, ``user``, ``unit``, ``key`` and ``migrate`` as an administrator of the machine runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from nlp.errors import AuditChainError, NotFoundError, StoreBehindError
from service.access.authentication import Authenticator
from service.cli import app
from service.opening import open_repository
from service.settings import Settings
from service.store.database import Database
from service.store.models import User


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YANPAN_DATA_DIR", str(tmp_path))
    return tmp_path


def call(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_from_an_empty_folder_to_a_key_that_works(place: Path) -> None:
    with pytest.raises(StoreBehindError):
        call("user", "list")
    call("migrate")
    settings = Settings()
    repository = open_repository(settings)
    call("unit", "create", "a", "某县A镇")
    password = call(
        "user", "create", "Li", "--name", "某李", "--role", "analyst", "--unit", "a", "--clearance", "2"
    ).strip()
    assert len(password) == 23
    assert "某李\t某县A镇\t分析员\t秘密" in call("user", "list")
    assert "  a\t某县A镇" in call("unit", "list")
    token = call("key", "create", "li", "--name", "夜间", "--scope", "case.search").strip()
    authenticator = Authenticator(repository, settings)
    assert authenticator.by_key(token).permissions == set()  # the one-time password was not changed yet
    with repository.system_write("test") as session:
        session.scalars(select(User).where(User.login == "li")).one().must_change_password = False
    assert authenticator.by_key(token).permissions == {"case.search"}
    key_id = call("key", "list").split("\t")[0]
    call("key", "revoke", key_id)
    assert "已吊销" in call("key", "list")
    call("user", "grant", "li", "--role", "reviewer", "--clearance", "0")
    call("user", "reset-password", "li")
    call("user", "disable", "li")
    assert "复核员\t公开\t已停用" in call("user", "list")
    call("unit", "rename", "a", "某县新A镇")
    with pytest.raises(NotFoundError):
        call("user", "disable", "nobody")
    assert "user.disable" in call("audit", "list")
    assert call("audit", "verify").startswith("完整:")
    repository.database.close()


def test_the_head_is_exported_and_checked_and_a_broken_chain_named(place: Path) -> None:
    call("migrate")
    open_repository(Settings()).database.close()
    for code in "abc":
        call("unit", "create", code, f"{code}镇")
    call("audit", "head", "--out", str(place / "head.json"))
    kept = json.loads((place / "head.json").read_text())
    assert kept == {**json.loads(call("audit", "head")), "at": kept["at"]}
    assert "一致" in call("audit", "verify", "--head", str(place / "head.json"))
    database = Database(Settings().database_url)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entries_no_update"))
        connection.execute(text("UPDATE audit_entries SET actor = 'x' WHERE seq = 2"))
    database.close()
    with pytest.raises(AuditChainError, match="entry 2"):
        call("audit", "verify")
