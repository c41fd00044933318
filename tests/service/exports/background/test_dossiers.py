"""A dossier in the background: made as its owner may see it, and given while they may."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
import httpx
import pytest

from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.store.models import User
from service.store.models.working import Job
from tests.service.conftest import Api
from tests.service.exports.background.test_exports import Ended, Records, ask, fetched


@pytest.fixture
def note(api: Api, analyst: httpx.Client, records: Records) -> dict[str, Any]:
    """A note that cites one accepted tag of the record at level 2."""
    subject = analyst.post("/v1/subjects", json={"unit_id": api.people.unit(), "code": "S-1"}).json()
    link = {"subject_id": subject["id"], "record_id": records[1]["id"], "reason": "标题写明"}
    assert analyst.post("/v1/subject-links", json=link).status_code == 201
    params = {"version_id": records[1]["current_version_id"]}
    tag = analyst.get("/v1/reviews/tags", params=params).json()["items"][0]
    accepted = {"action": "accept", "tag_id": tag["id"]}
    assert analyst.post("/v1/reviews", json=accepted, headers={"If-Match": tag["etag"]}).status_code == 201
    body = {
        "subject_id": subject["id"],
        "occasion": "年度考核",
        "summary": "",
        "findings": [{"statement": "认定一", "evidence": [tag["id"]]}],
    }
    answer = analyst.post("/v1/assessments", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return {**made, "quote": tag["quote"]}


@pytest.fixture
def analyst(api: Api) -> httpx.Client:
    return api.client("analyst")


def test_a_dossier_quotes_its_evidence_and_follows_its_owners_access(
    api: Api, analyst: httpx.Client, note: dict[str, Any], worker: Worker, ended: Ended, tools: Tools
) -> None:
    both = {kind: ask(analyst, what="dossier", format=kind, assessment_id=note["id"]) for kind in ("docx", "pdf")}
    for kind, export in both.items():
        job = ended(export["id"])
        assert (job.state, job.total, job.done) == ("done", 1, 1), job.error
        assert job.result is not None
        assert job.result["file"] == f"dossier-{note['id']}.{kind}"
    words = docx.Document(BytesIO(fetched(analyst, both["docx"]).content))
    cells = [cell.text for table in words.tables for row in table.rows for cell in row.cells]
    assert any(note["quote"] in said for said in [*(part.text for part in words.paragraphs), *cells])
    assert fetched(analyst, both["pdf"]).content.startswith(b"%PDF-")
    assert fetched(api.client("analyst"), both["pdf"]).status_code == 404
    with tools.repository.system_write("test") as session:
        session.get_one(User, str(session.get_one(Job, both["pdf"]["id"]).owner_id)).clearance = 1
    assert fetched(analyst, both["pdf"]).status_code == 404
