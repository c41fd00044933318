from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.retrieval import split_passages
from nlp.retrieval.passages import LONG, SHORT

texts = st.text(st.sampled_from("群众工作实，。！？；：、\n\r\t \u3000ab”😀"), max_size=700)


@given(texts | st.text(max_size=300))
def test_passages_tile_what_is_not_white_space(text):
    passages = split_passages(text)
    covered = [0] * len(text)
    for start, end in passages:
        assert text[start:end].strip() == text[start:end] != ""
        assert end - start <= LONG
        for place in range(start, end):
            covered[place] += 1
    assert max(covered, default=0) <= 1
    assert all(covered[place] for place, char in enumerate(text) if not char.isspace())
    assert passages == sorted(passages)


@given(texts)
def test_a_short_passage_could_not_have_been_joined_to_the_next(text):
    passages = split_passages(text)
    for (start, end), (_, after) in pairwise(passages):
        if end - start < SHORT:
            assert after - start > LONG or after - end > LONG - SHORT


def test_a_short_text_is_one_passage():
    assert split_passages("工作踏实。") == [(0, 5)]
    assert split_passages(" \n ") == []


def test_a_new_line_ends_a_passage_that_is_long_enough():
    first = "甲" * 45 + "。"
    assert split_passages(first + "\n" + first) == [(0, 46), (47, 93)]
    assert split_passages(first + first) == [(0, 92)]


def test_three_sentences_are_enough():
    sentence = "他把群众的事放在心上办好。"
    lengths = [end - start for start, end in split_passages(sentence * 9)]
    assert lengths == [4 * len(sentence)] * 2 + [len(sentence)]  # three have 39 characters, one short of a passage


@pytest.mark.parametrize(
    ("text", "lengths"), [("字" * 400, [160, 160, 80]), ("字" * 100 + "，" + "字" * 100, [101, 100])]
)
def test_a_long_sentence_is_cut_at_commas_or_at_the_limit(text, lengths):
    assert [end - start for start, end in split_passages(text)] == lengths
