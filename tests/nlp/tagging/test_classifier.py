"""The shipped tagger: its files, and that it does more than the lexicon. How good it is, `yanpan evaluate` says."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest

import nlp
from nlp.errors import ConfigurationError, ModelError
from nlp.resources import corpora_path
from nlp.structure.parse import parse_structure
from nlp.tagging.classifier import Classifier

FOLDER = corpora_path("models", "tagger")
FILES = ("model.json", "weights.safetensors", "tokenizer.json", "ngrams.txt", "ngrams.safetensors")
TEXT = "谈话记录\n问：他这个人怎么样？\n答：听人讲话从来不插嘴，谁家有难处他都记在本子上，逢年过节挨家去看。\n答：就是账上的事他不管。"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(FOLDER)


def test_the_shipped_files_are_small_enough_for_the_repository() -> None:
    assert sum((FOLDER / name).stat().st_size for name in FILES) <= 40 * 1024 * 1024


def test_every_label_and_polarity_has_a_column(classifier: Classifier) -> None:
    assert set(classifier.card.cells) == {label + sign for label in nlp.load().codebook.ids for sign in "+-"}


def test_unmuted_clauses_are_judged_and_questions_are_not(classifier: Classifier) -> None:
    structure = parse_structure(TEXT)
    judged = classifier.judge(structure)
    assert set(judged) == {index for index, setting in enumerate(structure.settings) if not setting.muted}
    spoken = [structure.text[structure.clauses[index].start : structure.clauses[index].end] for index in judged]
    assert not any("怎么样" in clause for clause in spoken)


def test_the_same_text_gets_the_same_scores_also_from_a_pickled_copy(classifier: Classifier) -> None:
    structure = parse_structure(TEXT)
    first, copy = classifier.judge(structure), pickle.loads(pickle.dumps(classifier))
    for again in (classifier.judge(structure), copy.judge(structure)):
        assert all((again[index].logits == judgement.logits).all() for index, judgement in first.items())


def test_an_empty_text_and_a_very_long_clause_are_judged(classifier: Classifier) -> None:
    assert classifier.judge(parse_structure("")) == {}
    assert len(classifier.judge(parse_structure("他天天下村" * 200))) == 1


def test_the_learned_tagger_sees_what_the_lexicon_does_not() -> None:
    """Counted over the development texts, so that no single sentence has to come out right."""
    rows = [
        json.loads(line)
        for line in corpora_path("narratives", "zhou.jsonl").read_text(encoding="utf-8").splitlines()[:4]
    ]
    alone, both = nlp.load(finder="lexicon"), nlp.load()
    few = sum(len(alone.annotate(row["text"]).tags) for row in rows)
    many = [tag for row in rows for tag in both.annotate(row["text"]).tags]
    assert len(many) > 2 * few
    assert {tag.source for tag in many} >= {"classifier", "both"}
    assert all(0 <= tag.score <= 1 for tag in many)


def test_a_higher_bar_gives_fewer_tags_and_none_below_it() -> None:
    counts = []
    for bar in (0.1, 0.4, 0.8):
        tags = nlp.load(min_score=bar).annotate(TEXT).tags
        assert all(tag.score >= bar for tag in tags)
        counts.append(len(tags))
    assert counts == sorted(counts, reverse=True)


def test_a_bar_outside_its_range_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="min_score"):
        nlp.load(min_score=1.5)


def test_another_codebook_gets_the_lexicon_alone() -> None:
    path = Path(__file__).parents[2] / "regression" / "placeholder" / "codebook.yaml"
    assert "yanpan_classifier" not in nlp.load(codebook=path).language.pipe_names
    with pytest.raises(ModelError, match="finder lexicon"):
        nlp.load(codebook=path, finder="both")


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(name: str, tmp_path: Path) -> None:
    for file in FILES:
        shutil.copy(FOLDER / file, tmp_path / file)
    (tmp_path / name).write_bytes(b"\xff\xfe broken")
    with pytest.raises(ModelError, match=name.split(".", maxsplit=1)[0]):
        Classifier(tmp_path)
