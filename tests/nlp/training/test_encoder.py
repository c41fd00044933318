"""Training of the behaviour encoder on toy cases, and its losses against figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nlp.encoding import load_encoder
from nlp.errors import EncoderError, InvalidRecordError
from nlp.evaluation.gold import BankClause, Labelled
from nlp.evaluation.search.archetypes import (
    Archetype,
    ArchetypeCase,
    ArchetypeQuery,
    CaseCorpus,
    Sketch,
    read_case_corpus,
    to_cases,
)
from nlp.evaluation.similarity import case_margin
from nlp.retrieval.dense import match_score
from nlp.training.encoder import EncoderOptions, contrast, late_scores
from nlp.training.encoder_data import CaseSampler, MeaningSampler, ScoredPair, read_glosses, read_scored_pairs
from nlp.training.encoder_recipe import EncoderRecipe, train_encoder

TEXTS = {
    "A1": ["他见事就躲，天天推诿。", "推诿拖延，见事就躲的人。", "一见事就推诿。"],
    "A2": ["他天天在村里，不拖延。", "人在村里，天天在。", "天天在村里办事。"],
    "A3": ["开会认真散会就忘。", "散会就忘，都说忘。", "会上认真会后忘。"],
    "A4": ["他办事快，一个人都说好。", "办得快，都说好。", "都说他办得快。"],
}
FAMILY = {"A1": "F1", "A2": "F2", "A3": "F1", "A4": "F2"}


@pytest.fixture(scope="module")
def corpus() -> CaseCorpus:
    def archetype(id_: str) -> Archetype:
        opposite = {"A1": "A2", "A2": "A1"}.get(id_)
        polarity = "negative" if FAMILY[id_] == "F1" else "positive"
        return Archetype(
            id=id_, family=FAMILY[id_], family_zh="家", zh=f"名{id_}", polarity=polarity, labels=("responsibility-",),
            core="核", differs="异", opposite=opposite,
        )  # fmt: skip

    cases = [
        ArchetypeCase(
            id=f"{author}-{id_}",
            author=author,
            archetype=id_,
            text=text,
            doc_type="talk_note",
            unit="A镇",
            date="2020-01",
        )
        for id_, texts in TEXTS.items()
        for author, text in zip(("jia", "yi", "bing"), texts, strict=True)
    ]
    queries = [
        ArchetypeQuery(id=f"q-{id_}", author="q", archetype=id_, kind="phrase", text=TEXTS[id_][0]) for id_ in TEXTS
    ]
    sketches = [
        Sketch(id="s1", author="s", cell="responsibility-", phrases=("见事就躲",), episodes=("天天推诿拖延",)),
        Sketch(id="s2", author="s", cell="work_style+", phrases=("人在村里",), episodes=("天天在村里办事",)),
    ]
    return CaseCorpus(
        sketches=tuple(sketches),
        expressions=tuple(one.model_copy(update={"id": f"x-{one.id}", "text": "散会就忘"}) for one in queries[2:3]),
        archetypes=tuple(archetype(id_) for id_ in TEXTS),
        cases=tuple(cases),
        unrelated=(),
        queries=tuple(queries),
        splits={"train": ("F1", "F2"), "dev": (), "test": ()},
    )


CLAUSES = [
    BankClause(text=text, tags=(Labelled(label=cell[:-1], polarity=cell[-1]),), author="jia")
    for cell, text in [
        ("responsibility-", "见事就躲"), ("responsibility-", "天天推诿"), ("responsibility+", "不推诿"),
        ("responsibility+", "不躲"), ("work_style+", "天天在村里"), ("work_style+", "人在村里"),
        ("work_style-", "不在村里"), ("work_style-", "开会说得好"),
    ]
]  # fmt: skip
GLOSSES = [("推诿", "见事就躲"), ("拖延", "天天办事不快"), ("𠮷𠮷", "没有认识的字")]
PAIRS = [ScoredPair("他在村里", "人在村里", 1.0), ScoredPair("他在村里", "散会就忘", 0.0)]


def recipe(foundation_file: Path) -> EncoderRecipe:
    options = EncoderOptions(updates=60, rate=3e-3, families=2, labels=2, pairs=4)
    return EncoderRecipe(tagger=None, layers=2, foundation_file=foundation_file, options=options)


@pytest.fixture(scope="module")
def trained(
    corpus: CaseCorpus, foundation_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("encoder") / "e"
    given = corpus.model_copy(update={"splits": {"train": ("F1", "F2"), "dev": ("F1", "F2")}})
    return out, train_encoder(given, CLAUSES, PAIRS, out, recipe(foundation_file), lambda _: None, GLOSSES)


def test_cases_of_one_archetype_end_up_nearer_than_their_opposites(
    trained: tuple[Path, dict[str, Any]], corpus: CaseCorpus
) -> None:
    margin = case_margin(load_encoder(trained[0]), corpus.archetypes, corpus.cases)
    assert margin.same > margin.kin
    assert margin.same > margin.opposite + 0.1
    assert margin.ordered > 0.9


def test_the_folder_is_an_encoder_with_unit_vectors(trained: tuple[Path, dict[str, Any]]) -> None:
    encoder = load_encoder(trained[0])
    vectors = encoder.encode(["他在村里", "", "  ", "他在村里", "见事就躲" * 200])
    assert vectors.shape == (5, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 1, 1], abs=1e-5)
    assert (vectors[0] == vectors[3]).all()


def test_the_manifest_says_what_was_learned_from(trained: tuple[Path, dict[str, Any]]) -> None:
    manifest = json.loads((trained[0] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["authors"] == ["bing", "jia", "yi"]
    assert manifest["options"]["updates"] == 60
    assert not trained[0].with_name("e.partial").exists()


def test_the_same_seed_gives_the_same_bytes(
    trained: tuple[Path, dict[str, Any]], corpus: CaseCorpus, foundation_file: Path, tmp_path: Path
) -> None:
    given = corpus.model_copy(update={"splits": {"train": ("F1", "F2"), "dev": ("F1", "F2")}})
    train_encoder(given, CLAUSES, PAIRS, tmp_path / "e", recipe(foundation_file), lambda _: None, GLOSSES)
    for name in ("weights.safetensors", "tokenizer.json", "encoder.json"):
        assert (tmp_path / "e" / name).read_bytes() == (trained[0] / name).read_bytes()


def test_a_broken_folder_is_an_encoder_error(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    for path in trained[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[: 100 if path.name == "weights.safetensors" else None])
    with pytest.raises(EncoderError, match="train encoder"):
        load_encoder(tmp_path)


def test_training_compares_cases_as_the_index_does() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(6, 8, generator=torch.Generator().manual_seed(3)), dim=1)
    owners = torch.tensor([0, 0, 0, 1, 2, 2])
    scores = late_scores(vectors, owners, 3)
    similar = (vectors @ vectors.T).numpy()
    nearest = np.array([similar[:3, 4:].max(axis=1)])
    assert scores[0, 2].item() == pytest.approx(match_score(nearest)[0], abs=1e-6)


def test_contrast_is_the_log_share_of_the_wanted() -> None:
    scores = torch.tensor([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]])
    wanted = torch.tensor([[True, False, False], [False, False, False]])
    left_out = torch.tensor([[False, False, True], [False, False, False]])
    assert contrast(scores, wanted, left_out).item() == pytest.approx(np.log(1 + np.e), abs=1e-6)


def test_a_draw_holds_whole_families_with_different_authors(corpus: CaseCorpus) -> None:
    sampler = CaseSampler(corpus.archetypes, corpus.cases, corpus.queries, np.random.default_rng(1))
    queries, cases = sampler.draw(families=1, authors=3, copies=2)
    for id_ in {case.archetype for case in cases}:
        texts = [case.text for case in cases if case.archetype == id_]
        assert len(texts) == len(set(texts)) == 2
    assert {case.archetype for case in cases} >= ({"A1", "A3"} if cases[0].family == "F1" else {"A2", "A4"})
    assert {"A1", "A2"} <= {case.archetype for case in cases}, "the opposite comes along"
    assert {query.archetype for query in queries} == {case.archetype for case in cases}


def test_pairs_are_read_with_their_scores_scaled(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("甲\t乙\t5\n丙\t丁\t2.5\n", encoding="utf-8")
    assert [pair.score for pair in read_scored_pairs(path)] == [1.0, 0.5]
    path.write_text("甲\t乙\t5\n丙丁\n", encoding="utf-8")
    with pytest.raises(InvalidRecordError, match="line 2"):
        read_scored_pairs(path)


def test_a_phrase_comes_to_stand_by_what_it_means(trained: tuple[Path, dict[str, Any]]) -> None:
    one, other, foreign = load_encoder(trained[0]).encode(["人在村里", "天天在村里办事", "天天推诿拖延"])
    assert one @ other > one @ foreign + 0.1


def test_training_can_go_on_from_an_encoder(
    trained: tuple[Path, dict[str, Any]], corpus: CaseCorpus, foundation_file: Path, tmp_path: Path
) -> None:
    given = corpus.model_copy(update={"splits": {"train": ("F1", "F2"), "dev": ("F1", "F2")}})
    short = EncoderOptions(updates=2, rate=1e-6, families=2, labels=2, pairs=4)
    manifest = train_encoder(
        given, CLAUSES, PAIRS, tmp_path / "e", EncoderRecipe(None, encoder=trained[0], options=short), lambda _: None
    )
    before, after = (load_encoder(path).encode(["人在村里"])[0] for path in (trained[0], tmp_path / "e"))
    assert before @ after > 0.99
    assert len(manifest["encoder"]) == 64


def test_near_meanings_are_drawn_together() -> None:
    groups = [[f"{place}甲", f"{place}乙"] for place in range(40)]
    sampler = MeaningSampler(groups, np.random.default_rng(0), [f"k{place % 10}" for place in range(40)])
    texts, numbers = sampler.draw(8)
    assert len(texts) == 16
    assert texts == [text for place in dict.fromkeys(numbers) for text in groups[place]]
    kinds = [place % 10 for place in dict.fromkeys(numbers)]
    assert max(kinds.count(kind) for kind in kinds) >= 4
    assert MeaningSampler([], np.random.default_rng(0)).draw(4) == ([], [])


def test_glosses_are_read_and_what_has_none_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "glosses.tsv"
    path.write_text("画饼充饥\t1.比喻用空想安慰自己\n无释义\n字\t单字\n长长长\t" + "字" * 200 + "\n", encoding="utf-8")
    rows = read_glosses(path)
    assert rows[0] == ("画饼充饥", "比喻用空想安慰自己")
    assert [len(meaning) for _, meaning in rows] == [9, 80]
    path.write_text("画饼充饥\n", encoding="utf-8")
    with pytest.raises(InvalidRecordError, match=r"glosses\.tsv"):
        read_glosses(path)


def test_a_case_goes_into_an_index_without_its_archetype(corpus: CaseCorpus) -> None:
    assert all("A1" not in case.model_dump_json().replace(case.id, "") for case in to_cases(corpus.cases[:3]))


def test_the_shipped_case_corpus_is_whole() -> None:
    from nlp.resources import corpora_path

    corpus = read_case_corpus(corpora_path("cases"))
    train, dev, test = (corpus.part(name) for name in ("train", "dev", "test"))
    assert {a.id for a in train[0]} | {a.id for a in dev[0]} | {a.id for a in test[0]} == {
        a.id for a in corpus.archetypes
    }
    judged = corpus.judgements(test[2])
    for query in test[2]:
        assert set(judged[query.id].values()) == {1, 2}
