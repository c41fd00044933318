"""Users, units and keys over HTTP: pages, entity tags, idempotency, and who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from nlp.pipeline import load
from service.access import Repository
from service.audit.verify import verify
from service.store.models import IdempotencyKey
from tests.service.conftest import Api

NOWHERE = "0193e3a0-0000-7000-8000-000000000000"


def new_user(api: Api, **fields: Any) -> dict[str, Any]:
    return {
        "login": "zhang", "display_name": "某张", "unit_id": api.people.unit("某省/A县"), "roles": ["analyst"],
        "clearance": 2, **fields,
    }  # fmt: skip


def test_a_user_from_creation_to_disabling(api: Api) -> None:
    admin = api.client("admin")
    made = admin.post("/v1/users", json=new_user(api), headers={"idempotency-key": "k1"})
    assert made.status_code == 201
    user = made.json()
    again = admin.post("/v1/users", json=new_user(api), headers={"idempotency-key": "k1"})
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**user, "one_time_password": None}  # shown once, kept nowhere
    other = admin.post("/v1/users", json=new_user(api, clearance=3), headers={"idempotency-key": "k1"})
    assert other.status_code == 422
    assert admin.post("/v1/users", json=new_user(api)).status_code == 409
    signed = api.opened().post("/v1/session", json={"login": "zhang", "password": user["one_time_password"]})
    assert signed.json()["must_change_password"] is True
    url = made.headers["location"]
    tag = admin.get(url).headers["etag"]
    assert admin.patch(url, json={"clearance": 1}).status_code == 428
    changed = admin.patch(url, json={"clearance": 1}, headers={"if-match": tag})
    assert changed.json()["clearance"] == 1
    assert admin.patch(url, json={"clearance": 3}, headers={"if-match": tag}).status_code == 412
    tag = changed.headers["etag"]
    assert admin.patch(url, json={"disabled": True}, headers={"if-match": tag}).json()["disabled"] is True
    assert api.opened({"cookie": signed.headers["set-cookie"].split(";")[0]}).get("/v1/session").status_code == 401
    assert user["one_time_password"] not in admin.get(url).text


def test_one_time_passwords_and_keys_are_not_in_the_database(api: Api, repository: Repository) -> None:
    admin = api.client("admin")
    password = admin.post("/v1/users", json=new_user(api), headers={"idempotency-key": "k"}).json()["one_time_password"]
    with repository.system_read("test") as session:
        kept = session.query(IdempotencyKey).one()
        assert password not in str(kept.answer)
    if repository.database.is_sqlite:
        folder = Path(str(repository.database.url.database)).parent
        assert not any(password.encode() in path.read_bytes() for path in folder.glob("*.db*"))


def test_nobody_widens_their_own_rights(api: Api) -> None:
    admin = api.client("admin")
    me = admin.get("/v1/session").json()
    url = f"/v1/users/{me['user_id']}"
    tag = {"if-match": admin.get(url).headers["etag"]}
    for change in ({"roles": ["admin", "analyst"]}, {"clearance": 4}, {"disabled": False}):
        assert admin.patch(url, json=change, headers=tag).status_code == 403
    assert admin.patch(url, json={"display_name": "某王"}, headers=tag).status_code == 200
    assert admin.post(f"{url}/password-reset").status_code == 403


def test_an_administrator_of_a_unit_manages_that_unit_only(api: Api) -> None:
    inside, outside = api.people.user("analyst", unit="某省/A县/B镇"), api.people.user("analyst", unit="某省/C县")
    above = api.people.user("analyst")
    admin = api.client("admin", unit="某省/A县")
    listed = {user["id"] for user in admin.get("/v1/users").json()["items"]}
    assert inside in listed
    assert listed.isdisjoint({outside, above})
    for hidden in (outside, above, NOWHERE):
        assert admin.get(f"/v1/users/{hidden}").status_code == 404
        assert admin.patch(f"/v1/users/{hidden}", json={"clearance": 0}, headers={"if-match": "*"}).status_code == 404
        assert admin.post(f"/v1/users/{hidden}/password-reset").status_code == 404
    for unit in (api.people.unit("某省/C县"), api.people.unit(), NOWHERE):
        assert admin.post("/v1/users", json=new_user(api, unit_id=unit)).status_code == 404
        body = {"code": "x", "name": "某省X县", "parent_id": unit}
        assert admin.post("/v1/units", json=body).status_code == 404
    body = {"code": "d-town", "name": "某省A县D镇", "parent_id": api.people.unit("某省/A县")}
    made = admin.post("/v1/units", json=body)
    assert made.status_code == 201, made.text
    assert admin.post("/v1/users", json=new_user(api, unit_id=made.json()["id"])).status_code == 201
    url = f"/v1/units/{made.json()['id']}"
    moved = {"parent_id": api.people.unit("某省/C县")}
    assert admin.patch(url, json=moved, headers={"if-match": made.headers["etag"]}).status_code == 404


def walk(client: httpx.Client, path: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        params: dict[str, Any] = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        body = client.get(path, params=params).json()
        found += [item["id"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            return found


def test_lists_are_walked_page_by_page(api: Api) -> None:
    for _ in range(7):
        api.people.user("analyst")
    admin, other = api.client("admin"), api.client("admin")
    whole = admin.get("/v1/users", params={"limit": 200}).json()
    assert whole["next_cursor"] is None
    ids = [user["id"] for user in whole["items"]]
    assert walk(admin, "/v1/users", 2) == ids
    cursor = admin.get("/v1/users", params={"limit": 2}).json()["next_cursor"]
    for client, path in ((other, "/v1/users"), (admin, "/v1/keys")):  # another reader, another list
        assert client.get(path, params={"cursor": cursor}).status_code == 400
    assert admin.get("/v1/users", params={"limit": 0}).status_code == 422


def test_keys_belong_to_people(api: Api) -> None:
    mine, theirs = api.client("analyst"), api.client("analyst")
    assert mine.post("/v1/keys", json={"name": "x"}).status_code == 403  # no key makes another
    key_id = theirs.get("/v1/keys").json()["items"][0]["id"]
    assert mine.delete(f"/v1/keys/{key_id}").status_code == 404
    admin = api.client("admin")
    assert key_id in {key["id"] for key in admin.get("/v1/keys").json()["items"]}
    assert admin.delete(f"/v1/keys/{key_id}").json()["revoked_at"] is not None
    assert theirs.get("/v1/session").status_code == 401


def test_refusals_and_changes_are_in_the_log_and_the_log_holds(api: Api, repository: Repository) -> None:
    analyst, auditor = api.client("analyst"), api.client("auditor")
    assert analyst.get("/v1/users").status_code == 403
    api.client("admin").post("/v1/users", json=new_user(api))
    body = auditor.get("/v1/audit").json()
    actions = {entry["action"] for entry in body["items"]}
    assert {"access.refuse", "user.create"} <= actions
    assert "某张" not in str(body)
    only = auditor.get("/v1/audit", params={"action": "access.refuse"}).json()["items"]
    assert [entry["object_id"] for entry in only] == ["GET /v1/users"]
    checked = auditor.get("/v1/audit/verify").json()
    assert checked["intact"] is True
    assert checked["entries"] == auditor.get("/v1/audit/head").json()["seq"]
    with repository.system_read("test") as session:
        assert verify(session).seq >= checked["entries"]
    assert analyst.get("/v1/audit").status_code == 403


def test_requests_carry_their_id_into_the_log(api: Api) -> None:
    admin, auditor = api.client("admin"), api.client("auditor")
    admin.get("/v1/users", headers={"x-request-id": "trace-12345"})
    entries = auditor.get("/v1/audit", params={"action": "user.list"}).json()["items"]
    assert entries[0]["request_id"] == "trace-12345"


def test_cases_outside_the_own_units_are_neither_added_nor_found(api: Api) -> None:
    engine = api.app.state.engine
    engine.__dict__["pipeline"] = load(finder="lexicon")
    here, there = "某省A县", "某省B县"
    for path in ("某省/A县", "某省/B县"):
        api.people.unit(path)
    root = api.client("archivist")
    cases = [
        {"id": "a0", "text": "为迎接检查连夜粉刷沿街外墙。", "unit": here},
        {"id": "a3", "text": "为迎接检查连夜粉刷背街外墙。", "unit": here, "confidentiality": 3},
        {"id": "b0", "text": "为迎接检查连夜粉刷临街外墙。", "unit": there},
        {"id": "n0", "text": "为迎接检查连夜粉刷两侧外墙。"},
    ]
    assert root.post("/v1/cases", json={"cases": cases}).json()["total"] == 4
    local = api.client("archivist", unit="某省/A县", clearance=1)
    body = {"text": "突击粉刷外墙迎检", "k": 10, "collapse": False}
    assert [hit["id"] for hit in local.post("/v1/search", json=body).json()["hits"]] == ["a0"]
    assert len(root.post("/v1/search", json=body).json()["hits"]) == 4
    mine = {"id": "a1", "text": "分房一碗水端平。", "unit": here}
    assert local.post("/v1/cases", json={"cases": [mine]}).json()["total"] is None
    refused = [
        local.post("/v1/cases", json={"cases": [{**mine, **change}]}).status_code
        for change in ({"unit": there}, {"unit": "没有的单位"}, {"confidentiality": 2}, {"unit": None})
    ]
    assert refused == [404, 404, 403, 403]
    searches = api.client("auditor").get("/v1/audit", params={"action": "case.search"}).json()["items"]
    assert len(searches) == 2
    assert "粉刷" not in str(searches)
