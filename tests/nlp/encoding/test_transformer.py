import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp.encoding import Encoder, load_encoder
from nlp.errors import EncoderError

pytestmark = pytest.mark.slow

TEXTS = ["工作认真", "", "群众反映较好", "工作认真", "\ud800工作"]


@pytest.fixture(scope="module")
def foreign_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SentenceTransformer that has nothing to do with this package: one random vector a character."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    characters = "工作认真群众反映较好\ufffd"
    tokenizer = Tokenizer(models.WordLevel({"?": 0} | {c: n + 1 for n, c in enumerate(characters)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("foreign")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], device="cpu").save(str(folder))
    return folder


def test_contract(foreign_folder: Path) -> None:
    encoder = load_encoder(foreign_folder)
    assert isinstance(encoder, Encoder)
    assert encoder.dimension == 16
    vectors = encoder.encode(TEXTS, batch_size=2)
    assert vectors.shape == (5, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1, 1], atol=1e-5)
    assert (vectors[0] == vectors[3]).all()
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1])[::-1], vectors, atol=1e-5)
    assert encoder.encode(["", " "]).shape == (2, 16)
    assert encoder.encode([]).shape == (0, 16)
    with pytest.raises(EncoderError, match="batch_size"):
        encoder.encode(TEXTS, batch_size=-1)


def test_version_follows_the_files(foreign_folder: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    for folder in (same, other):
        shutil.copytree(foreign_folder, folder)
    (same / "README.md").write_text("Another description.", encoding="utf-8")
    tokenizer = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    (other / "tokenizer.json").write_text(json.dumps(tokenizer, indent=1), encoding="utf-8")
    assert load_encoder(same).version == load_encoder(foreign_folder).version
    assert load_encoder(other).version != load_encoder(foreign_folder).version


def test_name_in_the_local_cache(foreign_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that lies in a Hugging Face cache is found by its name, with and without its owner."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--sentence-transformers--one-char"
    shutil.copytree(foreign_folder, repository / "snapshots" / "0123")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0123", encoding="utf-8")
    for name in ("sentence-transformers/one-char", "one-char"):
        encoder = load_encoder(name)
        assert encoder.name == name
        assert encoder.version == load_encoder(foreign_folder).version
        assert encoder.encode(TEXTS).shape == (5, 16)


def test_empty_folder_and_foreign_code(foreign_folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(empty)
    evil = tmp_path / "evil"
    shutil.copytree(foreign_folder, evil)
    (evil / "own.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    (evil / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "own.Module"}]', encoding="utf-8")
    with pytest.raises(EncoderError, match="code of its own"):
        load_encoder(evil)
