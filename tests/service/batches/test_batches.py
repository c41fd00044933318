"""Batches over HTTP: files kept, read once, errors by file, tried again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from service.access import Repository
from service.app import create_app
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.store.models import BatchItem, Record
from tests.service.conftest import Api, serving
from tests.service.people import People
from tests.service.working import ended

GOOD = "该同志处事公道，从不推诿扯皮。😀"


@pytest.fixture
def api(tools: Tools, people: People) -> Iterator[Api]:
    people.unit()
    app = create_app(tools.settings, tools.repository)
    app.state.engine = tools.engine
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


def upload(client: httpx.Client, unit_id: str, *files: tuple[str, bytes], **more: str) -> httpx.Response:
    headers = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
    parts = [("files", (name, content)) for name, content in files]
    return client.post("/v1/batches", data={"unit_id": unit_id, "name": "第一批", **more}, files=parts, headers=headers)


def test_files_become_records_and_errors_stay_with_their_file(api: Api, tools: Tools, worker: Worker) -> None:
    client, unit = api.client("archivist"), api.people.unit()
    files = [("甲.txt", GOOD.encode()), ("坏.pdf", b"%PDF-1.7 nothing"), ("甲-副本.txt", GOOD.encode())]
    answer = upload(client, unit, *files, confidentiality="2", source="考察组")
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    job = ended(tools.repository, batch["job_id"])
    assert (job.state, job.total, job.done, job.failed) == ("done", 3, 2, 1)
    items = client.get(f"/v1/batches/{batch['id']}/items").json()["items"]
    assert [item["state"] for item in items] == ["done", "failed", "duplicate"]
    assert items[2]["record_id"] == items[0]["record_id"]
    assert items[1]["error"]["code"] in ("corrupt_file", "reading", "unsupported_format")
    shown = client.get(f"/v1/batches/{batch['id']}").json()
    assert shown["state"] == "done"
    assert shown["counts"] == {"done": 1, "failed": 1, "duplicate": 1}
    with tools.repository.system_read("test") as session:
        (record,) = session.scalars(select(Record)).all()
        assert (record.confidentiality, record.source, record.unit_id) == (2, "考察组", unit)
    # Only the file that failed is still kept.
    left = [path.name for path in (tools.settings.data_dir / "spool").glob("*/*")]
    assert left == [items[1]["file_sha256"]]
    again = client.post(f"/v1/batches/{batch['id']}/retry")
    assert again.status_code == 202
    assert ended(tools.repository, again.json()["job_id"]).failed == 1
    assert client.get(f"/v1/batches/{batch['id']}/items?state=failed").json()["items"][0]["tries"] == 2


def test_the_same_upload_twice_is_one_batch(api: Api, tools: Tools) -> None:
    client, unit = api.client("archivist"), api.people.unit()
    first = upload(client, unit, ("a.txt", GOOD.encode()), key="once", start="false")
    second = upload(client, unit, ("a.txt", GOOD.encode()), key="once", start="false")
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(client.get("/v1/batches").json()["items"]) == 1
    assert len(list((tools.settings.data_dir / "spool").glob("*/*"))) == 1


def test_nothing_is_kept_of_a_refused_upload(api: Api, tools: Tools) -> None:
    elsewhere = api.people.unit("某省/A县")
    client = api.client("archivist", unit="某省/B县")
    answer = upload(client, elsewhere, ("a.txt", GOOD.encode()))
    assert answer.status_code == 404
    assert list((tools.settings.data_dir / "spool").glob("*/*")) == []


def test_a_batch_of_another_unit_is_not_there(api: Api) -> None:
    mine = upload(api.client("archivist"), api.people.unit(), ("a.txt", GOOD.encode()), start="false").json()
    other = api.client("archivist", unit="某省/A县")
    for path in (f"/v1/batches/{mine['id']}", f"/v1/batches/{mine['id']}/items"):
        assert other.get(path).status_code == 404
    assert other.post(f"/v1/batches/{mine['id']}/cancel").status_code == 404
    assert api.client("analyst").get("/v1/batches").status_code == 403


def test_what_waits_of_a_cancelled_batch_is_not_read(api: Api, tools: Tools) -> None:
    client = api.client("archivist")
    batch = upload(client, api.people.unit(), ("a.txt", GOOD.encode())).json()
    assert client.post(f"/v1/batches/{batch['id']}/cancel").json()["state"] == "cancelled"
    made = Worker(tools, tick=0.05)
    made.start()
    try:
        assert ended(tools.repository, batch["job_id"]).state == "cancelled"
    finally:
        made.stop()
    with tools.repository.system_read("test") as session:
        assert session.scalars(select(BatchItem.state)).all() == ["cancelled"]
        assert session.scalars(select(Record)).all() == []


def test_an_item_done_before_a_crash_is_not_done_again(api: Api, tools: Tools, repository: Repository) -> None:
    """The record was committed; the engine, killed before it noted the step, runs the item again."""
    from service.batches.ingesting import Ingesting
    from service.jobs.contract import Task

    client = api.client("archivist")
    batch = upload(client, api.people.unit(), ("a.txt", GOOD.encode())).json()
    with repository.system_read("test") as session:
        (item,) = session.scalars(select(BatchItem)).all()
        from service.store.models.working import Job

        job = session.get_one(Job, batch["job_id"])
    task = Task(job.id, job.owner_id, job.params)
    for _ in range(3):
        Ingesting().perform(tools, task, item.id)
    with repository.system_read("test") as session:
        assert len(session.scalars(select(Record)).all()) == 1


def test_events_end_with_the_job(api: Api, tools: Tools, worker: Worker, tmp_path: Path) -> None:
    client = api.client("archivist")
    batch = upload(client, api.people.unit(), ("a.txt", GOOD.encode())).json()
    with client.stream("GET", f"/v1/jobs/{batch['job_id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = list(stream.iter_lines())
    assert lines.count("event: end") == 1
    assert any('"state": "done"' in line for line in lines)


def test_a_full_disk_is_named_and_nothing_is_kept(api: Api, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    client, unit = api.client("archivist"), api.people.unit()
    monkeypatch.setattr("service.batches.spool.os.fsync", full)
    answer = upload(client, unit, ("a.txt", GOOD.encode()))
    assert answer.status_code == 507
    assert answer.json()["type"] == "urn:yanpan:problem:storage_full"
    monkeypatch.undo()
    assert client.get("/v1/batches").json()["items"] == []
    assert [path for path in (tools.settings.data_dir / "spool").rglob("*") if path.is_file()] == []
