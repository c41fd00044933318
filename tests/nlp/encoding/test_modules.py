from pathlib import Path

import numpy as np
import pytest

from nlp.encoding import Encoder, load_encoder
from nlp.errors import EncoderError

pytestmark = pytest.mark.slow


def test_sentence_transformer_gives_the_same_vectors(encoder: Encoder, sentences: list[str]) -> None:
    from nlp.encoding.modules import build_sentence_transformer

    model = build_sentence_transformer()
    texts = [*sentences[:40], *sentences[-12:], "", "\ud800"]
    vectors = model.encode(texts, batch_size=7)
    np.testing.assert_allclose(vectors, encoder.encode(texts), atol=1e-5)
    assert model.get_embedding_dimension() == 512
    assert model.max_seq_length is None
    similar = model.similarity(vectors[:3], vectors[:3])
    np.testing.assert_allclose(similar.numpy(), vectors[:3] @ vectors[:3].T, atol=1e-5)
    features = model.preprocess(["好", "", "该同志"])
    assert features["input_ids"].shape == features["attention_mask"].shape
    assert features["attention_mask"].sum(1).tolist()[1] == 0
    prompted = model.encode(["走访群众"], prompt="查询：")
    np.testing.assert_allclose(prompted, encoder.encode(["查询：走访群众"]), atol=1e-5)


def test_save_and_load(encoder: Encoder, saved_folder: Path, sentences: list[str]) -> None:
    from sentence_transformers import SentenceTransformer

    texts = sentences[:20]
    loaded = load_encoder(saved_folder)
    assert loaded.version == encoder.version
    assert loaded.name == str(saved_folder.resolve())
    assert (loaded.encode(texts) == encoder.encode(texts)).all()
    model = SentenceTransformer(str(saved_folder), trust_remote_code=True, local_files_only=True, device="cpu")
    np.testing.assert_allclose(model.encode(texts), encoder.encode(texts), atol=1e-5)


def test_training_changes_vectors_and_version(encoder: Encoder, tmp_path: Path) -> None:
    import torch

    from nlp.encoding.modules import build_sentence_transformer

    model = build_sentence_transformer()
    texts = ["敢于担当", "畏难推诿"]
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    losses = []
    for _ in range(3):
        pair = model(model.preprocess(texts))["sentence_embedding"]
        loss = 1 - pair[0] @ pair[1]
        losses.append(loss.item())
        model.zero_grad()
        loss.backward()
        assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in trained)
        with torch.no_grad():
            for parameter in trained:
                parameter.sub_(0.02 * parameter.grad)
    assert losses[2] < losses[1] < losses[0]
    model.save(str(tmp_path))
    tuned = load_encoder(tmp_path)
    assert tuned.version != encoder.version
    before, after = (float(np.prod(e.encode(texts), axis=0).sum()) for e in (encoder, tuned))
    assert after > before


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("model.safetensors", b"torn", r"model\.safetensors.*cannot be read"),
        ("sp.model", b"torn", r"sp\.model.*cannot be read"),
        ("modules.json", b"[{]", r"modules\.json.*cannot be read"),
        ("modules.json", b'{"type": 1}', r"modules\.json.*cannot be read"),
    ],
)
def test_broken_folder(saved_folder: Path, tmp_path: Path, file: str, content: bytes, message: str) -> None:
    for path in saved_folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / file).unlink()
    (tmp_path / file).write_bytes(content)
    with pytest.raises(EncoderError, match=message):
        load_encoder(tmp_path)


def test_weights_of_another_layout(saved_folder: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    for name in ("sp.model", "modules.json"):
        (tmp_path / name).symlink_to(saved_folder / name)
    save_file({"table": torch.zeros(2, 2)}, tmp_path / "model.safetensors")
    with pytest.raises(EncoderError, match="another layout"):
        load_encoder(tmp_path)
