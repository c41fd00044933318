"""Readiness and metrics say what is the case: each thing that can be wrong is made wrong."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from nlp.retrieval import Case
from service.access import Repository
from service.app import create_app
from service.jobs import heartbeat
from service.jobs.contract import Tools
from service.jobs.submitting import submit
from service.jobs.worker import Worker
from service.searching import outbox
from service.settings import Settings
from service.store.database import Database
from service.store.models.working import Job, OutboxEntry
from service.store.types import utc_now
from tests.service.conftest import Api, serving
from tests.service.databases import Databases
from tests.service.people import People
from tests.service.working import LightEngine

WELL = dict.fromkeys(("database", "schema", "models", "index", "disk", "worker"), "ok")


@pytest.fixture
def api(databases: Databases, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Api]:
    marker = request.node.get_closest_marker("settings")
    # A machine that runs tests may have little room.
    given = {"disk_low_bytes": 0, **(marker.kwargs if marker else {})}
    repository = Repository(Database(databases.url("sqlite", tmp_path)))
    people = People(repository)
    people.unit()
    settings = Settings(index_dir=tmp_path / "index", data_dir=tmp_path, warm_up=False, **given)
    app = create_app(settings, repository)
    app.state.engine = LightEngine(settings)
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


def found(api: Api) -> tuple[int, str, dict[str, str]]:
    answer = api.opened().get("/readyz")
    wrong = {name: code for name, code in answer.json()["checks"].items() if code != "ok"}
    assert set(answer.json()["checks"]) == set(WELL)
    return answer.status_code, answer.json()["status"], wrong


def metric(api: Api, name: str) -> float:
    text = api.opened().get("/metrics").text
    match = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert match is not None, text
    return float(match[1])


def database_file(api: Api) -> Path:
    return Path(str(api.app.state.repository.database.url.database))


def test_ready_when_everything_is(api: Api) -> None:
    assert found(api) == (200, "ok", {})


def test_what_is_wrong_is_told_without_its_details(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError("某文件")

    monkeypatch.setattr(api.app.state.engine, "index", fails)
    assert found(api) == (503, "unready", {"index": "failed"})
    assert "某" not in api.opened().get("/readyz").text


@pytest.mark.parametrize("way", ["removed", "replaced"])
def test_the_file_of_the_database_is_gone(api: Api, way: str) -> None:
    assert found(api)[0] == 200
    file = database_file(api)
    if way == "replaced":
        # Still open, SQLite goes on with the old one, and what is written there ends with the process.
        shutil.copy2(file, file.with_suffix(".copy"))
        file.with_suffix(".copy").replace(file)
    else:
        file.unlink()
    assert found(api) == (503, "unready", {"database": "store"})


def test_the_schema_is_an_older_one(api: Api) -> None:
    with api.app.state.repository.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num='0001'")
    assert found(api) == (503, "unready", {"schema": "store_behind"})


@pytest.mark.parametrize("opened", [True, False])
def test_the_index_cannot_be_read(api: Api, tmp_path: Path, opened: bool) -> None:
    api.app.state.engine.add_cases([Case(id="c1", text="背街污水照流。")])
    if not opened:
        api.app.state.engine = LightEngine(api.app.state.engine.settings)
    (tmp_path / "index" / "CURRENT").write_text("{}", encoding="utf-8")
    for folder in (tmp_path / "index").glob("gen-*"):
        shutil.rmtree(folder)
    status, word, wrong = found(api)
    assert (status, word, list(wrong)) == (503, "unready", ["index"])


@pytest.mark.settings(disk_low_bytes=2**62)
def test_the_disk_is_nearly_full(api: Api) -> None:
    assert found(api) == (200, "degraded", {"disk": "disk_low"})
    assert 0 < metric(api, 'yanpan_disk_free_bytes{place="database"}') < 2**62


@pytest.mark.settings(worker_silent_seconds=5)
def test_the_worker_is_silent(api: Api, tmp_path: Path) -> None:
    assert found(api) == (200, "ok", {}), "the service has only just begun: the worker may still come"
    heartbeat.beat(tmp_path)
    long_ago = time.time() - 3600
    os.utime(tmp_path / heartbeat.FILE, (long_ago, long_ago))
    state = api.app.state.readiness
    state._began -= 3000
    assert found(api) == (200, "degraded", {"worker": "worker_silent"})
    assert metric(api, "yanpan_worker_silent_seconds") >= 3000
    settings = api.app.state.engine.settings
    worker = Worker(Tools(api.app.state.repository, api.app.state.engine, settings), tick=0.02)
    worker.start()
    try:
        assert found(api) == (200, "ok", {})
        os.utime(tmp_path / heartbeat.FILE, (long_ago, long_ago))
        until_beating(tmp_path)
    finally:
        worker.stop()


def until_beating(folder: Path) -> None:
    end = time.monotonic() + 60
    while (heartbeat.silent_for(folder) or 0) > 60:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_whose_looks_all_fail_gives_no_sign(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = api.app.state.engine.settings
    worker = Worker(Tools(api.app.state.repository, api.app.state.engine, settings), tick=0.01)
    looks = []

    def fails(_tools: Tools) -> None:
        looks.append(heartbeat.silent_for(tmp_path))
        os.utime(tmp_path / heartbeat.FILE, (0, 0))
        raise OSError("gone")

    monkeypatch.setattr("service.jobs.worker.ask_for_alerts", fails)
    monkeypatch.setattr("service.jobs.worker._AGAIN_S", 0.01)
    worker.start()
    try:
        end = time.monotonic() + 60
        while len(looks) < 3:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        worker.stop()
    assert looks[0] is not None
    assert looks[0] < 60, "it said that it began"
    assert all(one is not None and one > 10**6 for one in looks[1:])


def test_queues_and_sizes_are_counted(api: Api, tmp_path: Path) -> None:
    repository = api.app.state.repository
    assert metric(api, 'yanpan_lag_seconds{queue="jobs"}') == 0
    assert metric(api, "yanpan_index_bytes") == 0
    with repository.system_write("test") as session:
        job = submit(session, None, "index.sync", {})
        outbox.case_added(session, Case(id="c1", text="李某背街污水照流。"))
        session.flush()
        before = utc_now() - timedelta(hours=2)
        session.execute(update(Job).where(Job.id == job.id).values(created_at=before))
        session.execute(update(OutboxEntry).values(created_at=before))
    for queue in ("jobs", "outbox"):
        assert 7200 <= metric(api, f'yanpan_lag_seconds{{queue="{queue}"}}') < 9000
    assert metric(api, 'yanpan_jobs{kind="index.sync",state="queued"}') == 1
    assert metric(api, 'yanpan_outbox{state="waiting"}') == 1
    api.app.state.engine.add_cases([Case(id="c2", text="背街污水照流。")])
    assert metric(api, "yanpan_index_bytes") > 1000
    api.client("archivist").post("/v1/annotate", json={"text": "李某处事公道。"})
    assert metric(api, 'yanpan_request_seconds_count{method="POST",route="/v1/annotate"}') == 1
    text = api.opened().get("/metrics").text
    assert text.isascii(), "no name, no quotation"


@pytest.mark.settings(metrics_access="key")
def test_metrics_can_be_kept_from_this_machine(api: Api) -> None:
    assert api.opened().get("/metrics").status_code == 401
    assert api.client("analyst").get("/metrics").status_code == 403
    assert api.client("admin").get("/metrics").status_code == 200
