"""The API keeps to its document: no failure of the service, and no answer that the document does not describe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.service.api_contract.generating import _left_out
from tests.service.api_contract.working_service import ROLE_NAMES, Working, working

EXAMPLES = 1
"""Requests of each kind (fitting the document, and breaking it) to each operation; ``tests.bench.bench_schemathesis`` sends twenty thousand for each role."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    with working(tmp_path_factory.mktemp("contract")) as made:
        yield made


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_generated_requests_get_answers_that_the_document_describes(service: Working, role: str) -> None:
    contract, somebody = service.contract, service.somebody(role)
    # Each operation is asked by one of the roles that may, and all of them by every role in the long run of the bench.
    own = [
        operation
        for number, operation in enumerate(contract.operations)
        if (roles := sorted(contract.endpoint(operation).roles))[number % len(roles)] == role
    ]
    outcome = contract.check(somebody.headers, somebody.ids, EXAMPLES, number=20261123, operations=own)
    assert outcome.failures == {}
    assert outcome.requests >= len(own)
    assert set(outcome.answers) & {200, 201}


@pytest.mark.parametrize(
    ("query", "left_out"),
    [
        ({"cursor": [], "limit": "29"}, True),
        ({"cursor": "", "limit": "29"}, False),
        ({"cursor": ["a"]}, False),
        ({}, False),
    ],
)
def test_a_broken_value_that_is_not_sent_is_no_acceptance(
    service: Working, query: dict[str, object], left_out: bool
) -> None:
    operation = next(one for one in service.contract.operations if one.path == "/v1/batches" and one.method == "get")
    sent = requests.Request("GET", "http://127.0.0.1/v1/batches", params=query).prepare().url
    assert _left_out(operation.Case(query=query), str(sent)) is left_out
