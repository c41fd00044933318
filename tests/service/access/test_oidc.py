"""Signing in through an issuer: a small real one on loopback, honest and dishonest."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from service.access import Repository
from service.access.accounts import create_user
from service.access.oidc import OidcClient
from service.settings import Settings
from service.store.models import User
from service.store.types import utc_now
from tests.service.conftest import Api, serving
from tests.service.databases import Databases
from tests.service.people import People

CALLBACK = "http://127.0.0.1/v1/session/oidc/callback"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite only: what is asked here is the same whatever the database."""
    return databases.url("sqlite", tmp_path)


class Issuer:
    """An OpenID Connect issuer for one client; ``lie`` changes the claims of its tokens, ``key`` signs them."""

    def __init__(self) -> None:
        self.key = self.published = ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256", "use": "sig"})
        self.url = ""
        self.lie: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.metadata)
        self.app.get("/keys")(self.keys)
        self.app.post("/token")(self.token)

    def metadata(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": self.url + "/authorize",
            "token_endpoint": self.url + "/token",
            "jwks_uri": self.url + "/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.published.as_dict(private=False)]}

    async def token(self, request: Request) -> JSONResponse:
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if form["code"] != "the-code" or challenge.decode() != self.asked["code_challenge"] or basic != "yanpan:geheim":
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "某李-7", "aud": "yanpan", "iat": now, "exp": now + 60, "nonce": self.asked["nonce"],
        }  # fmt: skip
        token = jwt.encode({"alg": "ES256", "kid": "1"}, {**claims, **self.lie}, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    with serving(made.app) as url:
        made.url = url
        yield made


@pytest.fixture
def settings(issuer: Issuer) -> Settings:
    return Settings(
        oidc_issuer=issuer.url, oidc_client_id="yanpan", oidc_client_secret="geheim", oidc_redirect_url=CALLBACK
    )


@pytest.fixture
def browser(api: Api, issuer: Issuer, settings: Settings) -> httpx.Client:
    api.app.state.oidc = OidcClient(settings, "secret")
    return api.opened()


def come_back(browser: httpx.Client, issuer: Issuer, **changed: str) -> httpx.Response:
    """The two ways through the browser: to the issuer, and back with a code."""
    sent = browser.get("/v1/session/oidc")
    assert sent.status_code == 307
    issuer.asked = {key: values[0] for key, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert issuer.asked["code_challenge_method"] == "S256"
    assert issuer.asked["redirect_uri"] == CALLBACK
    query = {"code": "the-code", "state": issuer.asked["state"], **changed}
    return browser.get("/v1/session/oidc/callback", params=query)


def known(people: People, repository: Repository, issuer: Issuer) -> str:
    unit = people.unit()
    with repository.system_write("test") as session:
        user, password = create_user(session, "li", "某李", unit, ["analyst"], 1, oidc=(issuer.url, "某李-7"))
        assert password is None
        return user.id


def test_who_an_administrator_made_a_user_for_is_signed_in(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository
) -> None:
    user_id = known(people, repository, issuer)
    answer = come_back(browser, issuer)
    assert answer.status_code == 200, answer.text
    assert "SameSite=strict" in answer.headers["set-cookie"]
    me = browser.get("/v1/session").json()
    assert (me["user_id"], me["roles"]) == (user_id, ["analyst"])
    # No password leads to this account.
    assert browser.post("/v1/session", json={"login": "li", "password": "x"}).status_code == 401


def test_strangers_and_disabled_users_are_refused(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository
) -> None:
    assert come_back(browser, issuer).status_code == 401
    user_id = known(people, repository, issuer)
    with repository.system_write("test") as session:
        session.get_one(User, user_id).disabled_at = utc_now()
    assert come_back(browser, issuer).status_code == 401
    assert browser.get("/v1/session").status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://elsewhere.example"},
        {"aud": "another-client"},
        {"nonce": "replayed"},
        {"exp": 1},
        {"sub": None},
        {"iat": 4102444800},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_tokens_that_are_not_for_this_sign_in_are_refused(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository, lie: dict[str, Any]
) -> None:
    known(people, repository, issuer)
    issuer.lie = lie
    assert come_back(browser, issuer).status_code == 401


def test_tokens_signed_by_another_key_are_refused(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository
) -> None:
    known(people, repository, issuer)
    issuer.key = ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256"})
    assert come_back(browser, issuer).status_code == 401


@pytest.mark.parametrize("changed", [{"state": "another"}, {"code": "stolen"}, {"state": ""}])
def test_answers_that_did_not_begin_here_are_refused(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository, changed: dict[str, str]
) -> None:
    known(people, repository, issuer)
    assert come_back(browser, issuer, **changed).status_code == 401


def test_a_callback_without_its_cookie_is_refused(
    browser: httpx.Client, issuer: Issuer, people: People, repository: Repository, api: Api
) -> None:
    known(people, repository, issuer)
    sent = browser.get("/v1/session/oidc")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    query = {"code": "the-code", "state": state}
    assert api.opened().get("/v1/session/oidc/callback", params=query).status_code == 401
    forged = sent.cookies["yanpan_oidc"][:-1] + "0"
    made_up = api.opened({"cookie": f"yanpan_oidc={forged}"})
    assert made_up.get("/v1/session/oidc/callback", params=query).status_code == 401


def test_without_an_issuer_there_is_no_such_door(api: Api) -> None:
    assert api.opened().get("/v1/session/oidc").status_code == 404


def test_half_a_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="come together"):
        Settings(oidc_issuer="http://x")
