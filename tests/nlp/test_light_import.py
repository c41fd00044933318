"""What must not be imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "statement", ["import nlp", "import nlp.encoding", "import nlp.retrieval", "import service.cli"]
)
def test_heavy_libraries_wait(statement: str) -> None:
    check = (
        f"{statement}\nimport sys\n"
        "loaded = [name for name in ('torch', 'sentence_transformers', 'faiss', 'spacy', 'transformers') if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)


def test_help_answers_without_torch() -> None:
    check = (
        "import sys\nfrom service.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert 'torch' not in sys.modules and 'spacy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True, timeout=60)
    assert "annotate" in done.stdout
