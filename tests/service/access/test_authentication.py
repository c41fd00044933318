"""Passwords, sessions and keys against a real server."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from nlp.errors import InvalidInputError, TooManyAttemptsError
from service.access import Repository
from service.access.accounts import FIRST_LOGIN, create_user, first_start
from service.access.keys import create_key, new_token
from service.access.passwords import check_new_password, hash_password, one_time_password, outdated, verify_password
from service.access.throttle import Throttle
from service.store.models import ApiKey, AuditEntry, User, WebSession
from service.store.types import utc_now
from tests.service.conftest import Api
from tests.service.people import People

NEW = "correct horse 电池 staple"


def sign_in(api: Api, login: str, password: str, status: int = 200) -> httpx.Client:
    client = api.opened()
    answer = client.post("/v1/session", json={"login": login, "password": password})
    assert answer.status_code == status, answer.text
    if status == 200 and answer.json()["csrf_token"]:
        client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return client


def somebody(people: People, repository: Repository, *roles: str) -> tuple[str, str]:
    unit = people.unit()
    with repository.system_write("test") as session:
        user, password = create_user(session, "某李", "某李", unit, list(roles) or ["analyst"], 1)
        assert password is not None
        user.must_change_password = False
        return user.id, password


def test_the_first_administrator_must_change_the_printed_password(repository: Repository, api: Api) -> None:
    password = first_start(repository)
    assert password is not None
    assert first_start(repository) is None
    with repository.system_read("test") as session:
        assert session.scalars(select(User.login)).all() == [FIRST_LOGIN]
    client = sign_in(api, " ADMIN ", password)
    me = client.get("/v1/session").json()
    assert (me["must_change_password"], me["permissions"]) == (True, [])
    assert client.get("/v1/users").status_code == 403
    assert client.put("/v1/session/password", json={"old": "wrong", "new": NEW}).status_code == 401
    assert client.put("/v1/session/password", json={"old": password, "new": "short"}).status_code == 422
    assert client.put("/v1/session/password", json={"old": password, "new": password}).status_code == 422
    before = client.cookies["yanpan_session"]
    changed = client.put("/v1/session/password", json={"old": password, "new": NEW})
    assert changed.status_code == 200
    assert client.cookies["yanpan_session"] != before
    assert client.get("/v1/users").status_code == 200
    assert api.opened({"cookie": f"yanpan_session={before}"}).get("/v1/session").status_code == 401
    sign_in(api, "admin", password, 401)
    sign_in(api, "ａｄｍｉｎ", NEW)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    api: Api, people: People, repository: Repository
) -> None:
    _, password = somebody(people, repository)
    body = {"login": "某李", "password": password}
    cookie = api.opened().post("/v1/session", json=body).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie  # loopback, without TLS
    elsewhere = api.opened().post("/v1/session", json=body, headers={"host": "yanpan.example"}).headers["set-cookie"]
    assert elsewhere.startswith("__Host-yanpan_session=")
    assert "Secure" in elsewhere
    assert api.opened().post("/v1/session", json=body, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_changes_by_cookie_need_the_csrf_token(api: Api, people: People, repository: Repository) -> None:
    _, password = somebody(people, repository)
    client = sign_in(api, "某李", password)
    token = client.headers.pop("x-csrf-token")
    body = {"name": "夜间"}
    assert client.get("/v1/keys").status_code == 200
    assert client.post("/v1/keys", json=body).status_code == 403
    assert client.post("/v1/keys", json=body, headers={"x-csrf-token": "好".encode()}).status_code == 403
    cross = {"x-csrf-token": token, "sec-fetch-site": "cross-site"}
    assert client.post("/v1/keys", json=body, headers=cross).status_code == 403
    assert client.post("/v1/keys", json=body, headers={"x-csrf-token": token}).status_code == 201
    other = sign_in(api, "某李", password)
    assert (
        client.post("/v1/keys", json=body, headers={"x-csrf-token": other.headers["x-csrf-token"]}).status_code == 403
    )


def test_signing_in_again_gives_a_new_session_and_ends_the_old_one(
    api: Api, people: People, repository: Repository
) -> None:
    _, password = somebody(people, repository)
    client = sign_in(api, "某李", password)
    first = client.cookies["yanpan_session"]
    client.post("/v1/session", json={"login": "某李", "password": password})
    assert client.cookies["yanpan_session"] != first
    assert api.opened({"cookie": f"yanpan_session={first}"}).get("/v1/session").status_code == 401
    client.headers["x-csrf-token"] = client.get("/v1/session").json()["csrf_token"]
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/session").status_code == 401


@pytest.mark.parametrize(("column", "age"), [("last_seen_at", timedelta(minutes=31)), ("expires_at", timedelta(0))])
def test_sessions_end_when_unused_and_in_any_case(
    api: Api, people: People, repository: Repository, column: str, age: timedelta
) -> None:
    _, password = somebody(people, repository)
    client = sign_in(api, "某李", password)
    with repository.system_write("test") as session:
        setattr(session.scalars(select(WebSession)).one(), column, utc_now() - age)
    assert client.get("/v1/session").status_code == 401


def test_a_session_in_use_stays_awake(api: Api, people: People, repository: Repository) -> None:
    _, password = somebody(people, repository)
    client = sign_in(api, "某李", password)
    with repository.system_write("test") as session:
        session.scalars(select(WebSession)).one().last_seen_at = utc_now() - timedelta(minutes=20)
    assert client.get("/v1/session").status_code == 200
    with repository.system_read("test") as session:
        assert utc_now() - session.scalars(select(WebSession)).one().last_seen_at < timedelta(minutes=1)


def test_an_account_rests_after_failures_and_nobody_learns_which_names_exist(
    api: Api, people: People, repository: Repository
) -> None:
    user_id, password = somebody(people, repository)
    wrong = {"login": "某李", "password": "wrong"}
    answers = [api.opened().post("/v1/session", json=wrong) for _ in range(5)]
    resting = api.opened().post("/v1/session", json={"login": "某李", "password": password})
    unknown = api.opened().post("/v1/session", json={"login": "无此人", "password": "wrong"})
    assert {(answer.status_code, answer.text) for answer in (*answers, resting, unknown)} == {(401, answers[0].text)}
    with repository.system_write("test") as session:
        session.get_one(User, user_id).locked_until = utc_now() - timedelta(seconds=1)
    sign_in(api, "某李", password)
    with repository.system_read("test") as session:
        assert session.get_one(User, user_id).failed_logins == 0
        refused = session.scalars(select(AuditEntry).where(AuditEntry.action == "session.refuse")).all()
        assert len(refused) == 7
        assert not any("某李" in entry.details or "wrong" in entry.details for entry in refused)


@pytest.mark.settings(login_attempts=3)
def test_an_address_that_keeps_failing_has_to_wait(api: Api, people: People, repository: Repository) -> None:
    _, password = somebody(people, repository)
    for number in range(3):
        sign_in(api, f"无此人{number}", "wrong", 401)
    answer = api.opened().post("/v1/session", json={"login": "某李", "password": password})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 301


def test_the_throttle_forgets_in_time_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("service.access.throttle.time.monotonic", lambda: now[0])
    throttle = Throttle(2)
    for _ in range(2):
        throttle.check("a")
        throttle.failed("a")
    with pytest.raises(TooManyAttemptsError):
        throttle.check("a")
    throttle.check("b")
    now[0] += 301
    throttle.check("a")
    for number in range(10_050):
        throttle.failed(str(number))
    assert len(throttle._failures) <= 10_000


def test_weaker_hashes_are_renewed_at_the_next_sign_in(api: Api, people: People, repository: Repository) -> None:
    from argon2 import PasswordHasher

    user_id, password = somebody(people, repository)
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(password)
    with repository.system_write("test") as session:
        session.get_one(User, user_id).password_hash = weak
    sign_in(api, "某李", password)
    with repository.system_read("test") as session:
        kept = session.get_one(User, user_id).password_hash
    assert kept is not None
    assert kept != weak
    assert not outdated(kept)
    sign_in(api, "某李", password)


def test_passwords() -> None:
    hashed = hash_password("ｐａｓｓｗｏｒｄ-１２３４５")
    assert hashed.startswith("$argon2id$")
    assert verify_password("password-12345", hashed)
    assert not verify_password("password-12346", hashed)
    assert not verify_password("password-12345", None)
    assert not verify_password("password-12345", "no hash at all")
    for bad in ("short", "a" * 40, "abab" * 5, "xx-zhangsan-2026", "x" * 1001):
        with pytest.raises(InvalidInputError):
            check_new_password(bad, "zhangsan")
    check_new_password("正确的马电池订书钉一二三", "zhangsan")
    assert len({one_time_password() for _ in range(100)}) == 100


@pytest.mark.real_hashes
def test_hashes_cost_what_rfc_9106_recommends() -> None:
    hashed = hash_password("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password("correct horse", hashed)


def test_keys_are_stored_as_hashes_and_end(api: Api, people: People, repository: Repository) -> None:
    user_id, _ = somebody(people, repository)
    with repository.system_write("test") as session:
        user = session.get_one(User, user_id)
        key, token = create_key(session, user, "test", expires_at=utc_now() + timedelta(days=1))
        key_id = key.id
    assert len(token) >= 43
    with repository.system_read("test") as session:
        row = session.get_one(ApiKey, key_id)
        assert token not in str(vars(row))
        assert token.startswith(row.prefix)
    client = api.opened({"authorization": f"Bearer {token}"})
    assert client.get("/v1/session").json()["kind"] == "key"
    for change in ({"expires_at": utc_now()}, {"expires_at": utc_now() + timedelta(1), "revoked_at": utc_now()}):
        with repository.system_write("test") as session:
            for name, value in change.items():
                setattr(session.get_one(ApiKey, key_id), name, value)
        assert client.get("/v1/session").status_code == 401
    for made_up in (new_token(), "yp_", "Bearer", "好" * 10):
        answer = api.opened({"authorization": f"Bearer {made_up}".encode()}).get("/v1/session")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_never_reaches_further_than_its_user(api: Api, people: People, repository: Repository) -> None:
    here, below, aside = people.unit("某省/A县"), people.unit("某省/A县/B镇"), people.unit("某省/C县")
    user_id = people.user("analyst", unit="某省/A县", clearance=2)

    def key(**narrowed: object) -> httpx.Client:
        with repository.system_write("test") as session:
            user = session.get_one(User, user_id)
            _, token = create_key(session, user, "t", expires_at=utc_now() + timedelta(1), **narrowed)  # type: ignore[arg-type]
        return api.opened({"authorization": f"Bearer {token}"})

    me = key(scopes=["record.read", "user.manage"], unit_id=below, clearance=4).get("/v1/session").json()
    assert (me["permissions"], me["unit_id"], me["clearance"]) == (["record.read"], below, 2)
    with pytest.raises(Exception, match="no such unit"):
        key(unit_id=aside)
    with pytest.raises(InvalidInputError):
        key(scopes=["everything"])
    narrowed = key(unit_id=below)
    with repository.system_write("test") as session:
        session.get_one(User, user_id).unit_id = aside  # the user was moved: the key's unit is no longer theirs
    assert narrowed.get("/v1/session").status_code == 401
    whole = key()
    with repository.system_write("test") as session:
        session.get_one(User, user_id).disabled_at = utc_now()
    assert whole.get("/v1/session").status_code == 401
    assert here != aside


def test_a_key_that_is_first_used_by_many_at_once_serves_all_and_stays_as_it_was(
    repository: Repository, people: People, api: Api
) -> None:
    key = people.key("analyst")
    with repository.system_read("test") as session:
        before = session.scalars(select(ApiKey)).one().version
    together = threading.Barrier(6)

    def ask(_number: int) -> int:
        client = api.opened()
        together.wait(timeout=30)
        return client.get("/v1/records", headers={"authorization": f"Bearer {key}"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(6))) == [200] * 6
    with repository.system_read("test") as session:
        row = session.scalars(select(ApiKey)).one()
        assert row.last_used_at is not None
        assert row.version == before
