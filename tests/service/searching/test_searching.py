"""The index follows the outbox; saved searches tell their owner of new cases within the owner's reach, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import select

from nlp.retrieval import Case
from service.app import create_app
from service.jobs.contract import Task, Tools
from service.searching import arriving, outbox, syncing
from service.searching.alerting import Alerting
from service.store.models.searching import AlertHit
from service.store.models.working import Job, OutboxEntry
from tests.service.conftest import Api, serving
from tests.service.people import People

WALL = "为迎接检查连夜粉刷沿街外墙，背街污水照流。"
DEBT = "前任留下的债务，王某三年化解四千万元，新官理旧账。"


@pytest.fixture
def api(tools: Tools, people: People) -> Iterator[Api]:
    people.unit()
    app = create_app(tools.settings, tools.repository)
    app.state.engine = tools.engine
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


def add(tools: Tools, *cases: Case) -> None:
    with tools.repository.system_write("test") as session:
        for case in cases:
            outbox.case_added(session, case)


def tell(tools: Tools) -> None:
    """What the worker does at a tick, and the jobs that come of it."""
    arriving.ask_for_alerts(tools)
    with tools.repository.system_read("test") as session:
        jobs = session.scalars(select(Job).where(Job.kind == "alerts", Job.state == "queued")).all()
    for job in jobs:
        task = Task(job.id, None, job.params)
        for key in Alerting().plan(tools, task):
            Alerting().perform(tools, task, key)
            Alerting().perform(tools, task, key)  # as after a crash
        with tools.repository.system_write("test") as session:
            session.get_one(Job, job.id).state = "done"


def test_the_outbox_reaches_the_index_once(tools: Tools) -> None:
    add(tools, Case(id="c1", text=WALL), Case(id="c2", text=DEBT))
    assert syncing.deliver(tools) == 2
    index = tools.engine.index()
    assert index is not None
    keys = [index.key_of(id_) for id_ in ("c1", "c2")]
    # The same content delivered again, as after a crash between index and store, changes nothing.
    add(tools, Case(id="c1", text=WALL), Case(id="c2", text=DEBT))
    assert syncing.deliver(tools) == 2
    assert [index.key_of(id_) for id_ in ("c1", "c2")] == keys
    add(tools, Case(id="c1", text=WALL + "墙白了，路还是烂的。"))
    with tools.repository.system_write("test") as session:
        outbox.case_removed(session, "c2")
    syncing.deliver(tools)
    assert len(index) == 1
    assert index.key_of("c1") not in keys
    with tools.repository.system_read("test") as session:
        assert outbox.waiting(session) == (0, 0)


def test_of_several_entries_of_a_case_the_last_counts(tools: Tools) -> None:
    add(tools, Case(id="c1", text=WALL))
    with tools.repository.system_write("test") as session:
        outbox.case_removed(session, "c1")
    add(tools, Case(id="c1", text=DEBT))
    syncing.deliver(tools)
    index = tools.engine.index()
    assert index is not None
    found = index.get("c1")
    assert found is not None
    assert found.text == DEBT


def test_a_bad_entry_stays_and_the_others_go_on(tools: Tools) -> None:
    with tools.repository.system_write("test") as session:
        session.add(OutboxEntry(topic="case_index", object_type="case", object_id="bad", payload={"op": "add"}))
    add(tools, Case(id="c1", text=WALL))
    for _ in range(outbox.MAX_TRIES):
        syncing.deliver(tools)
    with tools.repository.system_read("test") as session:
        assert outbox.waiting(session) == (0, 1)
        bad = session.scalar(select(OutboxEntry).where(OutboxEntry.object_id == "bad"))
        assert bad is not None
        assert bad.error == "ValidationError"
    index = tools.engine.index()
    assert index is not None
    assert "c1" in index


def test_the_worker_delivers(tools: Tools, worker: object, ended: Callable[[str], Job]) -> None:
    add(tools, Case(id="c1", text=WALL))
    for _ in range(200):
        with tools.repository.system_read("test") as session:
            jobs = session.scalars(select(Job).where(Job.kind == "index.sync")).all()
        if jobs:
            break
        time.sleep(0.05)
    assert [ended(job.id).state for job in jobs] == ["done"]
    index = tools.engine.index()
    assert index is not None
    assert "c1" in index


def saved(client: httpx.Client, **fields: object) -> dict[str, object]:
    answer = client.post("/v1/searches", json={"name": "刷墙", "text": "粉刷外墙迎接检查", "alerting": True, **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_an_alert_is_told_once_and_only_of_new_cases(api: Api, tools: Tools) -> None:
    add(tools, Case(id="old", text=WALL))
    syncing.deliver(tools)
    client = api.client("analyst")
    search = saved(client)
    tell(tools)
    assert client.get("/v1/alerts").json()["items"] == []
    add(tools, Case(id="new", text="迎接检查前，A镇粉刷沿街外墙。"))
    syncing.deliver(tools)
    tell(tools)
    tell(tools)
    (alert,) = client.get("/v1/alerts").json()["items"]
    assert (alert["case_id"], alert["saved_search_id"], alert["seen_at"]) == ("new", search["id"], None)
    assert alert["reasons"]["snippet"]
    assert client.post(f"/v1/alerts/{alert['id']}/seen").json()["seen_at"] is not None
    assert client.get("/v1/alerts?unseen=true").json()["items"] == []
    assert {hit["id"] for hit in client.post(f"/v1/searches/{search['id']}/run").json()["hits"]} == {"old", "new"}


def test_an_alert_keeps_to_its_owners_reach(api: Api, tools: Tools) -> None:
    near, far = api.client("analyst", unit="某省/A县", clearance=1), api.client("analyst", unit="某省/B县")
    saved(near)
    saved(far)
    unit = "某省A县"
    add(
        tools,
        Case(id="open", text=WALL, unit=unit, confidentiality=1),
        Case(id="secret", text=WALL + "夜里。", unit=unit, confidentiality=3),
    )
    syncing.deliver(tools)
    tell(tools)
    assert [alert["case_id"] for alert in near.get("/v1/alerts").json()["items"]] == ["open"]
    assert far.get("/v1/alerts").json()["items"] == []
    with tools.repository.system_read("test") as session:
        assert session.scalars(select(AlertHit.case_id)).all() == ["open"]


def test_saved_searches_are_ones_own(api: Api) -> None:
    mine, other = api.client("analyst"), api.client("analyst")
    search = saved(mine, alerting=False)
    path = f"/v1/searches/{search['id']}"
    assert other.get(path).status_code == 404
    assert other.get("/v1/searches").json()["items"] == []
    assert mine.post("/v1/searches", json={"name": "刷墙", "text": "x"}).status_code == 409
    assert mine.patch(path, json={"k": 3}).status_code == 428
    tag = mine.get(path).headers["etag"]
    assert mine.patch(path, json={"k": 3}, headers={"If-Match": tag}).json()["k"] == 3
    assert mine.patch(path, json={"k": 4}, headers={"If-Match": tag}).status_code == 412
    assert mine.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert mine.get(path).status_code == 404


def test_a_search_shows_each_reader_their_own_cases(api: Api, tools: Tools) -> None:
    add(tools, Case(id="a", text=WALL, unit="某省A县"), Case(id="b", text=WALL + "又一处。", unit="某省B县"))
    syncing.deliver(tools)
    reader = api.client("analyst", unit="某省/A县")
    hits = reader.post("/v1/search", json={"text": "粉刷外墙", "diverse": 0.5}).json()["hits"]
    assert [hit["id"] for hit in hits] == ["a"]
