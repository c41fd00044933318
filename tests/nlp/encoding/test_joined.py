"""The default encoder: two side by side."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from nlp.encoding import BEHAVIOUR_ENCODER, DEFAULT_ENCODER, GENERAL_ENCODER, load_encoder
from nlp.encoding.joined import BEHAVIOUR_SHARE
from nlp.evaluation.search.archetypes import read_case_corpus
from nlp.evaluation.similarity import case_margin
from nlp.resources import corpora_path

TEXTS = ["新官不理旧账", "前任签的合同他一概不认", "", "他连夜守在堤上"]


def test_a_cosine_is_the_weighted_mean_of_both() -> None:
    joined, first, second = (
        load_encoder(name).encode(TEXTS) for name in (DEFAULT_ENCODER, BEHAVIOUR_ENCODER, GENERAL_ENCODER)
    )
    expected = BEHAVIOUR_SHARE * (first @ first.T) + (1 - BEHAVIOUR_SHARE) * (second @ second.T)
    assert joined @ joined.T == pytest.approx(expected, abs=1e-5)
    assert np.linalg.norm(joined, axis=1) == pytest.approx([1, 1, 0, 1], abs=1e-5)


def test_it_is_loaded_once_and_pickles_as_its_name() -> None:
    encoder = load_encoder()
    assert encoder.name == DEFAULT_ENCODER
    assert encoder.dimension == load_encoder(BEHAVIOUR_ENCODER).dimension + load_encoder(GENERAL_ENCODER).dimension
    assert pickle.loads(pickle.dumps(encoder)) is encoder


def test_unseen_conduct_is_nearer_to_itself_than_to_its_opposite_in_most_cases() -> None:
    corpus = read_case_corpus(corpora_path("cases"))
    unseen = [item for item in corpus.part("test")[0] if item.opposite][:3]
    ids = {item.id for item in unseen} | {str(item.opposite) for item in unseen}
    cases = [case for case in corpus.cases if case.archetype in ids]
    anchors = {item.id for item in unseen}
    behaviour, general = (
        case_margin(load_encoder(name), corpus.archetypes, cases, anchors)
        for name in (BEHAVIOUR_ENCODER, GENERAL_ENCODER)
    )
    assert behaviour.ordered > 0.65
    assert behaviour.ordered > general.ordered
    assert behaviour.same - behaviour.opposite > general.same - general.opposite


def test_padding_and_company_change_no_vector_visibly() -> None:
    encoder = load_encoder(BEHAVIOUR_ENCODER)
    alone = encoder.encode(["他连夜守在堤上"])
    among = encoder.encode(["他连夜守在堤上", "长" * 300, "短"])
    assert among[:1] == pytest.approx(alone, abs=1e-5)
