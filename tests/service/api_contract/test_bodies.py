"""Bodies of requests: how much of them is taken in, and from whom."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from service.limits import MAX_ANONYMOUS_BYTES
from tests.service.conftest import Api
from tests.service.databases import Databases

KNOWN, BATCH = 300_000, 600_000


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite only: what is asked here is the same whatever the database."""
    return databases.url("sqlite", tmp_path)


class Sent:
    """A body in pieces that counts how much of it was taken."""

    def __init__(self, size: int) -> None:
        self.size, self.taken = size, 0

    def __iter__(self) -> Iterator[bytes]:
        head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        yield head
        while self.taken < self.size:
            self.taken += 10_000
            yield b"x" * 10_000
        yield b"\r\n--b--\r\n"


def _declared(api: Api, path: str, size: int, headers: dict[str, str]) -> tuple[int, str]:
    """Announce a body and send nothing of it: only a service that does not wait for it can answer."""
    place = urlsplit(api.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    connection.putrequest("POST", path)
    for name, value in {"content-type": "multipart/form-data; boundary=b", **headers}.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(size))
    connection.endheaders()
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body["type"]


@pytest.mark.settings(max_body_bytes=KNOWN, max_batch_bytes=BATCH)
@pytest.mark.parametrize("path", ["/v1/batches", "/v1/records/uploads", "/v1/annotate", "/v1/session", "/nowhere"])
def test_a_strangers_body_is_refused_before_any_of_it_is_read(api: Api, path: str) -> None:
    assert _declared(api, path, 500_000_000, {}) == (401, "urn:yanpan:problem:unauthenticated")
    forged = {"authorization": "Bearer yp_forged", "cookie": "yanpan_session=forged"}
    assert _declared(api, path, MAX_ANONYMOUS_BYTES + 1, forged)[0] == 401


@pytest.mark.settings(max_body_bytes=KNOWN, max_batch_bytes=BATCH)
def test_a_strangers_undeclared_body_is_refused_at_the_bound(api: Api) -> None:
    sent = Sent(5_000_000)
    try:
        answer = api.opened().post(
            "/v1/batches", content=iter(sent), headers={"content-type": "multipart/form-data; boundary=b"}
        )
        assert answer.status_code == 401
    except (httpx.WriteError, httpx.ReadError):
        pass  # the service closes at the bound, before a client that still sends has read the answer
    assert sent.taken < sent.size


@pytest.mark.settings(max_body_bytes=KNOWN, max_batch_bytes=BATCH)
def test_what_is_taken_in_depends_on_who_sends_it(api: Api) -> None:
    archivist = dict(api.client("archivist").headers)
    investigator = dict(api.client("investigator").headers)
    for headers, path, bound in (
        (archivist, "/v1/batches", BATCH),
        (archivist, "/v1/annotate", KNOWN),
        (investigator, "/v1/batches", KNOWN),
    ):
        wanted = {"authorization": headers["authorization"]}
        assert _declared(api, path, bound + 1, wanted) == (413, "urn:yanpan:problem:too_large"), (path, bound)
    files = {"files": ("a.txt", b"x" * (KNOWN + 1000), "text/plain")}
    form = {"unit_id": api.people.unit(), "start": "false"}
    assert api.client("archivist").post("/v1/batches", files=files, data=form).status_code == 201


def test_signing_in_needs_no_more_than_a_stranger_may_send(api: Api) -> None:
    wanted = {"login": "某人" * 25, "password": "长" * 200}
    assert api.opened().post("/v1/session", json=wanted).status_code == 401
    refused = api.opened().post("/v1/session", content=b" " * (MAX_ANONYMOUS_BYTES + 1))
    assert refused.status_code == 401


@pytest.mark.parametrize("length", ["9" * 4000, "-1", "+5", "٣"])
def test_lengths_that_are_none(api: Api, length: str) -> None:
    place = urlsplit(api.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    connection.putrequest("POST", "/v1/annotate", skip_accept_encoding=True)
    connection.putheader("content-length", length.encode())
    connection.endheaders()
    assert 400 <= connection.getresponse().status < 500
    connection.close()
