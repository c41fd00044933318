"""Every endpoint, for every role, about objects within reach and beyond it: 403 tells of rights, never of objects."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from tests.service.access_matrix.asking import FULL, ask, hidden, ids_of, kinds_of, nowhere, share, told
from tests.service.access_matrix.endpoints import ENDPOINTS, EVERYBODY
from tests.service.access_matrix.scenery import SEEN, Client, Scenery

_ALL = sorted(ENDPOINTS, key=lambda one: (one[1], one[0]))
each = pytest.mark.parametrize(("method", "path"), _ALL, ids=[" ".join(one) for one in _ALL])
_OUTSIDE = {"/metrics", "/readyz", "/openapi.json", "/docs", "/redoc"}


def test_every_endpoint_of_the_service_stands_in_the_table(scenery: Scenery) -> None:
    routes = {
        (method, re.sub(r":\w+}", "}", route.path))
        for route in iter_route_contexts(scenery.app.router.routes)
        for method in (route.methods or ())
        if route.path is not None and method != "HEAD"
    }
    pages = {(method, path) for method, path in routes if not path.startswith(("/v1", "/healthz"))}
    assert routes - pages == set(ENDPOINTS)
    # Pages only show; whatever changes something is an endpoint of the API, with an entry here.
    assert {method for method, _ in pages} == {"GET"}
    assert {path for _, path in pages} >= _OUTSIDE


@each
def test_a_stranger_is_told_nothing(scenery: Scenery, method: str, path: str) -> None:
    endpoint = ENDPOINTS[method, path]
    ids = {**scenery.cells["own"], **scenery.theirs}
    assert ask(Client(scenery.transport, None), method, path, endpoint, ids).status_code in endpoint.anonymous


@each
def test_who_may_not_ask_is_refused_whatever_they_ask_about(scenery: Scenery, method: str, path: str) -> None:
    endpoint = ENDPOINTS[method, path]
    for role in sorted(EVERYBODY - endpoint.roles):
        for cell in ("own", "other") if FULL else ("other",):
            ids = {**scenery.theirs, **scenery.cells[cell]}
            answer = ask(scenery.readers[role], method, path, endpoint, ids)
            assert answer.status_code == 403, (role, cell, answer.text)


@each
def test_who_may_ask_is_answered_within_reach_only(scenery: Scenery, method: str, path: str) -> None:
    endpoint = ENDPOINTS[method, path]
    kinds = kinds_of(endpoint)
    for number, role in enumerate(sorted(endpoint.roles)):
        client = scenery.readers[role]
        if all(kind in ids_of(scenery, role) for kind in kinds):
            for cell in share(sorted(SEEN), number, len(endpoint.roles)):
                answer = ask(client, method, path, endpoint, ids_of(scenery, role, cell))
                assert answer.status_code in endpoint.answers, (role, cell, answer.status_code, answer.text[:500])
        for place, kind in enumerate(kinds):
            beyond = share(hidden(scenery, role, kind), number + place, len(endpoint.roles))
            if not beyond:
                continue
            known = {**scenery.theirs, **ids_of(scenery, role)}
            nothing = told(scenery, ask(client, method, path, endpoint, {**known, kind: nowhere()}), nowhere())
            for id_ in beyond:
                answer = ask(client, method, path, endpoint, {**known, kind: id_})
                assert told(scenery, answer, id_) == nothing, (role, kind)
                if kind == endpoint.about:
                    assert answer.status_code == 404, (role, kind, answer.text)


@pytest.mark.parametrize("level", [2, 4])
def test_nothing_is_put_above_the_own_clearance(scenery: Scenery, level: int) -> None:
    document = scenery.app.openapi()
    schemas = document["components"]["schemas"]
    placing = 0
    for (method, path), endpoint in ENDPOINTS.items():
        content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        shapes = [schemas.get(one["schema"].get("$ref", "").rpartition("/")[2], {}) for one in content.values()]
        if not any("confidentiality" in shape.get("properties", {}) for shape in shapes):
            continue
        placing += 1
        given = endpoint.form if endpoint.form is not None else endpoint.body
        changed = {**given, "confidentiality": level}
        wanted: dict[str, Any] = (
            {"form": changed} if endpoint.form is not None else {"body": changed, "headers": {"if-match": "*"}}
        )
        for role in sorted(endpoint.roles):
            answer = ask(scenery.readers[role], method, path, replace(endpoint, **wanted), ids_of(scenery, role, "own"))
            assert answer.status_code == 403, (method, path, role, answer.text)
    assert placing >= 6
