import numpy as np
import pytest

from nlp.retrieval import Case, CaseIndex, DenseSettings, Fusion
from nlp.retrieval.dense import match_score

DENSE = Fusion(weights={"dense": 1.0})
WORDS = [
    "修路",
    "治水",
    "拆迁",
    "扶贫",
    "教育",
    "医疗",
    "招商",
    "环保",
    "信访",
    "党建",
    "防汛",
    "财政",
    "审计",
    "调研",
    "值班",
]


def story(draw: np.random.Generator) -> str:
    sentences = ["".join(draw.choice(WORDS, 7)) + "。" for _ in range(draw.integers(1, 12))]
    return "".join(sentences)


@pytest.fixture
def many():
    draw = np.random.default_rng(3)
    return [Case(id=f"c{number:04}", text=story(draw)) for number in range(400)]


def exact(encoder, cases, text, k):
    """The channel's definition, computed without any index."""
    from nlp.retrieval import split_passages

    query = encoder.encode([text[start:end] for start, end in split_passages(text)])
    scores = {}
    for case in cases:
        mine = encoder.encode([case.text[start:end] for start, end in split_passages(case.text)])
        scores[case.id] = float(match_score((query @ mine.T).max(axis=1)))
    return sorted(scores.items(), key=lambda item: (-round(item[1], 3), item[0]))[:k]


def test_a_single_query_passage_scores_its_nearest_passage():
    assert match_score(np.array([[0.5], [0.25]])).tolist() == [0.5, 0.25]


def test_more_matches_score_higher_than_one():
    one, two = match_score(np.array([[0.9, 0.1, 0.1], [0.9, 0.9, 0.1]]))
    assert two == pytest.approx(0.9)
    assert two > one > 0.7 * 0.9


@pytest.mark.parametrize("k", [1, 10, 400])
def test_flat_search_is_exact(tmp_path, many, encoder, k):
    index = CaseIndex.build(tmp_path, many, encoder=encoder)
    text = many[17].text + "\n" + many[200].text
    hits = index.search(text, k=k, fusion=DENSE, explain=False)
    wanted = exact(encoder, many, text, k)
    assert len(hits) == k
    mine = [hit.channels["dense"].score for hit in hits]
    assert mine == sorted(mine, reverse=True)
    assert mine == pytest.approx(sorted((score for _, score in wanted), reverse=True), abs=5e-4)
    assert [hit.channels["dense"].rank for hit in hits] == list(range(1, k + 1))


def test_stored_float32_gives_the_same_to_four_digits(tmp_path, many, encoder):
    half = CaseIndex.build(tmp_path / "16", many, encoder=encoder, dense=DenseSettings(dtype="float16"))
    full = CaseIndex.build(tmp_path / "32", many, encoder=encoder, dense=DenseSettings(dtype="float32"))
    assert full.info().vector_dtype == "float32"
    for text in (many[3].text, "修路治水"):
        one, two = (
            {hit.id: hit.channels["dense"].score for hit in index.search(text, k=400, fusion=DENSE, explain=False)}
            for index in (half, full)
        )
        assert one == pytest.approx(two, abs=2e-4)


@pytest.fixture
def lists(tmp_path, many, encoder):
    return CaseIndex.build(tmp_path / "lists", many, encoder=encoder, dense=DenseSettings(flat_below=100))


def found(index, text, k=10, **more):
    return [hit.id for hit in index.search(text, k=k, fusion=DENSE, explain=False, **more)]


def recall(index, encoder, cases):
    hit = total = 0
    for case in cases[::20]:
        wanted = {id_ for id_, _ in exact(encoder, cases, case.text[:40], 10)}
        hit += len(wanted & set(found(index, case.text[:40])))
        total += len(wanted)
    return hit / total


def test_inverted_lists_find_what_an_exact_search_finds(lists, encoder, many):
    assert lists.info().dense == "lists"
    assert recall(lists, encoder, many) > 0.9


def test_scores_behind_inverted_lists_are_exact(lists, encoder, many):
    text = many[5].text[:40]
    wanted = dict(exact(encoder, many, text, len(many)))
    for hit in lists.search(text, k=10, fusion=DENSE, explain=False):
        assert hit.channels["dense"].score == pytest.approx(wanted[hit.id], abs=1e-3)


def test_inverted_lists_return_every_case_when_asked(lists, many):
    assert len(found(lists, "修路治水拆迁", k=400)) == 400


def test_a_ranking_to_the_end_has_every_case_once_and_in_order(lists, many):
    for fusion in (DENSE, Fusion()):
        asked = {"fusion": fusion, "explain": False, "collapse": False}
        deep = [(hit.id, hit.score) for hit in lists.search("修路治水拆迁", k=10_000, **asked)]
        assert len(deep) == len({id_ for id_, _ in deep}) == len(many)
        assert [(-score, id_) for id_, score in deep] == sorted((-score, id_) for id_, score in deep)


def test_inverted_lists_obey_filters(lists):
    assert found(lists, "修路治水拆迁", filters={"ids": ["c0007", "c0399"]}) in (["c0007", "c0399"], ["c0399", "c0007"])


def test_inverted_lists_are_added_to_and_removed_from(lists, encoder, many, tmp_path):
    before = encoder.encoded
    lists.remove([case.id for case in many[::4]])
    assert encoder.encoded == before
    lists.add([many[0].model_copy(update={"id": "new"})])
    assert encoder.encoded > before
    rest = [case for number, case in enumerate(many) if number % 4] + [many[0].model_copy(update={"id": "new"})]
    assert lists.info().dense == "lists"
    assert len(found(lists, many[0].text, k=400)) == len(rest)
    assert found(lists, many[0].text, k=1) == ["new"]
    assert recall(lists, encoder, rest) > 0.9


def test_an_index_grows_into_inverted_lists_and_shrinks_out_of_them(tmp_path, many, encoder):
    index = CaseIndex.build(tmp_path, many[:20], encoder=encoder, dense=DenseSettings(flat_below=200))
    assert index.info().dense == "flat"
    index.add(many[20:])
    assert index.info().dense == "lists"
    index.remove([case.id for case in many[20:]])
    assert index.info().dense == "flat"
    assert found(index, many[7].text, k=1) == [many[7].id]


def test_many_equal_passages_do_not_hide_the_first_by_id(tmp_path, encoder):
    cases = [Case(id=f"z{number:04}", text="参加民主测评，得票率较高。") for number in range(1500)]
    index = CaseIndex.build(tmp_path, [*cases, Case(id="a", text=cases[0].text)], encoder=encoder)
    hits = index.search(cases[0].text, k=3, collapse=False)
    assert [hit.id for hit in hits] == ["a", "z0000", "z0001"]
    (hit,) = index.search(cases[0].text, k=3)
    assert hit.id == "a"
    assert hit.near_duplicates == [case.id for case in cases]


def test_a_case_without_text_is_found_by_nothing(tmp_path, encoder):
    index = CaseIndex.build(tmp_path, [Case(id="empty", text=""), Case(id="full", text="修路治水")], encoder=encoder)
    assert [hit.id for hit in index.search("修路治水", k=5)] == ["full"]
    assert index.get("empty") == Case(id="empty", text="")
