"""One key for all tests of a run, so that pseudonyms can be compared."""

from __future__ import annotations

import pytest

from nlp.redaction import RedactionKey, Redactor


@pytest.fixture(scope="session")
def key() -> RedactionKey:
    return RedactionKey(bytes(range(32)))


@pytest.fixture(scope="session")
def redactor(key: RedactionKey) -> Redactor:
    return Redactor(key)
