from collections.abc import Callable
from typing import Any

import pytest

from nlp.retrieval import CaseIndex

BACKENDS = ["embedded", "milvus"]


@pytest.fixture
def lite(tmp_path):
    """Settings of a Milvus Lite of this test's own; its server ends with the test."""
    pytest.importorskip("milvus_lite", exc_type=ImportError)
    from milvus_lite.server_manager import server_manager_instance

    from nlp.retrieval.milvus import MilvusSettings

    settings = MilvusSettings(uri=str(tmp_path / "milvus.db"))
    yield settings
    server_manager_instance.release_server(settings.uri)


@pytest.fixture(params=BACKENDS)
def build(request, tmp_path, encoder) -> Callable[..., Any]:
    """Builds an index in either backend; the same place every time."""
    if request.param == "embedded":
        return lambda cases, **more: CaseIndex.build(tmp_path / "index", cases, **{"encoder": encoder, **more})
    from nlp.retrieval.milvus import MilvusCaseIndex

    settings = request.getfixturevalue("lite")
    return lambda cases, **more: MilvusCaseIndex.build(settings, cases, **{"encoder": encoder, **more})


@pytest.fixture
def index(build, cases):
    return build(cases)
