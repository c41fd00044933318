"""A user of the demo at the service's front door: signed in over HTTP, with everything that a browser would send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from nlp.errors import DemoError

_SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back.

    Attributes:
        login: who asked.
        method: of the request.
        path: with its query.
        status: of the answer.
        size: of the answer in bytes.
    """

    login: str
    method: str
    path: str
    status: int
    size: int


class Person:
    """One signed-in user.

    Args:
        base_url: of the service.
        login: the sign-in name.
        tell: called with every exchange.
    """

    def __init__(self, base_url: str, login: str, tell: Callable[[Exchange], None] | None = None) -> None:
        self.login = login
        self.id = ""
        self.tell = tell
        self._csrf = ""
        # No proxy of the environment stands between this process and its own machine; and where there is no TLS, reading
        # the machine's certificates would only cost time.
        secure = base_url.startswith("https:")
        self._http = httpx.Client(base_url=base_url, timeout=300, trust_env=False, verify=secure)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def sign_in(self, password: str) -> bool:
        """Begin a session; returns whether the password must be changed before anything else.

        Raises:
            DemoError: refused.
        """
        session = self.post("/v1/session", {"login": self.login, "password": password})
        self._taken(session)
        return bool(session["must_change_password"])

    def choose_password(self, old: str, new: str) -> None:
        """Change the own password."""
        self._taken(self.request("PUT", "/v1/session/password", json={"old": old, "new": new}).json())

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind an address."""
        return self.request("GET", path, params=query).json()

    def download(self, path: str) -> bytes:
        """The bytes behind an address."""
        return self.request("GET", path).content

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({} if cursor is None else {"cursor": cursor}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def post(self, path: str, body: Any = None, *, etag: str | None = None) -> Any:
        """Send JSON; ``etag`` is what was read of the object that is changed."""
        headers = {} if etag is None else {"If-Match": etag}
        return self.request("POST", path, json={} if body is None else body, headers=headers).json()

    def patch(self, path: str, body: Any, *, etag: str) -> Any:
        """Change an object."""
        return self.request("PATCH", path, json=body, headers={"If-Match": etag}).json()

    def act(self, path: str, verb: str, body: Any = None) -> Any:
        """Read an object, and do something with it as it was read."""
        etag = self.request("GET", path).headers["etag"]
        return self.post(f"{path}/{verb}", body, etag=etag)

    def upload(self, path: str, files: list[tuple[str, bytes]], field: str, **fields: Any) -> Any:
        """Send files with form fields."""
        given = [(field, (name, content, "application/octet-stream")) for name, content in files]
        return self.request("POST", path, files=given, data=fields).json()

    def request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send a request.

        Raises:
            DemoError: the answer is no success, or none came.
        """
        answer = self._sent(method, path, parts)
        if not answer.is_success:
            raise DemoError(f"{answer.status_code} {reason_of(answer)}", path=f"{method} {path}")
        return answer

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """Send what the service is not to do; returns the reason it gives.

        Raises:
            DemoError: it did it.
        """
        answer = self._sent(method, path, {} if body is None else {"json": body})
        if answer.is_success:
            raise DemoError("the service did what it should have refused", path=f"{method} {path}")
        return reason_of(answer)

    def _sent(self, method: str, path: str, parts: dict[str, Any]) -> httpx.Response:
        if method not in _SAFE:
            parts["headers"] = {**(parts.get("headers") or {}), "X-CSRF-Token": self._csrf}
        try:
            answer = self._http.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise DemoError(f"no answer: {type(error).__name__}", path=f"{method} {path}") from error
        if self.tell is not None:
            query = "&".join(f"{key}={quote(str(value))}" for key, value in (parts.get("params") or {}).items())
            shown = f"{path}?{query}" if query else path
            self.tell(Exchange(self.login, method, shown, answer.status_code, len(answer.content)))
        return answer

    def _taken(self, session: dict[str, Any]) -> None:
        self.id, self._csrf = session["user_id"], session["csrf_token"]


def reason_of(answer: httpx.Response) -> str:
    """What a refusal says."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.reason_phrase
    return str(answer.json().get("detail") or answer.reason_phrase)
