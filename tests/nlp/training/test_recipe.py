"""The whole training on a toy corpus: what it writes is a tagger that the pipeline uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import nlp
from nlp.errors import ConfigurationError, InvalidRecordError, ModelError
from nlp.evaluation.splits import read_splits
from nlp.training.corpus import read_corpus
from nlp.training.recipe import Recipe, train_tagger
from nlp.training.tagger import TrainingOptions

RECIPE = Recipe(
    layers=2,
    characters=60,
    window=64,
    lexicon=False,
    options=TrainingOptions(epochs=30, batch=4, rate=3e-3, head_rate=1e-2),
)


@pytest.fixture(scope="module")
def trained(
    foundation_file: Path, toy_corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("model")
    corpora = read_corpus(toy_corpus, "train"), read_corpus(toy_corpus, "dev")
    return out, train_tagger(*corpora, out, RECIPE, lambda _: None, foundation_file)


def test_the_trained_tagger_finds_what_it_was_shown(trained: tuple[Path, dict[str, Any]]) -> None:
    pipeline = nlp.load(model=trained[0], finder="classifier")
    tags = pipeline.annotate("考察。\n他见事就躲，都说好。\n天天在村里。").tags
    found = {(tag.quote, tag.label, tag.polarity, tag.source) for tag in tags}
    assert ("他见事就躲", "responsibility", "-", "classifier") in found
    assert ("天天在村里", "work_style", "+", "classifier") in found
    assert "都说好" not in {tag.quote for tag in tags}


def test_the_manifest_names_authors_hashes_and_seed(trained: tuple[Path, dict[str, Any]], toy_corpus: Path) -> None:
    manifest = json.loads((trained[0] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["train"]["authors"] == ["jia"]
    assert manifest["dev"]["authors"] == ["yi"]
    assert set(manifest["files"]) == {"jia.jsonl", "clauses/jia.jsonl", "yi.jsonl", "clauses/yi.jsonl"}
    assert manifest["options"]["seed"] == RECIPE.options.seed
    assert 0 <= manifest["calibration_error_on_dev"] <= 1


def test_the_same_seed_gives_the_same_weights(
    trained: tuple[Path, dict[str, Any]], foundation_file: Path, toy_corpus: Path, tmp_path: Path
) -> None:
    corpora = read_corpus(toy_corpus, "train"), read_corpus(toy_corpus, "dev")
    train_tagger(*corpora, tmp_path, RECIPE, lambda _: None, foundation_file)
    for name in ("weights.safetensors", "ngrams.safetensors", "model.json", "tokenizer.json"):
        assert (tmp_path / name).read_bytes() == (trained[0] / name).read_bytes(), name


def test_a_model_with_foreign_labels_is_refused(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    for path in trained[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    card = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    card["cells"][0] = "unheard_of+"
    (tmp_path / "model.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="unheard_of"):
        nlp.load(model=tmp_path)


def test_an_author_in_two_splits_or_in_none_is_refused(toy_corpus: Path, tmp_path: Path) -> None:
    for name in ("jia.jsonl", "yi.jsonl"):
        (tmp_path / name).write_bytes((toy_corpus / name).read_bytes())
    (tmp_path / "splits.yaml").write_text("train: [jia]\ntest: [jia]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="in two splits: jia; in no split: yi"):
        read_splits(tmp_path)


def test_an_invalid_row_is_named_with_its_line(toy_corpus: Path, tmp_path: Path) -> None:
    lines = (toy_corpus / "jia.jsonl").read_text(encoding="utf-8").split("\n")
    lines[2] = lines[2].replace('"quote": "', '"quote": "误')
    (tmp_path / "jia.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "splits.yaml").write_text("train: [jia]\n", encoding="utf-8")
    with pytest.raises(InvalidRecordError, match=r"jia\.jsonl, line 3"):
        read_corpus(tmp_path, "train")
