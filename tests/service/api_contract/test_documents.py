"""The OpenAPI document: who may read it, and that it names the problems that every operation may answer with."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.problems import MEDIA_TYPE
from tests.service.conftest import Api
from tests.service.databases import Databases

PATHS = ("/openapi.json", "/docs", "/redoc")


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite only: what is asked here is the same whatever the database."""
    return databases.url("sqlite", tmp_path)


def test_the_documents_are_for_those_who_are_signed_in(api: Api) -> None:
    stranger, known = api.opened(), api.client("auditor")
    for path in PATHS:
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA_TYPE), path
        assert known.get(path).status_code == 200, path
    in_browser = stranger.get("/docs", headers={"accept": "text/html"})
    assert (in_browser.status_code, in_browser.headers["location"]) == (303, "/sign-in?next=%2Fdocs")


@pytest.mark.settings(open_docs=True)
def test_a_setting_opens_the_documents(api: Api) -> None:
    assert [api.opened().get(path).status_code for path in PATHS] == [200, 200, 200]


def test_every_operation_names_its_problems_as_problem_json(api: Api) -> None:
    document = api.app.openapi()
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for code in ("4XX", "5XX"):
                assert operation["responses"][code]["content"] == problem, (method, path)
            assert "422" not in operation["responses"], (method, path)
    assert set(document["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
    }
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_filter_takes_one_value_or_a_list_in_which_one_may_stand_twice(api: Api) -> None:
    values = api.app.openapi()["components"]["schemas"]["Filters"]["properties"]["outcome"]["anyOf"]
    assert [value["type"] for value in values] == ["string", "array", "null"]
    assert "uniqueItems" not in values[1]
    for given in ("诫勉", ["诫勉", "诫勉"], None):
        answer = api.client("analyst").post("/v1/search/facets", json={"filters": {"outcome": given}})
        assert answer.json()["type"].endswith(":index_missing"), answer.text  # understood; there is no case to be found


def test_a_parameter_given_twice_is_refused_by_its_name(api: Api) -> None:
    client = api.client("analyst")
    answer = client.get("/v1/records?limit=2&unit_id=a&unit_id=b&unit_id=a")
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert [error["at"] for error in answer.json()["errors"]] == [["query", "unit_id"]]
    assert client.get("/v1/records?limit=2").status_code == 200
