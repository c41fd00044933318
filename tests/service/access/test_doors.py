"""Which doors are open to whom: nothing by default, and the demo on loopback only."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.access.roles import ROLES
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import Api, Run
from tests.service.databases import Databases
from tests.service.forked import Forked, ForkServer

OPEN = {
    ("get", "/healthz"),
    ("post", "/v1/session"),
    ("get", "/v1/session/oidc"),
    ("get", "/v1/session/oidc/callback"),
}
# What each role may ask for without knowing of any object, beside who they are.
ALLOWED = {
    "analyst": {"annotate", "segment", "search", "keys", "units"},
    "reviewer": {"annotate", "segment", "search", "keys", "units"},
    "investigator": {"annotate", "segment", "search", "keys", "units"},
    "archivist": {"annotate", "segment", "search", "cases", "keys", "units"},
    "auditor": {"audit", "keys", "units"},
    "admin": {"users", "keys", "units", "+units"},
}
REQUESTS = {
    "annotate": ("POST", "/v1/annotate"),
    "segment": ("POST", "/v1/segment"),
    "search": ("POST", "/v1/search"),
    "cases": ("POST", "/v1/cases"),
    "keys": ("GET", "/v1/keys"),
    "units": ("GET", "/v1/units"),
    "+units": ("POST", "/v1/units"),
    "users": ("GET", "/v1/users"),
    "audit": ("GET", "/v1/audit"),
}


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite only: what is asked here is the same whatever the database."""
    return databases.url("sqlite", tmp_path)


def test_nothing_answers_a_stranger(api: Api) -> None:
    client = api.opened()
    spec = api.app.openapi()
    asked = 0
    for path, methods in spec["paths"].items():
        for method in methods:
            if (method, path) in OPEN:
                continue
            answer = client.request(method, path.replace("{id}", "0193e3a0-0000-7000-8000-000000000000"))
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            asked += 1
    assert asked >= 20


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_gets_exactly_what_it_may_ask_for(api: Api, role: str) -> None:
    client = api.client(role)
    for name, (method, path) in REQUESTS.items():
        # An empty body is refused as such (422) only behind the door.
        answer = client.request(method, path, json={} if method == "POST" else None)
        expected = {422} if method == "POST" else {200}
        assert answer.status_code in (expected if name in ALLOWED[role] else {403}), (role, name, answer.text)


def test_the_key_does_not_come_back_anywhere(api: Api) -> None:
    client = api.client("admin")
    token = client.headers["authorization"].split()[1]
    for path in ("/v1/session", "/v1/keys", "/v1/users"):
        assert token not in client.get(path).text


def test_the_demo_needs_no_sign_in_but_answers_its_own_machine_only(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, index_dir=tmp_path / "i", warm_up=False, insecure_demo=True))
    client = TestClient(app, base_url="http://127.0.0.1:8017")
    assert client.get("/v1/session").json()["kind"] == "demo"
    assert client.get("/v1/users").status_code == 200
    assert client.get("/v1/session", headers={"host": "yanpan.example"}).status_code == 403
    for header in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/v1/keys", json={"name": "x"}, headers=header).status_code == 403
    assert client.post("/v1/keys", json={"name": "x"}, headers={"origin": "http://127.0.0.1:8017"}).status_code == 201
    app.state.repository.database.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "yanpan.example"])
def test_the_demo_binds_to_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Settings(insecure_demo=True, host=host)


def test_the_command_line_refuses_an_open_demo(run: Run, tmp_path: Path) -> None:
    done = run("serve", "--insecure-demo", "--host", "0.0.0.0", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    assert done.returncode == 2
    assert "loopback" in done.stderr
    assert not (tmp_path / "x.db").exists()


def test_a_first_start_prints_one_password_once(fork_server: ForkServer, tmp_path: Path) -> None:
    environment = {**os.environ, "YANPAN_DATA_DIR": str(tmp_path), "YANPAN_WARM_UP": "false"}
    told = []
    for _ in range(2):
        process = fork_server.start("service", ["serve", "--port", "0"], cwd=tmp_path, env=environment)
        try:
            _until(process, "worker started")
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        finally:
            process.kill()
        told.append(process.told())
    assert ["一次性密码" in text for text in told] == [True, False]
    (line,) = (line for line in told[0].splitlines() if "一次性密码" in line)
    assert "admin" in line


def _until(process: Forked, words: str) -> None:
    for _ in range(600):
        if words in process.told():
            return
        assert process.poll() is None, process.told()
        time.sleep(0.05)
    raise AssertionError(process.told())
