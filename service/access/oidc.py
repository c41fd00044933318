"""Signing in through an OpenID Connect issuer: authorization code with PKCE, state and nonce.

Who comes this way is a user that an administrator made for them beforehand, found by issuer and subject. What they may do
stands in the store, not in the token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from nlp.errors import ConfigurationError, UnauthenticatedError
from service.settings import Settings

STATE_COOKIE = "yanpan_oidc"
STATE_S = 600
_ALGORITHMS = ["RS256", "ES256", "EdDSA", "PS256", "RS384", "RS512", "ES384", "ES512"]
_TIMEOUT_S = 10
_LEEWAY_S = 60


class OidcClient:
    """The client of one issuer. Needs the extra ``yanpan[oidc]``.

    Args:
        settings: with issuer, client id, redirect URL and, for confidential clients, the secret.
        secret: signs what travels in the browser's cookie between the two requests.
    """

    def __init__(self, settings: Settings, secret: str) -> None:
        try:
            import authlib.integrations.httpx_client
        except ImportError as error:
            raise ConfigurationError(
                "signing in through an issuer needs the extra oidc", hint="pip install 'yanpan[oidc]'"
            ) from error
        self._settings = settings
        self._secret = secret.encode()
        self._metadata: dict[str, Any] | None = None
        self._clients = authlib.integrations.httpx_client

    def begin(self) -> tuple[str, str]:
        """The issuer's address to send the browser to, and the value of the state cookie."""
        state = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._known()["authorization_endpoint"],
                state=state["state"],
                nonce=state["nonce"],
                code_verifier=state["verifier"],
            )
        return str(url), self._seal({**state, "until": int(time.time()) + STATE_S})

    def finish(self, query: Mapping[str, str], cookie: str | None) -> tuple[str, str]:
        """Issuer and subject of who came back.

        Args:
            query: of the callback: ``code`` and ``state``.
            cookie: the state cookie.

        Raises:
            UnauthenticatedError: the answer does not belong to this browser, the issuer refuses, or its token is not valid.
        """
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError
        from joserfc.errors import JoseError

        kept = self._unseal(cookie)
        if not hmac.compare_digest(query.get("state", "").encode(), str(kept["state"]).encode()):
            raise _refused("the state does not belong to this browser")
        if "code" not in query:
            raise _refused("the issuer gave no code")
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self._known()["token_endpoint"], code=query["code"], code_verifier=kept["verifier"]
                )
            claims = self._claims(token, str(kept["nonce"]))
        except (AuthlibBaseError, JoseError, HTTPError, KeyError, ValueError) as error:
            raise _refused(f"the issuer's answer is not valid ({type(error).__name__})") from None
        return str(claims["iss"]), str(claims["sub"])

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet

        keys: Any = _fetch(self._known()["jwks_uri"])
        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self._settings.oidc_issuer},
                "aud": {"essential": True, "value": self._settings.oidc_client_id},
            },
            params={
                "nonce": nonce,
                "client_id": self._settings.oidc_client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY_S)
        return dict(claims)

    def _known(self) -> dict[str, Any]:
        """The issuer's own description, fetched once."""
        if self._metadata is None:
            issuer = str(self._settings.oidc_issuer)
            found = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise ConfigurationError("the issuer describes itself as another", expected=issuer)
            self._metadata = found
        return self._metadata

    def _client(self) -> Any:
        secret = self._settings.oidc_client_secret
        return self._clients.OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            redirect_uri=self._settings.oidc_redirect_url,
            scope="openid",
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
            trust_env=False,
        )

    def _seal(self, value: dict[str, Any]) -> str:
        body = json.dumps(value, separators=(",", ":")).encode().hex()
        return f"{body}.{self._sign(body)}"

    def _unseal(self, cookie: str | None) -> dict[str, Any]:
        body, _, signature = (cookie or "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            raise _refused("the sign-in did not begin in this browser")
        value: dict[str, Any] = json.loads(bytes.fromhex(body))
        if value["until"] < time.time():
            raise _refused("the sign-in took too long")
        return value

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, b"oidc:" + body.encode(), hashlib.sha256).hexdigest()


def _fetch(url: str) -> dict[str, Any]:
    import httpx2

    try:
        answer = httpx2.get(url, timeout=_TIMEOUT_S, trust_env=False).raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise _refused(f"the issuer cannot be asked ({type(error).__name__})") from None
    return found


def _refused(why: str) -> UnauthenticatedError:
    return UnauthenticatedError(why, hint="sign in again")
