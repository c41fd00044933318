"""The n-gram classifiers and their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import ModelError
from nlp.tagging.ngrams import EDGE, NgramModel, fold_text, grams
from nlp.training.ngrams import train_ngrams


def test_grams_are_one_to_four_characters_with_marked_edges() -> None:
    assert list(grams("推诿")) == [
        EDGE,
        "推",
        "诿",
        EDGE,
        f"{EDGE}推",
        "推诿",
        f"诿{EDGE}",
        f"{EDGE}推诿",
        f"推诿{EDGE}",
        f"{EDGE}推诿{EDGE}",
    ]


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold_text(text)) == len(text)


def test_width_and_digits_make_no_difference() -> None:
    assert fold_text("２０２３年，ＡＢ") == fold_text("1999年,ab")


@pytest.fixture(scope="module")
def model() -> NgramModel:
    texts = ["见事就躲", "见人就躲", "躲着走", "天天在村里", "天天下村", "住在村里"] * 2
    cells = np.array([[1, 0]] * 3 + [[0, 1]] * 3, dtype=np.float32)
    return train_ngrams(texts, np.tile(cells, (2, 1)))


def test_what_was_learned_is_told_apart(model: NgramModel) -> None:
    logits = model.logits(["他遇事就躲", "她天天在村里"])
    assert logits[0, 0] > 0 > logits[0, 1]
    assert logits[1, 1] > 0 > logits[1, 0]


def test_a_clause_is_a_vector_of_length_one(model: NgramModel) -> None:
    _, values = model.vector("躲躲躲在村里")
    assert np.linalg.norm(values) == pytest.approx(1)


def test_nothing_known_gives_the_bias(model: NgramModel) -> None:
    model = NgramModel({"推": 0}, np.ones(1, np.float32), np.ones((1, 2), np.float32), np.array([-3, -4], np.float32))
    assert model.logits(["甲乙", ""]).tolist() == [[-3, -4], [-3, -4]]


def test_saved_and_loaded_it_says_the_same(model: NgramModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = NgramModel.load(tmp_path)
    assert again.columns == model.columns
    texts = ["见事就躲", "天天在村里", "\n"]
    assert np.abs(again.logits(texts) - model.logits(texts)).max() < 0.05


def test_broken_files_are_named(model: NgramModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    (tmp_path / "ngrams.txt").write_text("推\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"ngrams\.safetensors: 1 n-grams for"):
        NgramModel.load(tmp_path)
    (tmp_path / "ngrams.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot be read"):
        NgramModel.load(tmp_path)
