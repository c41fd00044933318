"""An annotator without a network, and documents taken in with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nlp.pipeline import Pipeline, load
from service.access import Principal, Repository
from service.records.details import Details, Placement
from service.records.ingest import Ingested, ingest
from service.records.preparing import prepare, typed_document
from tests.service.databases import Databases
from tests.service.people import People

Take = Callable[..., Ingested]


@pytest.fixture
def database_url(databases: Databases) -> str:
    """SQLite only, but for ``tests/service/observation/test_both_databases.py``: the store's tests cover the rest."""
    return databases.next_url("sqlite")


@pytest.fixture(scope="session")
def lexicon() -> Pipeline:
    return load(finder="lexicon")


@pytest.fixture
def archivist(people: People) -> Principal:
    return people.principal("archivist")


@pytest.fixture
def take(repository: Repository, people: People, archivist: Principal, lexicon: Pipeline) -> Take:
    """``take("文本", unit="某省/A县", level=1, title=…)``: a document taken in by the archivist of the root."""

    def call(text: str, *, unit: str = People.ROOT, level: int = 0, **details: Any) -> Ingested:
        prepared = prepare(lexicon, typed_document(text, "d"), details.get("doc_type"))
        place = Placement(unit_id=people.unit(unit), confidentiality=level)
        with repository.write(archivist) as session:
            return ingest(session, archivist, prepared, place, Details(**details))

    return call
