"""Cases by id over HTTP: one, two side by side, the values to filter by; nothing of what a reader may not see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from nlp.retrieval import Case
from nlp.retrieval.case import CaseTag
from service.app import create_app
from service.jobs.contract import Tools
from service.store.models import AuditEntry
from tests.service.conftest import Api, serving
from tests.service.people import People

WALL = "为迎接检查连夜粉刷沿街外墙，背街污水照流。"


@pytest.fixture
def api(tools: Tools, people: People) -> Iterator[Api]:
    people.unit("某省/A县")
    people.unit("某省/B县")
    app = create_app(tools.settings, tools.repository)
    app.state.engine = tools.engine
    tag = CaseTag(label="substance_over_show", polarity="-", start=5, end=13, quote=WALL[5:13])
    tools.engine.add_cases(
        [
            Case(id="a/1", text=WALL, title="刷墙", unit="某省A县", date="2020-05", outcome="诫勉", tags=[tag]),
            Case(id="李某案", text=WALL + "墙白了，路还是烂的。", unit="某省A县", outcome="提醒谈话", tags=[tag]),
            Case(id="b1", text=WALL, unit="某省B县"),
            Case(id="secret", text=WALL, unit="某省A县", confidentiality=4),
        ]
    )
    with ExitStack() as stack:
        yield Api(stack.enter_context(serving(app)), app, people, stack)


def test_a_case_is_shown_to_those_who_may_see_it(api: Api, tools: Tools) -> None:
    client = api.client("analyst", unit="某省/A县", clearance=1)
    shown = client.get("/v1/cases/a/1")
    assert shown.status_code == 200
    assert (shown.json()["title"], shown.json()["text"]) == ("刷墙", WALL)
    assert client.get("/v1/cases/李某案").json()["outcome"] == "提醒谈话"
    for hidden in ("b1", "secret", "nothing"):
        answer = client.get(f"/v1/cases/{hidden}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:yanpan:problem:not_found")
    assert api.client("auditor").get("/v1/cases/a/1").status_code == 403
    with tools.repository.system_read("test") as session:
        logged = session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "case.view")).all()
    # an id may be somebody's name
    assert sorted(id_.partition(":")[0] for id_ in logged if id_) == ["a/1", "sha256"]


def test_two_cases_are_compared_passage_by_passage(api: Api) -> None:
    client = api.client("investigator", unit="某省/A县", clearance=1)
    found = client.post("/v1/cases/compare", json={"first": "a/1", "second": "李某案"}).json()
    assert (found["first"]["id"], found["second"]["id"]) == ("a/1", "李某案")
    pair = found["likeness"]["pairs"][0]
    for side, case in (("query", found["first"]), ("case", found["second"])):
        assert case["text"][pair[side]["start"] : pair[side]["end"]] == pair[side]["quote"]
    assert [tag["label"] for tag in found["likeness"]["shared_tags"]] == ["substance_over_show"]
    assert client.post("/v1/cases/compare", json={"first": "a/1", "second": "a/1"}).status_code == 422
    for hidden in ("b1", "secret"):
        assert client.post("/v1/cases/compare", json={"first": "a/1", "second": hidden}).status_code == 404


def test_facets_count_what_the_reader_sees(api: Api) -> None:
    client = api.client("analyst", unit="某省/A县", clearance=1)
    found = client.post("/v1/search/facets", json={"filters": {"outcome": ["诫勉"]}}).json()
    assert found["cases"] == 1
    assert {facet["value"]: facet["cases"] for facet in found["outcome"]} == {"诫勉": 1, "提醒谈话": 1}
    assert [facet["value"] for facet in found["unit"]] == ["某省A县"]
    assert api.client("analyst").post("/v1/search/facets", json={}).json()["cases"] == 4


def test_without_an_index_there_is_no_case(tools: Tools, people: People) -> None:
    people.unit()
    with ExitStack() as stack:
        app = create_app(tools.settings, tools.repository)
        app.state.engine = tools.engine
        client = Api(stack.enter_context(serving(app)), app, people, stack).client("analyst")
        assert client.get("/v1/cases/a").status_code == 404
        assert client.post("/v1/search/facets", json={}).json()["type"] == "urn:yanpan:problem:index_missing"
