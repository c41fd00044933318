"""Subjects, links and observations over HTTP: from a record to a ledger."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from nlp.pipeline import Pipeline
from tests.service.conftest import Api

TALK = "谈话记录\n时间：2022年3月5日\n考察对象：李某\n谈话对象：王某\n与考察对象关系：同级\n答：李某从不推诿扯皮。\n问：还有吗？\n答：处事公道。"


@pytest.fixture
def served(api: Api, lexicon: Pipeline) -> Api:
    api.app.state.engine.pipeline = lexicon
    return api


@pytest.fixture
def analyst(served: Api) -> httpx.Client:
    return served.client("analyst")


def _ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_from_a_record_to_a_ledger(served: Api, analyst: httpx.Client) -> None:
    unit = served.people.unit()
    record = _ok(served.client("archivist").post("/v1/records", json={"text": TALK, "unit_id": unit}), 201)["record"]
    new = {"unit_id": unit, "identity": {"name": "李某"}}
    subject = _ok(analyst.post("/v1/subjects", json=new, headers={"Idempotency-Key": "s"}), 201)
    assert _ok(analyst.post("/v1/subjects", json=new, headers={"Idempotency-Key": "s"}), 201) == subject
    assert "李某" not in str(subject)
    assert _ok(analyst.get(f"/v1/subjects/{subject['id']}/identity"))["name"] == "李某"
    assert [one["id"] for one in _ok(analyst.post("/v1/subjects/lookup", json={"name": "李某"}))["items"]] == [
        subject["id"]
    ]
    (link,) = _ok(analyst.post("/v1/subject-links/proposals", json={"record_id": record["id"]}))["items"]
    assert (link["quote"], link["state"]) == ("李某", "proposed")
    path = f"/v1/subject-links/{link['id']}"
    assert analyst.post(f"{path}/confirm", json={}).status_code == 428
    assert _ok(analyst.get(f"/v1/subjects/{subject['id']}/observation"))["records"] == 0
    _ok(analyst.post(f"{path}/confirm", json={}, headers={"If-Match": link["etag"]}))
    tags = _ok(analyst.get("/v1/reviews/tags", params={"version_id": record["current_version_id"]}))["items"]
    accept = {"action": "accept", "tag_id": tags[0]["id"]}
    _ok(analyst.post("/v1/reviews", json=accept, headers={"If-Match": tags[0]["etag"]}), 201)
    seen = _ok(analyst.get(f"/v1/subjects/{subject['id']}/observation"))
    (line,) = [line for view in seen["positive"] for line in view["lines"]]
    assert line["tag_id"] == tags[0]["id"]
    opened = _ok(analyst.get(line["href"]))["version"]
    assert opened["text"][line["start"] : line["end"]] == line["quote"]
    assert seen["proposed"]
    workbook = analyst.get(f"/v1/subjects/{subject['id']}/observation.xlsx")
    assert workbook.status_code == 200
    assert subject["id"] in workbook.headers["content-disposition"]
    assert "李某" not in str(load_workbook(BytesIO(workbook.content)).properties.title)
    entries = _ok(served.client("auditor").get("/v1/audit", params={"limit": 200}))["items"]
    actions = {entry["action"] for entry in entries}
    assert {
        "subject.create",
        "subject.identify",
        "subject_link.confirm",
        "subject.observe",
        "subject.export",
    } <= actions
    assert "李" not in str(entries)


def test_doors(served: Api, analyst: httpx.Client) -> None:
    unit = served.people.unit("某省/A县")
    subject = _ok(analyst.post("/v1/subjects", json={"unit_id": unit, "confidentiality": 2}), 201)
    path = f"/v1/subjects/{subject['id']}"
    for role, reach, wanted in (
        ("investigator", {"clearance": 2}, {"": 200, "/identity": 404, "/observation": 200, "/observation.xlsx": 200}),
        ("investigator", {"clearance": 1}, {"": 404, "/identity": 404, "/observation": 404, "/observation.xlsx": 404}),
        ("investigator", {"unit": "某省/B县"}, {"": 404, "/observation": 404}),
        ("archivist", {}, {"": 200, "/identity": 403, "/observation": 200, "/observation.xlsx": 403}),
        ("auditor", {}, {"": 403, "/identity": 403, "/observation": 403, "/observation.xlsx": 403}),
        ("admin", {}, {"": 403, "/identity": 403, "/observation": 403, "/observation.xlsx": 403}),
    ):
        client = served.client(role, **reach)  # type: ignore[arg-type]
        assert {end: client.get(path + end).status_code for end in wanted} == wanted, (role, reach)
    assert served.client("investigator").post("/v1/subjects", json={"unit_id": unit}).status_code == 403
    far = served.client("analyst", unit="某省/B县")
    assert _ok(far.get("/v1/subjects"))["items"] == []
    assert far.get(f"/v1/units/{unit}/observation").status_code == 404
    assert _ok(analyst.get(f"/v1/units/{unit}/observation"))["records"] == 0
    assert analyst.get(f"/v1/units/{unit}/observation", params={"date_from": "去年"}).status_code == 422
    assert analyst.get(f"/v1/units/{unit}/observation.xlsx").status_code == 200


def test_a_subject_is_changed_by_one_at_a_time(served: Api, analyst: httpx.Client) -> None:
    subject = _ok(analyst.post("/v1/subjects", json={"unit_id": served.people.unit(), "code": "S-甲"}), 201)
    path = f"/v1/subjects/{subject['id']}"
    assert analyst.patch(path, json={"kind": "team"}).status_code == 428
    _ok(analyst.patch(path, json={"kind": "team"}, headers={"If-Match": subject["etag"]}))
    stale = analyst.patch(path, json={"kind": "person"}, headers={"If-Match": subject["etag"]})
    assert stale.status_code == 412
    assert analyst.post("/v1/subjects", json={"unit_id": served.people.unit(), "code": "S-甲"}).status_code == 409
    named = _ok(analyst.put(f"{path}/identity", json={"name": "某局班子"}))
    assert analyst.put(f"{path}/identity", json={"name": "某委班子"}).status_code == 428
    _ok(analyst.put(f"{path}/identity", json={"name": "某委班子"}, headers={"If-Match": named["etag"]}))
    half = {"record_id": subject["id"], "name": "李某"}
    assert analyst.post("/v1/subject-links/proposals", json=half).status_code == 422
