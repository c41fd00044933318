"""The foundation's file is read right, and errors name it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nlp.encoding.bert import BertReader
from nlp.errors import TrainingError
from nlp.training.foundation import read_foundation


def test_the_foundation_is_cut_to_chinese_and_loads(foundation_file: Path) -> None:
    foundation = read_foundation(1, 64, foundation_file)
    vocabulary = foundation.tokenizer.get_vocab()
    assert [vocabulary[mark] for mark in ("<pad>", "<unk>", "<s>", "</s>")] == [0, 1, 2, 3]
    assert "他" in vocabulary
    assert "12" in vocabulary
    assert not {"の", "hello"} & set(vocabulary)
    reader = BertReader(foundation.shape, dropout=0.0).eval()
    reader.load_state_dict(foundation.weights)
    assert foundation.shape.layers == 1
    assert foundation.weights["position.weight"].shape == (64, 32)
    states = reader(torch.tensor([[2, vocabulary["他"], 3]]))
    assert states.shape == (1, 3, 32)
    assert torch.isfinite(states).all()


def test_four_bit_blocks_are_unpacked_in_order(foundation_file: Path) -> None:
    """The numbers agree with the drawn ones to half a level."""
    import numpy as np

    from tests.nlp.training.conftest import PIECES, _tensors

    drawn = _tensors(np.random.default_rng(5))["emb.word"][0]
    foundation = read_foundation(2, 64, foundation_file)
    row = foundation.tokenizer.get_vocab()["躲"]
    want = drawn[PIECES.index("躲")] + 0.5
    step = np.abs(want - 0.5).max() / 7
    assert np.abs(foundation.weights["embedding.weight"][row].numpy() - want).max() <= 0.51 * step


def test_a_piece_keeps_its_place_in_the_text(foundation_file: Path) -> None:
    tokenizer = read_foundation(1, 64, foundation_file).tokenizer
    text = "他见事就躲，12"
    encoding = tokenizer.encode(text, add_special_tokens=False)
    # The mark of a word's beginning is a piece of its own here and points at the first character.
    assert encoding.tokens[0] == "▁"
    assert "".join(text[start:end] for start, end in encoding.offsets[1:]) == text


@pytest.mark.parametrize("damage", ["missing", "magic", "short"])
def test_broken_files_are_named(foundation_file: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "broken.bin"
    data = foundation_file.read_bytes()
    if damage == "magic":
        path.write_bytes(b"GGUF" + data[4:])
    elif damage == "short":
        path.write_bytes(data[: len(data) // 2])
    with pytest.raises(TrainingError, match=r"broken\.bin"):
        read_foundation(1, 64, path)
