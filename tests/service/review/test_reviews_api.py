"""Review over HTTP."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.service.conftest import Api
from tests.service.review.world import BLAME, CREDIT, PRAISE, TEXT, World, wanted


def client_of(api: Api, *roles: str, **reach: object) -> tuple[httpx.Client, str]:
    client = api.client(*roles, **reach)
    return client, client.get("/v1/session").json()["user_id"]


def post_review(client: httpx.Client, world: World, record_id: str, quote: str, action: str) -> httpx.Response:
    tags = client.get("/v1/reviews/tags", params={"version_id": world.version(record_id).id}).json()["items"]
    tag = next(tag for tag in tags if tag["quote"] == quote)
    return client.post("/v1/reviews", json={"action": action, "tag_id": tag["id"]}, headers={"If-Match": tag["etag"]})


def test_a_queue_is_worked_off(api: Api, world: World) -> None:
    record_id = world.record()
    client = api.client("analyst")
    queue = client.get("/v1/reviews/queue").json()
    assert [item["tag"]["quote"] for item in queue["items"]] == [BLAME, PRAISE, CREDIT]
    tag = queue["items"][0]["tag"]
    body = {"action": "accept", "tag_id": tag["id"]}
    assert client.post("/v1/reviews", json=body).status_code == 428
    headers = {"If-Match": tag["etag"], "Idempotency-Key": "one"}
    made = client.post("/v1/reviews", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["tag"]["state"] == "accepted"
    again = client.post("/v1/reviews", json=body, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == made.json()
    stale = client.post("/v1/reviews", json=body, headers={"If-Match": tag["etag"]})
    assert stale.status_code == 412
    assert stale.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/reviews/queue").json()["waiting"] == 2
    shown = client.get(made.headers["Location"])
    assert shown.json()["review"]["action"] == "accept"
    undone = client.post(f"{made.headers['Location']}/undo", headers={"If-Match": shown.headers["ETag"]})
    assert undone.json()["tag"]["state"] == "proposed"
    assert client.get("/v1/reviews", params={"record_id": record_id}).json()["items"][0]["undone_at"]


def test_adding_and_changing(api: Api, world: World) -> None:
    record_id = world.record()
    client = api.client("analyst")
    version_id = world.version(record_id).id
    body = {"action": "add", "version_id": version_id, "tag": wanted(TEXT, "敢于担责").model_dump()}
    assert client.post("/v1/reviews", json=body).json()["result"]["origin"] == "human"
    assert client.post("/v1/reviews", json=body).status_code == 409
    body["tag"]["quote"] = "敢于"
    assert client.post("/v1/reviews", json=body).status_code == 422
    tag = world.tag_of(record_id, PRAISE)
    change = {"action": "change", "tag_id": tag.id, "change": {"polarity": "-"}}
    made = client.post("/v1/reviews", json=change, headers={"If-Match": '"1"'}).json()
    assert (made["tag"]["state"], made["result"]["polarity"]) == ("replaced", "-")
    for wrong in ({"action": "add", "tag_id": tag.id}, {"action": "accept"}, {"action": "change", "tag_id": tag.id}):
        assert client.post("/v1/reviews", json=wrong).status_code == 422


def test_a_blind_round_from_its_beginning_to_gold(api: Api, world: World) -> None:
    record_id = world.record()
    (one, one_id), (other, other_id), (third, third_id) = (
        client_of(api, role) for role in ("analyst", "reviewer", "reviewer")
    )
    candidates = third.get("/v1/reviews/reviewers", params={"record_id": record_id}).json()["items"]
    assert {one_id, other_id, third_id} <= {item["id"] for item in candidates}
    body = {"record_id": record_id, "reviewers": [one_id, other_id]}
    assert one.post("/v1/reviews/rounds", json=body).status_code == 403
    made = third.post("/v1/reviews/rounds", json=body)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    for client, answer in ((one, "accept"), (other, "reject")):
        assert client.get(path).json()["undecided"] == 3
        assert post_review(client, world, record_id, PRAISE, "accept").json()["review"]["sealed"]
        assert post_review(client, world, record_id, BLAME, answer).status_code == 201
        assert post_review(client, world, record_id, CREDIT, "accept").status_code == 201
        assert len(client.get("/v1/reviews", params={"record_id": record_id}).json()["items"]) == 3
        assert third.get("/v1/reviews", params={"record_id": record_id}).json()["items"] == []
        assert third.get(f"{path}/differences").status_code == 409
        done = client.post(f"{path}/finish", headers={"If-Match": client.get(path).headers["ETag"]})
        assert done.status_code == 200, done.text
    assert done.json()["state"] == "adjudicating"
    assert third.get("/v1/reviews/gold").text == ""
    (difference,) = third.get(f"{path}/differences").json()["items"]
    ruling = {"matter": difference["key"], "outcome": "follow", "review_id": difference["reviews"][0]["id"]}
    assert other.post(f"{path}/adjudications", json=ruling).status_code == 403
    settled = third.post(f"{path}/adjudications", json=ruling)
    assert settled.json()["round_state"] == "closed"
    figures = one.get(f"{path}/agreement").json()
    assert (figures["decisions"], figures["same_decisions"]) == (3, 2)
    assert one.get("/v1/reviews/agreement").json()["rounds"] == 1
    gold = [json.loads(line) for line in third.get("/v1/reviews/gold?blind_only=true").text.splitlines()]
    assert len(gold) == 1
    assert gold[0]["origin"]["rounds"] == [made.json()["id"]]
    assert one.get("/v1/reviews/rounds", params={"mine": True}).json()["items"][0]["state"] == "closed"


def test_samples_and_the_estimate(api: Api, world: World) -> None:
    world.record()
    client = api.client("analyst")
    drawn = client.post("/v1/reviews/samples", json={"size": 3}).json()["items"]
    assert len(drawn) == len(client.get("/v1/reviews/samples").json()["items"]) == 3
    for item in drawn:
        read = client.post(f"/v1/reviews/samples/{item['id']}", json={"tags": []}, headers={"If-Match": item["etag"]})
        assert read.status_code == 200, read.text
    found = client.get("/v1/reviews/missed").json()
    assert (found["read"], found["missed"], found["rate"]) == (3, 0, 0.0)


def test_out_of_reach_is_404_and_roles_without_permission_get_403(api: Api, world: World) -> None:
    record_id = world.record(unit="某省/A县", level=2)
    tag = world.tag_of(record_id, PRAISE)
    version_id = world.version(record_id).id
    for reach in ({"unit": "某省/B县"}, {"clearance": 1}):
        client = api.client("analyst", "reviewer", **reach)
        assert client.get(f"/v1/reviews/tags/{tag.id}").status_code == 404
        assert client.get("/v1/reviews/tags", params={"version_id": version_id}).status_code == 404
        assert client.get("/v1/reviews/queue").json()["waiting"] == 0
        body = {"action": "accept", "tag_id": tag.id}
        assert client.post("/v1/reviews", json=body, headers={"If-Match": "*"}).status_code == 404
        assert client.get("/v1/reviews/missed").json()["records"] == 0
        assert client.get("/v1/reviews/gold?complete=false").text == ""
    for role in ("admin", "auditor", "archivist"):
        client = api.client(role)
        assert client.get("/v1/reviews/queue").status_code == 403
        assert client.get("/v1/reviews/gold").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_odd_requests_are_refused_without_an_error_of_the_server(api: Api, world: World) -> None:
    record_id = world.record()
    client = api.client("analyst", "reviewer")
    version_id = world.version(record_id).id
    tag = {"start": 0, "end": 1, "quote": "李\u0000", "label": "responsibility", "polarity": "+"}
    for path in (
        "queue?label=%00", "queue?doc_type=" + "x" * 40, "queue?cursor=AAAA", "tags?version_id=%00", "tags?version_id=x",
        "gold?doc_type=" + "x" * 33, "missed?doc_type=%00", "missed?since=abc", "rounds?record_id=%00", "x",
        "rounds/x", "rounds/x/differences", "tags/x", "reviewers?record_id=x",
    ):  # fmt: skip
        answer = client.get(f"/v1/reviews/{path}")
        assert 400 <= answer.status_code < 500, (path, answer.text)
    for body in (
        {"action": "add", "version_id": version_id, "tag": tag},
        {"action": "add", "version_id": version_id, "tag": {**tag, "start": 2**31 - 1}},
        {"action": "add", "version_id": version_id, "tag": {**tag, "quote": "李"}, "comment": "\u0000"},
        {"action": "accept", "tag_id": "\u0000"},
        {"action": "accept", "tag_id": "x"},
    ):
        answer = client.post("/v1/reviews", json=body, headers={"If-Match": "*"})
        assert 400 <= answer.status_code < 500, (body, answer.text)
    assert len(world.tags(record_id)) == 3
