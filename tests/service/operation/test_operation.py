"""What watches and bounds the service: readiness, metrics, request ids, refusals, logs without personal text."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from service.access import Repository
from service.app import create_app
from service.operation.logs import JsonLines, PlainLines
from service.settings import Settings
from service.store.database import Database
from tests.service.conftest import Api, serving
from tests.service.databases import Databases
from tests.service.people import People
from tests.service.working import LightEngine


class HeldEngine(LightEngine):
    """Annotating waits for the test."""

    gate = threading.Event()
    entered = threading.Semaphore(0)

    def annotate(self, text: str, **more):  # type: ignore[no-untyped-def]
        self.entered.release()
        self.gate.wait(20)
        return super().annotate(text, **more)


@pytest.fixture
def api(databases: Databases, tmp_path: Path) -> Iterator[Api]:
    repository = Repository(Database(databases.url("sqlite", tmp_path)))
    people = People(repository)
    people.unit()
    settings = Settings(index_dir=tmp_path / "index", data_dir=tmp_path, warm_up=False, max_in_flight=2)
    app = create_app(settings, repository)
    HeldEngine.gate = threading.Event()
    app.state.engine = HeldEngine(settings)
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


def test_metrics_for_this_machine_or_with_the_permission(api: Api) -> None:
    api.client("analyst").get("/v1/units/0193e3a0-0000-7000-8000-000000000000")
    text = api.opened().get("/metrics").text
    assert 'yanpan_requests_total{method="GET",route="/v1/units/{id}",status="404"} 1.0' in text
    assert "0193e3a0" not in text
    assert "yanpan_store_up 1.0" in text
    through_a_proxy = {"X-Forwarded-For": "192.0.2.7"}
    assert api.opened(through_a_proxy).get("/metrics").status_code == 401
    assert api.client("analyst").get("/metrics", headers=through_a_proxy).status_code == 403
    assert api.client("admin").get("/metrics", headers=through_a_proxy).status_code == 200


def test_more_than_the_bound_is_told_to_come_back(api: Api) -> None:
    client = api.client("analyst")
    body = {"text": "该同志处事公道。"}
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(client.post, "/v1/annotate", json=body) for _ in range(2)]
        for _ in held:
            assert HeldEngine.entered.acquire(timeout=20)
        refused = client.post("/v1/annotate", json=body)
        other = client.get("/v1/units")
        HeldEngine.gate.set()
        answers = [future.result() for future in held]
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:yanpan:problem:overloaded"
    assert other.status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.post("/v1/annotate", json=body).status_code == 200
    assert "yanpan_refused_total 1.0" in api.opened().get("/metrics").text


def test_a_request_id_goes_through(api: Api) -> None:
    client = api.opened()
    assert client.get("/healthz", headers={"X-Request-ID": "a1b2c3d4-x"}).headers["x-request-id"] == "a1b2c3d4-x"
    made = client.get("/healthz", headers={"X-Request-ID": "bad id"}).headers["x-request-id"]
    assert len(made) == 32


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
def test_logs_hold_no_personal_text(formatter: logging.Formatter) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    log = logging.getLogger("service.test")
    log.handlers, log.propagate = [handler], False
    try:
        raise ValueError("李某收受礼金")
    except ValueError:
        log.exception("a step failed", extra={"job": "0193", "name_of_somebody": "李某", "count": 3})
    library = logging.getLogger("somelibrary")
    library.handlers, library.propagate = [handler], False
    library.warning("cannot parse %s", "李某收受礼金")
    assert "某" not in stream.getvalue()
    assert "a step failed" in stream.getvalue()
    if isinstance(formatter, JsonLines):
        first, second = map(json.loads, stream.getvalue().splitlines())
        assert (first["job"], first["count"], first["name_of_somebody"]) == ("0193", 3, "<str>")
        assert first["error"] == "ValueError"
        assert any("test_operation.py" in place for place in first["at"])
        assert second["message"] == "cannot parse %s"
