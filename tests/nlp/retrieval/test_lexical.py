import pytest

from nlp.retrieval.lexical import LexicalIndex, link_lexical, write_lexical


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "lexical"
    path.mkdir()
    write_lexical(path, [(0, ["甲", "乙", "乙"]), (7, ["乙", "丙"]), (2**40, ["丁", "id:0", "AND"]), (9, [])])
    return path


def test_terms_find_their_cases(folder):
    keys, scores = LexicalIndex(folder).top(["乙"], 10)
    assert keys.tolist() == [0, 7]
    assert scores[0] > scores[1] > 0


def test_large_keys_survive(folder):
    assert LexicalIndex(folder).top(["丁"], 10)[0].tolist() == [2**40]


@pytest.mark.parametrize("terms", [[], ["戊"], ["id:7"], ["*"], ["乙 OR 丁"], ['"'], ["key:0"], ["x" * 70_000]])
def test_what_is_no_term_finds_nothing(folder, terms):
    keys, scores = LexicalIndex(folder).top(terms, 10)
    assert (keys.tolist(), scores.tolist()) == ([], [])
    assert LexicalIndex(folder).scores(terms, keys) == {}


def test_query_syntax_is_a_term_like_any_other(folder):
    assert LexicalIndex(folder).top(["AND"], 10)[0].tolist() == [2**40]
    assert LexicalIndex(folder).top(["id:0"], 10)[0].tolist() == [2**40]


def test_scores_of_given_cases_are_those_of_the_ranking(folder):
    index = LexicalIndex(folder)
    keys, scores = index.top(["乙", "丙", "丁"], 10)
    assert index.scores(["乙", "丙", "丁"], keys) == dict(zip(keys.tolist(), scores.tolist(), strict=True))
    assert set(index.scores(["乙", "丙", "丁"], keys[:1])) == {int(keys[0])}


def test_only_allowed_cases_are_found(folder):
    import numpy as np

    assert LexicalIndex(folder).top(["乙"], 1, np.array([7]))[0].tolist() == [7]


def test_allowed_cases_far_down_the_ranking_are_found(tmp_path):
    import numpy as np

    folder = tmp_path / "many"
    folder.mkdir()
    write_lexical(folder, ((key, ["甲"] * (1 + (key < 300)) + ["乙"] * (key % 7)) for key in range(400)))
    keys, _ = LexicalIndex(folder).top(["甲"], 3, np.arange(350, 400))
    assert set(keys.tolist()) <= set(range(350, 400))
    assert len(keys) >= 3


def test_a_tie_at_the_end_is_not_cut(tmp_path):
    folder = tmp_path / "ties"
    folder.mkdir()
    write_lexical(folder, ((key, ["甲"]) for key in range(50)))
    assert sorted(LexicalIndex(folder).top(["甲"], 3)[0].tolist()) == list(range(50))


def test_an_empty_index_answers(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    write_lexical(folder, [])
    index = LexicalIndex(folder)
    assert len(index) == 0
    assert index.top(["甲"], 5)[0].tolist() == []
    assert list(index.terms()) == []


def test_a_linked_copy_grows_without_touching_its_source(folder, tmp_path):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    copy = tmp_path / "copy"
    link_lexical(folder, copy)
    write_lexical(copy, [(11, ["乙"])])
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert len(LexicalIndex(folder)) == 4
    assert sorted(LexicalIndex(copy).top(["乙"], 10)[0].tolist()) == [0, 7, 11]


def test_many_small_additions_leave_few_files(folder, tmp_path):
    for number in range(40):
        copy = tmp_path / f"copy{number}"
        link_lexical(folder, copy)
        write_lexical(copy, [(100 + number, ["乙"])])
        folder = copy
    assert len(LexicalIndex(folder)) == 44
    assert len(list(folder.iterdir())) < 120


def test_stored_terms_come_back(folder):
    assert dict(LexicalIndex(folder).terms())[0] == ["甲", "乙", "乙"]


def test_a_very_long_query_keeps_its_rarest_terms(tmp_path):
    folder = tmp_path / "long"
    folder.mkdir()
    common = [f"词{number}" for number in range(3000)]
    write_lexical(folder, [(0, common), (1, common), (2, [*common, "罕见"])])
    assert LexicalIndex(folder).top([*common, "罕见"], 1)[0].tolist()[0] == 2
