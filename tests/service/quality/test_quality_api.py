"""Drift and model cards over HTTP, within the caller's reach."""

from __future__ import annotations

import pytest

from nlp.errors import ModelError
from service.quality import models
from service.store.models import Batch, BatchItem, TagRow
from tests.service.conftest import Api
from tests.service.people import People
from tests.service.review.world import World


@pytest.fixture
def world(people: People) -> World:
    return World(people.repository, people)


def batch(people: People, name: str, record_ids: list[str], unit: str = People.ROOT) -> str:
    unit_id, author = people.unit(unit), people.user("archivist")
    with people.repository.system_write("test") as session:
        made = Batch(name=name, unit_id=unit_id, confidentiality=0, created_by=author)
        session.add(made)
        session.flush()
        for number, record_id in enumerate(record_ids, 1):
            session.add(BatchItem(batch_id=made.id, ordinal=number, file_name="f", state="done", record_id=record_id))
        return made.id


def test_drift_counts_records_of_batches_that_the_caller_sees(api: Api, people: People, world: World) -> None:
    first = [world.record("平平。") for _ in range(6)]
    second = [world.record() for _ in range(6)]
    hidden = world.record(level=4)
    ids = [batch(people, "一", first), batch(people, "二", [*second, hidden])]
    batch(people, "空", [])
    rejected, outdated, added = (world.tags(record_id)[0].id for record_id in second[:3])
    with people.repository.system_write("test") as session:
        session.get_one(TagRow, rejected).state = "rejected"
        session.get_one(TagRow, outdated).state = "outdated"
        session.get_one(TagRow, added).origin = "human"
    client = api.client("archivist", clearance=2)
    found = client.get("/v1/quality/drift", params={"by": "batch"}).json()
    assert [(group["id"], group["records"]) for group in found["groups"]] == [(ids[0], 6), (ids[1], 6)]
    assert found["groups"][0]["shown"] == {}
    assert found["groups"][1]["shown"] == {"responsibility+": 4, "democracy_unity-": 6, "execution+": 6}
    marked = {change["cell"] for change in found["changes"] if change["marked"]}
    assert "execution+" in marked
    by_month = client.get("/v1/quality/drift").json()
    assert [group["records"] for group in by_month["groups"]] == [12]
    assert api.client("archivist").get("/v1/quality/drift").json()["groups"][0]["records"] == 13


def test_batches_need_their_own_permission(api: Api, people: People, world: World) -> None:
    batch(people, "一", [world.record()])
    analyst = api.client("analyst", unit="某省/B县")
    assert analyst.get("/v1/quality/drift", params={"by": "batch"}).status_code == 403
    assert analyst.get("/v1/quality/drift").json()["groups"] == []
    assert api.client("auditor").get("/v1/quality/drift").status_code == 403


def test_the_cards_of_the_shipped_models(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    tagger, encoder = api.client("analyst").get("/v1/quality/models").json()["items"]
    assert tagger["name"] == "tagger"
    assert "模型卡" in tagger["card"]
    assert 0 < tagger["figures"]["tag_f1_on_dev"] < 1
    assert tagger["trained_on"]["documents"] > 100
    assert "options.epochs" not in tagger["figures"]
    assert encoder["trained_on"]["pairs"] > 1000
    monkeypatch.setattr(models, "SHIPPED", ("nothing",))
    with pytest.raises(ModelError, match="no card"):
        models.model_cards()
