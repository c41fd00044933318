"""Exports over HTTP: every format, made once, given only to who may still see what is in them."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest
import spacy
from spacy.tokens import DocBin
from sqlalchemy import select

from nlp.codebook import Codebook
from nlp.errors import ReadingError
from nlp.schema import Annotation, Source, Tag
from service.exports.background.bundling import bundle
from service.exports.background.keeping import FOLDER, Shelf, forget_old
from service.exports.background.making import Exporting
from service.jobs.contract import Task, Tools
from service.jobs.worker import Worker
from service.store.models import AuditEntry, User
from service.store.models.working import Job
from tests.service.conftest import Api
from tests.service.exports.background.conftest import TEXTS

Ended = Callable[[str], Job]
Records = list[dict[str, Any]]
BOOK = Codebook.load()


def ask(client: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/v1/exports", json=body)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/exports/{made['id']}"
    return made


def fetched(client: httpx.Client, export: dict[str, Any]) -> httpx.Response:
    return client.get(f"/v1/exports/{export['id']}/file")


def actions(tools: Tools, name: str) -> list[AuditEntry]:
    with tools.repository.system_read("test") as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == name)))


def test_every_format_holds_every_record(api: Api, records: Records, worker: Worker, ended: Ended) -> None:
    analyst = api.client("analyst")
    formats = ("jsonl", "label-studio", "doccano", "brat", "spacy", "parquet", "xlsx")
    asked = {name: ask(analyst, what="records", format=name) for name in formats}
    content = {}
    for name, export in asked.items():
        job = ended(export["id"])
        assert (job.state, job.total, job.done, job.failed) == ("done", 3, 3, 0), job.error
        answer = fetched(analyst, export)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="records-{export["id"]}.')
        assert job.result is not None
        assert (job.result["documents"], job.result["bytes"]) == (2, len(answer.content))
        content[name] = answer.content

    lines = [Annotation.model_validate_json(line) for line in content["jsonl"].decode().splitlines()]
    assert {one.id: one.text for one in lines} == {
        record["id"]: text for record, text in zip(records, TEXTS, strict=True)
    }
    tags = [(one, tag) for one in lines for tag in one.tags]
    assert len(tags) >= 3
    assert all(one.text[tag.start : tag.end] == tag.quote for one, tag in tags)
    assert {task["data"]["text"] for task in json.loads(content["label-studio"])} == set(TEXTS)
    with zipfile.ZipFile(BytesIO(content["doccano"])) as archive:
        assert sorted(archive.namelist()) == ["documents.jsonl", "labels.json"]
        assert len(archive.read("documents.jsonl").decode().splitlines()) == 2
    with zipfile.ZipFile(BytesIO(content["brat"])) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".txt")]
        assert set(texts) == set(TEXTS)
    docs = list(DocBin().from_bytes(content["spacy"]).get_docs(spacy.blank("zh").vocab))
    assert {doc.text for doc in docs} == set(TEXTS)
    with zipfile.ZipFile(BytesIO(content["parquet"])) as archive:
        table = pq.read_table(BytesIO(archive.read("documents.parquet")))
        assert set(table["text"].to_pylist()) == set(TEXTS)
    book = openpyxl.load_workbook(BytesIO(content["xlsx"]))
    assert book["材料"].max_row >= 3


def test_filters_and_reviewed_tags_decide_what_is_in_it(
    api: Api, records: Records, worker: Worker, ended: Ended, tools: Tools
) -> None:
    analyst = api.client("analyst")
    version = records[0]["current_version_id"]
    first = analyst.get("/v1/reviews/tags", params={"version_id": version}).json()["items"][0]
    accepted = {"action": "accept", "tag_id": first["id"]}
    assert analyst.post("/v1/reviews", json=accepted, headers={"If-Match": first["etag"]}).status_code == 201
    export = ask(analyst, what="records", format="jsonl", filters={"text": "从不推诿"}, tags="reviewed")
    # The words that were looked for may be a name: only ids are kept with the job.
    assert export["params"] == {
        "what": "records", "format": "jsonl", "record_ids": [records[0]["id"]], "tags": "reviewed",
    }  # fmt: skip
    ended(export["id"])
    (line,) = fetched(analyst, export).text.splitlines()
    assert [tag["quote"] for tag in json.loads(line)["tags"]] == [first["quote"]]
    (made,), (given,) = actions(tools, "export.make"), actions(tools, "export.download")
    assert made.actor == given.actor
    assert "推诿" not in made.details + given.details


def test_an_export_is_its_owners_alone(api: Api, records: Records, worker: Worker, ended: Ended) -> None:
    owner, other = api.client("analyst"), api.client("analyst")
    export = ask(owner, what="records", format="jsonl")
    ended(export["id"])
    assert [one["id"] for one in owner.get("/v1/exports").json()["items"]] == [export["id"]]
    assert other.get("/v1/exports").json()["items"] == []
    for path in (f"/v1/exports/{export['id']}", f"/v1/exports/{export['id']}/file"):
        assert owner.get(path).status_code == 200
        assert other.get(path).status_code == 404
        # An administrator sees that there are jobs, and neither records nor what was made of them.
        assert api.client("admin").get(path).status_code == 403
        assert api.client("admin", "investigator").get(path).status_code == 404


def test_who_may_not_see_it_any_more_does_not_get_it(
    api: Api, records: Records, worker: Worker, ended: Ended, tools: Tools, archivist: httpx.Client
) -> None:
    analyst = api.client("analyst", clearance=2)
    export, low = (ask(analyst, what="records", format="xlsx", record_ids=[record["id"]]) for record in records[::-1])
    for one in (export, low):
        ended(one["id"])
        assert fetched(analyst, one).status_code == 200
    with tools.repository.system_write("test") as session:
        job = session.get_one(Job, export["id"])
        session.get_one(User, str(job.owner_id)).clearance = 1
    assert fetched(analyst, export).status_code == 403
    assert fetched(analyst, low).status_code == 200
    raised = archivist.post(
        f"/v1/records/{records[0]['id']}/versions",
        json={"reason": "定密", "confidentiality": 3},
        headers={"If-Match": records[0]["etag"]},
    )
    assert raised.status_code == 201
    assert fetched(analyst, low).status_code == 403


def test_what_the_owner_cannot_read_is_left_out_and_the_rest_goes_on(
    api: Api, records: Records, tools: Tools, ended: Ended
) -> None:
    analyst = api.client("analyst", clearance=2)
    export = ask(analyst, what="records", format="jsonl")
    with tools.repository.system_write("test") as session:
        session.get_one(User, str(session.get_one(Job, export["id"]).owner_id)).clearance = 0
    made = Worker(tools, tick=0.05)
    made.start()
    try:
        job = ended(export["id"])
    finally:
        made.stop()
    assert (job.state, job.done, job.failed) == ("done", 2, 1)
    assert job.error == {"code": "not_found", "item": "1"}
    assert [json.loads(line)["id"] for line in fetched(analyst, export).text.splitlines()] == [records[0]["id"]]


def test_before_and_without_a_file_nothing_is_given(api: Api, records: Records, tools: Tools, ended: Ended) -> None:
    analyst = api.client("analyst")
    export = ask(analyst, what="records", format="jsonl")
    assert fetched(analyst, export).status_code == 409
    assert analyst.post(f"/v1/jobs/{export['id']}/cancel").json()["state"] == "cancelled"
    assert fetched(analyst, export).status_code == 409
    assert not (tools.settings.data_dir / FOLDER / export["id"]).exists()


def test_a_step_that_runs_again_after_a_crash_makes_the_same_and_tells_it_once(
    api: Api, records: Records, tools: Tools
) -> None:
    analyst = api.client("analyst")
    export = ask(analyst, what="records", format="brat")
    with tools.repository.system_read("test") as session:
        job = session.get_one(Job, export["id"])
    task, kind = Task(job.id, job.owner_id, job.params), Exporting()
    keys = kind.plan(tools, task)
    assert keys == ["0", "1", "file"]
    shelf = Shelf(tools.settings.data_dir, task.id)
    digests = set()
    for key in (*keys, "0", "file", "file"):
        kind.perform(tools, task, key)
        digests |= {manifest.sha256} if (manifest := shelf.manifest()) else set()
    assert len(digests) == 1
    assert len(actions(tools, "export.make")) == 1
    assert kind.finish(tools, task, keys) == kind.finish(tools, task, keys)
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["manifest.json", f"records-{task.id}.zip"]
    assert oct(shelf.folder.stat().st_mode)[-3:] == "700"


def test_old_exports_are_removed(api: Api, records: Records, tools: Tools, worker: Worker, ended: Ended) -> None:
    analyst = api.client("analyst")
    export = ask(analyst, what="records", format="jsonl")
    ended(export["id"])
    assert forget_old(tools.settings.data_dir) == 0
    time.sleep(0.01)
    assert forget_old(tools.settings.data_dir, seconds=0) == 1
    gone = fetched(analyst, export)
    assert gone.status_code == 404
    assert "请重新申请导出" in gone.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"what": "records", "format": "pdf"}, 422),
        ({"what": "dossier", "format": "xlsx", "assessment_id": "x"}, 422),
        ({"what": "dossier", "format": "pdf"}, 422),
        ({"what": "records", "format": "xlsx", "record_ids": ["x"], "filters": {}}, 422),
        ({"what": "records", "format": "xlsx", "record_ids": ["no-such"]}, 404),
        ({"what": "records", "format": "xlsx", "filters": {"text": "没有这几个字"}}, 422),
        ({"what": "dossier", "format": "docx", "assessment_id": "no-such"}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, body: dict[str, Any], status: int) -> None:
    assert api.client("analyst").post("/v1/exports", json=body).status_code == status
    assert api.client("archivist").post("/v1/exports", json=body).status_code == 403


def test_what_a_format_cannot_hold_is_listed_beside_it(tmp_path: Path) -> None:
    tag = Tag(
        start=0, end=2, quote="公道", label="no_such_label", family="trait", group="德", polarity="+", status="observed",
        subject="target", kind="judgement", score=1.0, source="human", cues=[],
    )  # fmt: skip
    good, bad = (
        Annotation(
            id=name, source=Source(), doc_type=None, text="公道。", sections=[], turns=[], clauses=[], tags=tags,
            codebook_version="1", pipeline_version="1",
        )
        for name, tags in (("good", []), ("bad", [tag]))
    )  # fmt: skip
    failures: list[ReadingError] = []
    out, count = bundle([good, bad], "label-studio", tmp_path, "records-1", BOOK, failures)
    assert (out.name, count, len(failures)) == ("records-1.zip", 1, 1)
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("records-1.json"))[0]["data"]["document"] == "good"
        assert "no_such_label" in json.loads(archive.read("errors.jsonl"))["message"]
