"""Requests generated from the OpenAPI document by schemathesis, and whether the answers keep to it.

Half of the requests fit the document, half break it. Where a request names an object, one that exists is put in most of the
time, so that requests get beyond "no such object".
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.access_matrix.endpoints import ENDPOINTS, Endpoint

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,  # the last: it takes 413, which comes before a body is read, for an acceptance
]
_TOO_LARGE = 413
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_PUT_IN = 0.75
_LONGEST_EXAMPLE = 2000
_PATIENCE_S = 300  # without a byte; a machine that is busy with other things takes its time
_MATCHES = (None, "*", '"1"', '"1", "2"', 'W/"1"', '""', "1", "é")
_KEYS = (None, None, "k", "k" * 201, "a b", "钥".encode().decode("latin-1"))


@dataclass
class Outcome:
    """What became of the requests of one role.

    Attributes:
        answers: how many by status.
        failures: what broke the document, by operation and kind, with an example.
    """

    answers: Counter[int] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return self.answers.total()


class Contract:
    """The document of a service at work.

    Args:
        document: of ``/openapi.json``.
        url: where the service listens.
    """

    def __init__(self, document: dict[str, Any], url: str) -> None:
        schema = schemathesis.openapi.from_dict(document)
        self._url = url
        self.operations: list[APIOperation] = [found.ok() for found in schema.get_all_operations()]

    def endpoint(self, operation: APIOperation) -> Endpoint:
        """The entry of an operation in the table of endpoints."""
        return ENDPOINTS[operation.method.upper(), operation.path]

    def check(
        self,
        headers: Mapping[str, str],
        ids: Mapping[str, Sequence[str]],
        examples: int,
        *,
        number: int,
        operations: Sequence[APIOperation] | None = None,
    ) -> Outcome:
        """Ask every operation so many times in each mode.

        Args:
            headers: who asks.
            ids: objects that there are, by kind.
            examples: how many requests for each operation and mode.
            number: the same requests for the same number.
            operations: these only.
        """
        outcome, chance = Outcome(), random.Random(number)
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(headers)
            for operation in self.operations if operations is None else operations:
                for mode in MODES:
                    self._check(session, operation, mode, ids, examples, chance, outcome)
        return outcome

    def _check(
        self,
        session: requests.Session,
        operation: APIOperation,
        mode: GenerationMode,
        ids: Mapping[str, Sequence[str]],
        examples: int,
        chance: random.Random,
        outcome: Outcome,
    ) -> None:
        if mode is GenerationMode.NEGATIVE and not _can_be_broken(operation):
            return
        endpoint = self.endpoint(operation)

        @seed(chance.randrange(2**32))
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            if mode is GenerationMode.POSITIVE:
                _put_in(case, endpoint, ids, chance)
            try:
                answer = case.call(base_url=self._url, session=session, timeout=_PATIENCE_S)
            except requests.RequestException as error:
                place = f"{operation.method.upper()} {operation.path}", f"no answer: {type(error).__name__}"
                outcome.failures.setdefault(place, case.as_curl_command())
                return
            outcome.answers[answer.status_code] += 1
            try:
                telling = answer.status_code != _TOO_LARGE and not _left_out(case, answer.request.url or "")
                case.validate_response(answer, checks=CHECKS if telling else CHECKS[:-1])
            except BaseException as group:
                if isinstance(group, KeyboardInterrupt):
                    raise
                for failure in getattr(group, "exceptions", [group]):
                    place = (
                        f"{operation.method.upper()} {operation.path}",
                        f"{type(failure).__name__}: {failure}"[:300],
                    )
                    outcome.failures.setdefault(
                        place, f"{case.as_curl_command()[:_LONGEST_EXAMPLE]}\n{answer.status_code} {answer.text[:500]}"
                    )

        ask()


def _can_be_broken(operation: APIOperation) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters or operation.headers)


def _left_out(case: Case, sent: str) -> bool:
    """Whether a value of the query did not get into the address, as an empty list: nobody can refuse what is not there."""
    return not (case.query or {}).keys() <= dict(parse_qsl(urlsplit(sent).query, keep_blank_values=True)).keys()


def _put_in(case: Case, endpoint: Endpoint, ids: Mapping[str, Sequence[str]], chance: random.Random) -> None:
    """Name objects that exist in place of made-up ones, and a version that may be theirs."""
    names = dict(_fields([endpoint.params, endpoint.body, endpoint.form]))
    if endpoint.about is not None and chance.random() < _PUT_IN and ids.get(endpoint.about):
        case.path_parameters["id"] = chance.choice(ids[endpoint.about])
        if "number" in case.path_parameters:
            case.path_parameters["number"] = 1
    for name, kind in names.items():
        if case.query and name in case.query and chance.random() < _PUT_IN and ids.get(kind):
            case.query[name] = chance.choice(ids[kind])
    if isinstance(case.body, dict | list):
        _replace(case.body, names, ids, chance)
    headers = case.headers if case.headers is not None else {}
    for header, choices in (("if-match", _MATCHES), ("Idempotency-Key", _KEYS)):
        if any(parameter.name.lower() == header.lower() for parameter in case.operation.headers):
            value = chance.choice(choices)
            headers.pop(header, None)
            if value is not None:
                headers[header] = value
    case.headers = headers


def _replace(part: Any, names: Mapping[Any, str], ids: Mapping[str, Sequence[str]], chance: random.Random) -> None:
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in list(pairs):
        if isinstance(value, dict | list):
            listed = isinstance(value, list) and key in names
            _replace(value, dict.fromkeys(range(len(value)), names[key]) if listed else names, ids, chance)
        elif key in names and chance.random() < _PUT_IN and ids.get(names[key]):
            part[key] = chance.choice(ids[names[key]])


def _fields(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Names of fields with the kind of object that they hold the id of."""
    if isinstance(part, str):
        if part.startswith("$"):
            yield name, part[1:]
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _fields(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _fields(value, name)
