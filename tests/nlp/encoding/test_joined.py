"""The default encoder: two side by side."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from nlp.encoding import BEHAVIOUR_ENCODER, DEFAULT_ENCODER, GENERAL_ENCODER, load_encoder
from nlp.encoding.joined import BEHAVIOUR_SHARE

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


def test_the_same_conduct_in_other_words_is_nearer_than_its_opposite() -> None:
    text, same, opposite = load_encoder().encode(
        [
            "前任签的合同，新局长一概不认，企业跑了十几趟。",
            "换了校长，上届答应家长的事都不作数了。",
            "换了校长，上届答应家长的事一件件兑了现。",
        ]
    )
    assert text @ same > text @ opposite


def test_padding_and_company_change_no_vector_visibly() -> None:
    encoder = load_encoder(BEHAVIOUR_ENCODER)
    alone = encoder.encode(["他连夜守在堤上"])
    among = encoder.encode(["他连夜守在堤上", "长" * 300, "短"])
    assert among[:1] == pytest.approx(alone, abs=1e-5)
