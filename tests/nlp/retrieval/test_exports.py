import subprocess
import sys
from pathlib import Path

import pytest

import nlp.retrieval


def test_every_exported_name_is_there():
    assert sorted(nlp.retrieval.__all__) == sorted(nlp.retrieval._HOMES)
    assert dir(nlp.retrieval) == sorted(nlp.retrieval.__all__)
    for name in nlp.retrieval.__all__:
        assert getattr(nlp.retrieval, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        nlp.retrieval.nonsense  # noqa: B018


def test_importing_the_package_is_light():
    script = (
        "import sys, nlp.retrieval; assert not {'numpy', 'tantivy', 'faiss', 'torch', 'pydantic'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[3], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
