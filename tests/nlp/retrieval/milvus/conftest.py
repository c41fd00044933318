from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from nlp.retrieval import CaseIndex

BACKENDS = ["embedded", "milvus"]


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[str]:
    """The file of one Milvus Lite for all tests; each has an index, or indexes, of its own names in it."""
    pytest.importorskip("milvus_lite", exc_type=ImportError)
    from milvus_lite.server_manager import server_manager_instance

    uri = str(tmp_path_factory.mktemp("milvus") / "milvus.db")
    yield uri
    server_manager_instance.release_server(uri)


@pytest.fixture(scope="session")
def settings_of(server) -> Callable[[], Any]:
    """Gives settings with a new name each time."""
    from nlp.retrieval.milvus import MilvusSettings

    numbers = count()
    return lambda: MilvusSettings(uri=server, name=f"test{next(numbers)}_")


@pytest.fixture
def lite(settings_of):
    """Settings of an index of this test's own, which is dropped with the test: Lite slows down with what it holds."""
    from nlp.retrieval.milvus.connection import Connection

    settings = settings_of()
    yield settings
    connection = Connection(settings)
    for name in connection.call("list_collections"):
        if name.startswith(settings.name):
            connection.call("drop_collection", name)
    connection.close()


@pytest.fixture
def short_rows(monkeypatch) -> None:
    """Rows of Milvus hold a thirtieth of what they might, so that a long case need not be so long."""
    monkeypatch.setattr("nlp.retrieval.milvus.rows.PIECE", 2000)


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request) -> str:
    return request.param


@pytest.fixture
def build(backend, request, tmp_path, encoder) -> Callable[..., Any]:
    """Builds an index in either backend; the same place every time."""
    if backend == "embedded":
        return lambda cases, **more: CaseIndex.build(tmp_path / "index", cases, **{"encoder": encoder, **more})
    from nlp.retrieval.milvus import MilvusCaseIndex

    settings = request.getfixturevalue("lite")
    return lambda cases, **more: MilvusCaseIndex.build(settings, cases, **{"encoder": encoder, **more})


@pytest.fixture(scope="session")
def index(backend, request, tmp_path_factory, cases, make_encoder):
    """The sample cases, built once; a test that changes anything takes ``own``."""
    if backend == "embedded":
        return CaseIndex.build(tmp_path_factory.mktemp("shared"), cases, encoder=make_encoder())
    from nlp.retrieval.milvus import MilvusCaseIndex

    settings = request.getfixturevalue("settings_of")()
    return MilvusCaseIndex.build(settings, cases, encoder=make_encoder())


@pytest.fixture
def own(build, cases):
    """The sample cases in an index of this test's own."""
    return build(cases)
