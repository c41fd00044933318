"""What a service tells somebody is what one tells that holds only what they may see: lists, counts, search, exports."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from nlp.retrieval import Case
from service.searching.arriving import ask_for_alerts
from service.store.models.working import Job
from tests.service.access_matrix.asking import FULL, ID, ask, readable
from tests.service.access_matrix.endpoints import ENDPOINTS
from tests.service.access_matrix.making import copied
from tests.service.access_matrix.scenery import CELLS, UNITS, Client, Scenery
from tests.service.access_matrix.shadow import shadow_of

_ROLES = ("analyst", "archivist", "investigator", "reviewer")
# Asked with POST, and changing nothing that anybody is shown.
_ASKED = {
    ("POST", "/v1/search"),
    ("POST", "/v1/records/search"),
    ("POST", "/v1/search/facets"),
    ("POST", "/v1/searches/{id}/run"),
    ("POST", "/v1/cases/compare"),
    ("POST", "/v1/subjects/lookup"),
    ("POST", "/v1/decisions/{id}/case"),
}
# Keys say when they were used; events are the job once more, at the pace of a clock.
_LEFT_OUT = {("GET", "/v1/keys"), ("GET", "/v1/jobs/{id}/events")}
_SHOWN = sorted({one for one in ENDPOINTS if one[0] == "GET"} - _LEFT_OUT | _ASKED)
_numbers = itertools.count(1)
_LONG = "为迎接检查连夜粉刷沿街外墙，背街污水照流，群众说墙白了，路还是烂的。"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scenery, Path]]:
    folder = tmp_path_factory.mktemp("whole")
    with copied(folder) as made:
        yield made, folder


# A reader takes ten seconds; a short run has two of them, the full matrix twenty more.
@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.generate] if FULL else [Phase.explicit],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(role="analyst", unit="own", level=1)
@example(role="reviewer", unit="other", level=3)
@given(role=st.sampled_from(_ROLES), unit=st.sampled_from(sorted(UNITS)), level=st.sampled_from([1, 0, 3, 4]))
def test_every_answer_is_that_of_a_service_with_nothing_else_in_it(
    source: tuple[Scenery, Path], tmp_path_factory: pytest.TempPathFactory, role: str, unit: str, level: int
) -> None:
    scenery, folder = source
    client, user_id = scenery.client(role, unit=unit, clearance=level)
    own = _belongings(scenery, client, role)
    _news(scenery)
    before = {}
    with shadow_of(scenery, folder, tmp_path_factory.mktemp("shadow"), user_id, UNITS[unit], level) as shadow:
        reader = Client(shadow.transport, None)
        reader.headers = client.headers
        for place in ((scenery, client), (shadow, reader)):
            before[place[0] is shadow] = list(_answers(*place, own, level))
    assert len(before[True]) >= 60
    for real, alone in zip(before[False], before[True], strict=True):
        assert real == alone


def _belongings(scenery: Scenery, client: Client, role: str) -> dict[str, str]:
    if role == "archivist":
        return {"job": client.post("/v1/jobs/reannotate", {}, status=202)["id"]}
    search = client.post("/v1/searches", {"name": "刷墙", "text": _LONG, "k": 1, "alerting": True})["id"]
    made = {"search": search}
    export = client.request("POST", "/v1/exports", json={"what": "records", "format": "jsonl", "filters": {}})
    if export.status_code == 202:
        made["job"] = made["export"] = export.json()["id"]
    return made


def _answers(scenery: Scenery, client: Client, own: dict[str, str], shift: int) -> Iterator[tuple[Any, ...]]:
    _tell(scenery)
    if "export" in own:
        scenery.finish(own["export"])
    for number, (method, path) in enumerate(_SHOWN, shift):
        endpoint = ENDPOINTS[method, path]
        for cell in _cells(number) if endpoint.about is not None or endpoint.params or endpoint.body else ["own"]:
            ids = {**scenery.theirs, **scenery.cells[cell], **own}
            answer = ask(client, method, path, endpoint, ids)
            yield method, path, cell, answer.status_code, _read(answer)
        if endpoint.about is None and method == "GET":
            yield from _pages(client, path)


def _cells(number: int) -> list[str]:
    """Where the objects lie that an endpoint is asked about: in a short run, in one cell, another for the next endpoint."""
    return list(CELLS) if FULL else [list(CELLS)[number % len(CELLS)]]


def _pages(client: Client, path: str) -> Iterator[tuple[Any, ...]]:
    """A list from end to end, two rows a page."""
    cursor, number = None, 0
    while True:
        asked = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        answer = client.get(path, params=asked)
        yield path, number, answer.status_code, _read(answer)
        cursor = answer.json().get("next_cursor") if answer.headers["content-type"] == "application/json" else None
        number += 1
        if cursor is None:
            return


def _news(scenery: Scenery) -> None:
    """Cases come in that are looked for, the best of them where few see them."""
    number = next(_numbers)
    scenery.tools.engine.add_cases(
        [
            Case(
                id=f"news-{number}-{name}",
                text=_LONG[: len(_LONG) - 6 * cut] + name * number,
                unit=scenery.unit_name(name),
                confidentiality=CELLS[name][1],
            )
            for cut, name in enumerate(("secret", "above", "other", "child", "own"))
        ]
    )


def _tell(scenery: Scenery) -> None:
    """Those who wanted to hear of new cases are told."""
    ask_for_alerts(scenery.tools)
    with scenery.tools.repository.system_read("test") as session:
        jobs = [job.id for job in session.query(Job) if job.kind == "alerts" and job.state == "queued"]
    for job in jobs:
        scenery.finish(job)


def _read(answer: Any) -> str:
    text = readable(answer)
    # An alert is made in each service by itself.
    return ID.sub("(id)", text) if answer.request.url.path == "/v1/alerts" else text
