"""Records over HTTP, against a real server."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest

from nlp.pipeline import Pipeline
from nlp.schema import Annotation
from tests.service.conftest import Api

PRAISE = "考察材料\n时间：2023年5月9日\n该同志从不推诿扯皮，群众反映其处事公道。"
FAULT = "该同志怕得罪人，工作拈轻怕重。"


@pytest.fixture
def served(api: Api, lexicon: Pipeline) -> Api:
    api.app.state.engine.pipeline = lexicon
    return api


@pytest.fixture
def archivist(served: Api) -> httpx.Client:
    return served.client("archivist")


@pytest.fixture
def post(served: Api, archivist: httpx.Client) -> Any:
    def call(text: str, **fields: Any) -> dict[str, Any]:
        answer = archivist.post("/v1/records", json={"text": text, "unit_id": served.people.unit(), **fields})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return call


def test_a_record_from_text_to_annotation(served: Api, archivist: httpx.Client, post: Any) -> None:
    made = post(PRAISE, title="𠮷某考察材料", author="某甲")
    id = made["record"]["id"]
    shown = archivist.get(f"/v1/records/{id}")
    assert shown.headers["etag"] == made["record"]["etag"]
    body = shown.json()
    assert body["version"]["text"] == PRAISE
    assert body["record"]["document_date"] == "2023-05-09"
    assert body["record"]["tags"] == {"proposed": made["tags"]}
    annotation = Annotation.model_validate(archivist.get(f"/v1/records/{id}/annotation").json())
    assert len(annotation.tags) == made["tags"] >= 2
    assert archivist.get(f"/v1/records/{id}/annotation", params={"tags": "reviewed"}).json()["tags"] == []
    assert served.client("admin").get(f"/v1/records/{id}").status_code == 403
    far = served.client("analyst", unit="某省/B县")
    assert far.get(f"/v1/records/{id}").status_code == 404
    assert far.get("/v1/records").json()["items"] == []


def test_the_same_request_is_done_once(served: Api, archivist: httpx.Client) -> None:
    body = {"text": PRAISE, "unit_id": served.people.unit()}
    first, second = (archivist.post("/v1/records", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    third = archivist.post("/v1/records", json=body).json()
    assert third["duplicates"]["same_text"] == [first.json()["record"]["id"]]
    near = archivist.post("/v1/records", json={**body, "text": PRAISE.replace("群众", "职工")}).json()
    assert near["duplicates"]["same_text"] == []
    found = archivist.get(f"/v1/records/{near['record']['id']}/duplicates").json()
    assert found["near_text"] == near["duplicates"]["near_text"]


def test_near_duplicates_are_named(post: Any) -> None:
    text = "该同志长期在基层工作，熟悉情况，处事公道，从不推诿扯皮，群众评价较好，能够按期完成各项工作任务。" * 2
    first = post(text)
    assert post(text.replace("，", "、") + "特此说明")["duplicates"]["near_text"] == [first["record"]["id"]]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["b", "a"]),
    ({"sort": "oldest"}, ["a", "b"]),
    ({"text": "推诿"}, ["a"]),
    ({"text": "%"}, []),
    ({"label": "responsibility+"}, ["a"]),
    ({"label": ["responsibility", "fairness+"]}, ["a"]),
    ({"label": "fairness-"}, []),
    ({"author": "某乙"}, ["b"]),
    ({"source": "考察"}, ["a"]),
    ({"date_from": "2023-05", "date_to": "2023"}, ["a"]),
    ({"date_from": "2024-03"}, ["b"]),
    ({"date_to": "2023-05-08"}, []),
    ({"unreviewed": "true"}, ["b", "a"]),
    ({"unreviewed": "false"}, []),
    ({"doc_type": "inspection"}, ["a"]),
]


def test_filters(post: Any, archivist: httpx.Client) -> None:
    post(PRAISE, title="a", source="某考察组")
    post(FAULT, title="b", author="某乙", document_date="2024")
    for filters, found in FILTERS:
        answer = archivist.get("/v1/records", params=filters)
        assert answer.status_code == 200, answer.text
        assert [item["title"] for item in answer.json()["items"]] == found, filters
    for wrong, status in (({"date_from": "2023-02-29"}, 422), ({"label": "甲"}, 422), ({"unit_id": "x"}, 404)):
        assert archivist.get("/v1/records", params=wrong).status_code == status


def test_pages(post: Any, archivist: httpx.Client) -> None:
    ids = [post(f"该同志处事公道，第{number}份。")["record"]["id"] for number in range(5)]
    seen, cursor = [], None
    while True:
        page = archivist.get("/v1/records", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    assert archivist.get("/v1/records", params={"cursor": "x"}).status_code == 400


def test_a_correction_is_a_new_version(served: Api, archivist: httpx.Client, post: Any) -> None:
    made = post(PRAISE)
    id, etag = made["record"]["id"], made["record"]["etag"]
    body = {"reason": "录入有误", "text": PRAISE.replace("公道", "公正")}
    assert archivist.post(f"/v1/records/{id}/versions", json=body).status_code == 428
    assert archivist.post(f"/v1/records/{id}/versions", json=body, headers={"If-Match": '"99"'}).status_code == 412
    done = archivist.post(f"/v1/records/{id}/versions", json=body, headers={"If-Match": etag})
    assert done.status_code == 201, done.text
    assert done.json()["record"]["versions"] == 2
    stale = archivist.post(f"/v1/records/{id}/versions", json=body, headers={"If-Match": etag})
    assert stale.status_code == 412
    versions = archivist.get(f"/v1/records/{id}/versions").json()["items"]
    assert [(one["number"], one["correction"]) for one in versions] == [(2, "录入有误"), (1, None)]
    (changed,) = archivist.get(f"/v1/records/{id}/differences").json()["text"]
    assert changed["kind"] == "changed"
    assert "公道" in changed["before"]["quote"]
    assert "公正" in changed["after"]["quote"]
    old = archivist.get(f"/v1/records/{id}", params={"version_id": versions[1]["id"]}).json()["version"]
    assert old["text"] == PRAISE
    nothing = archivist.post(
        f"/v1/records/{id}/versions", json={"reason": "无", "title": None}, headers={"If-Match": "*"}
    )
    assert nothing.status_code == 422
    assert served.client("analyst").post(f"/v1/records/{id}/versions", json=body).status_code == 403


def test_level_and_unit_are_corrected_and_audited(served: Api, archivist: httpx.Client, post: Any) -> None:
    id = post(PRAISE)["record"]["id"]
    low = served.client("analyst", clearance=0)
    assert low.get(f"/v1/records/{id}").status_code == 200
    for level, seen in ((2, 404), (0, 200)):
        answer = archivist.post(
            f"/v1/records/{id}/versions",
            json={"reason": "定密", "confidentiality": level},
            headers={"If-Match": "*"},
        )
        assert answer.status_code == 201, answer.text
        assert low.get(f"/v1/records/{id}").status_code == seen
    # The version of the higher level stays closed to the low reader.
    assert [one["number"] for one in low.get(f"/v1/records/{id}/versions").json()["items"]] == [3, 1]
    county = served.people.unit("某省/A县")
    moved = archivist.post(
        f"/v1/records/{id}/versions", json={"reason": "移交", "unit_id": county}, headers={"If-Match": "*"}
    )
    assert moved.json()["record"]["unit_id"] == county
    entries = served.client("auditor").get("/v1/audit", params={"limit": 200}).json()["items"]
    actions = [entry["action"] for entry in entries]
    assert actions.count("record.level") == 2
    assert actions.count("record.move") == 1
    assert "推诿" not in json.dumps(entries, ensure_ascii=False)


def test_an_upload_and_its_file(served: Api, archivist: httpx.Client) -> None:
    data = FAULT.encode("gb18030")
    form = {"unit_id": served.people.unit(), "document_date": "2022-01", "confidentiality": "1"}
    answer = archivist.post("/v1/records/uploads", data=form, files={"file": ("谈话<b>.txt", data)})
    assert answer.status_code == 201, answer.text
    (item,) = answer.json()["items"]
    assert item["record"]["title"] == "谈话<b>"
    assert item["record"]["document_date"] == "2022-01"
    id = item["record"]["id"]
    original = archivist.get(f"/v1/records/{id}/original")
    assert original.content == data
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"
    shown = archivist.get(f"/v1/records/{id}").json()["version"]
    assert shown["file_sha256"] == hashlib.sha256(data).hexdigest()
    # Whoever sees a lowered version gets the file with it; a new text has no file.
    for body, status in (({"confidentiality": 0}, 200), ({"text": PRAISE}, 404)):
        done = archivist.post(f"/v1/records/{id}/versions", json={"reason": "更正", **body}, headers={"If-Match": "*"})
        assert done.status_code == 201, done.text
        assert served.client("analyst", clearance=0).get(f"/v1/records/{id}/original").status_code == status


def test_an_upload_with_a_bad_line(served: Api, archivist: httpx.Client) -> None:
    lines = [
        json.dumps({"id": "甲", "text": FAULT}),
        "{",
        json.dumps({"id": "\ud83d", "text": " "}),
        '{"id":"乙","text":"处事公道。"}',
    ]
    answer = archivist.post(
        "/v1/records/uploads",
        data={"unit_id": served.people.unit()},
        files={"file": ("一批.jsonl", "\n".join(lines).encode())},
    )
    assert answer.status_code == 201, answer.text
    assert [item["record"]["title"] for item in answer.json()["items"]] == ["一批 甲", "一批 乙"]
    assert len(answer.json()["errors"]) == 2
    broken = archivist.post(
        "/v1/records/uploads", data={"unit_id": served.people.unit()}, files={"file": ("坏.pdf", b"%PDF-1.7")}
    )
    assert broken.status_code == 422
    assert len(archivist.get("/v1/records").json()["items"]) == 2


def test_annotating_again_keeps_what_people_decided(served: Api, archivist: httpx.Client, post: Any) -> None:
    made = post(PRAISE)
    id, version = made["record"]["id"], made["record"]["current_version_id"]
    analyst = served.client("analyst")
    tags = analyst.get("/v1/reviews/tags", params={"version_id": version}).json()["items"]
    for tag, action in ((tags[0], "accept"), (tags[1], "reject")):
        body = {"action": action, "tag_id": tag["id"]}
        assert analyst.post("/v1/reviews", json=body, headers={"If-Match": tag["etag"]}).status_code == 201
    again = archivist.post(f"/v1/records/{id}/annotation", headers={"If-Match": "*"})
    assert again.status_code == 200, again.text
    assert again.json()["kept"] == 2
    shown = archivist.get(f"/v1/records/{id}/annotation").json()["tags"]
    assert [tag["quote"] for tag in shown].count(tags[0]["quote"]) == 1
    assert tags[1]["quote"] not in [tag["quote"] for tag in shown]
    fixed = archivist.post(
        f"/v1/records/{id}/versions",
        json={"reason": "补充", "text": PRAISE + "其工作扎实。"},
        headers={"If-Match": "*"},
    ).json()
    assert fixed["carried"] == 2
    assert fixed["record"]["tags"]["rejected"] == 1
