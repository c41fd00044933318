"""Like cases lift each other, and nothing that the reader may not see lifts anything."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import Case, CaseIndex, Fusion
from nlp.retrieval.access import Access
from nlp.retrieval.neighbours import PASSAGES, Member, Neighbours, lifted, nearest_passages

SETTINGS = Neighbours(share=0.6, cases=30, sources=5, nearest=5, depth=10)
FUSION = Fusion(weights={"bm25": 0.5, "dense": 0.5}, neighbours=SETTINGS)
WALL = [
    "检查组来之前连夜粉刷外墙",
    "门面统一换了招牌",
    "路面坑洼一直没人填",
    "八十万元花在看得见的地方",
    "检查组一走灯就关了",
]
DEBT = [
    "前任签的合同照样兑现",
    "拖欠的工程款分三年还清",
    "老板跑了十几趟终于拿到钱",
    "没有新增隐性债务",
    "旧账逐笔登记公示",
]
FILL = [
    "会议在周三召开",
    "食堂换了菜单",
    "院子里种了两排树",
    "值班表贴在门口",
    "雨天路滑注意安全",
    "窗户朝南",
    "车停在后院",
]


def member(*terms: str, vectors: list[list[float]] | None = None) -> Member:
    return Member(list(terms), None if vectors is None else np.array(vectors, dtype=np.float32))


def crowd(count: int) -> list[Member]:
    """Members that share only what everybody has."""
    return [member("公务", f"x{number}", f"y{number}") for number in range(count)]


def test_those_like_the_best_are_lifted_and_the_best_stays() -> None:
    like = member("公务", "粉刷", "外墙", "x")
    members = [member("公务", "粉刷", "外墙", "迎检"), *crowd(14), like]
    scores = np.array([1.0, *np.linspace(0.6, 0.3, 15)])
    found = lifted(scores, members, SETTINGS)
    assert int(np.argmax(found.company)) == 0
    assert found.company[15] == max(found.company[1:])
    assert found.most(15)[0] == 0
    assert found.by.sum(axis=1) == pytest.approx(found.company, abs=1e-5)


def test_a_copy_does_not_lift_a_second_time() -> None:
    best = member("公务", "粉刷", "外墙", "迎检")
    like = member("公务", "粉刷", "外墙", "x")
    scores = np.array([1.0, 0.99, *np.linspace(0.6, 0.3, 14)])
    copied = lifted(scores, [best, best, *crowd(13), like], SETTINGS)
    assert copied.by[15, 1] == 0
    assert copied.by[15, 0] > 0


def test_passages_and_leanings_tell_likeness_where_words_do_not() -> None:
    members = [member("a", vectors=[[1, 0, 0]]), *(member(f"b{n}", vectors=[[0, 1, 0]]) for n in range(13))]
    members += [member("c", vectors=[[0, 0, 1], [1, 0, 0]]), member("d")]
    found = lifted(np.linspace(1, 0.5, 16), members, SETTINGS)
    assert found.by[14, 0] > 0
    assert found.by[15, 0] == 0
    leaning = [
        Member([f"a{n}"], None, np.array([255, 0] if n in (0, 9) else [0, 255], dtype=np.uint8)) for n in range(16)
    ]
    assert lifted(np.linspace(1, 0.5, 16), leaning, SETTINGS).by[9, 0] > 0


def test_of_a_long_case_the_passages_nearest_to_the_query_count() -> None:
    vectors = np.eye(PASSAGES + 9, dtype=np.float32)
    kept = nearest_passages(vectors, vectors[[20, 3]])
    assert len(kept) == PASSAGES
    assert kept[:, 20].max() == kept[:, 3].max() == 1
    assert (nearest_passages(vectors, None) == vectors[:PASSAGES]).all()
    assert nearest_passages(vectors[:4], vectors[[20]]) is not vectors
    assert len(nearest_passages(vectors[:4], vectors[[20]])) == 4


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"nearest": 0}, {"sources": 0}, {"depth": 0}, {"sharpness": -1.0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CaseIndexError):
        Neighbours(**wrong)  # type: ignore[arg-type]


def cases() -> list[Case]:
    """Eight cases of each behaviour, each told in part, and thirty of neither."""
    draw = random.Random(7)
    made = []
    for name, lines in (("wall", WALL), ("debt", DEBT)):
        for number in range(8):
            told = [*draw.sample(lines, 3), *draw.sample(FILL, 2)]
            made.append(Case(id=f"{name}-{number}", text="。".join(told) + "。", unit=f"{'AB'[number % 2]}镇"))
    for number in range(30):
        made.append(Case(id=f"none-{number}", text="。".join(draw.sample(FILL, 4)) + f"。第{number}号。", unit="A镇"))
    return made


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, make_encoder: type) -> CaseIndex:
    return CaseIndex.build(tmp_path_factory.mktemp("neighbours") / "index", cases(), encoder=make_encoder())


def ids(index: CaseIndex, k: int, fusion: Fusion, access: Access | None = None) -> list[str]:
    return [hit.id for hit in index.search("粉刷外墙", k, fusion=fusion, access=access, explain=False, collapse=False)]


def test_cases_of_the_same_behaviour_come_up_without_a_word_of_the_query(index: CaseIndex) -> None:
    without = ids(index, 8, Fusion(weights=FUSION.weights))
    with_them = ids(index, 8, FUSION)
    assert sum(id_.startswith("wall") for id_ in with_them) > sum(id_.startswith("wall") for id_ in without)
    assert with_them[0].startswith("wall")


def test_contributions_sum_to_the_score_and_the_reasons_are_named(index: CaseIndex) -> None:
    hits = index.search("粉刷外墙", 10, fusion=FUSION, collapse=False)
    for hit in hits:
        assert sum(part.contribution for part in hit.channels.values()) == pytest.approx(hit.score, abs=1e-5)
        assert hit.channels["neighbours"].rank is None
        assert hit.id not in hit.resembles
    assert any(hit.resembles for hit in hits)
    assert {id_ for hit in hits for id_ in hit.resembles} <= {case.id for case in cases()}


def test_a_deeper_answer_begins_with_the_shallow_one(index: CaseIndex) -> None:
    deep = ids(index, 46, FUSION)
    assert len(set(deep)) == 46
    for k in (1, 5, 20, 40):
        assert ids(index, k, FUSION) == deep[:k]


def test_what_a_reader_may_not_see_lifts_nothing(index: CaseIndex, tmp_path: Path, make_encoder: type) -> None:
    mine = [case for case in cases() if case.unit == "A镇"]
    alone = CaseIndex.build(tmp_path / "alone", mine, encoder=make_encoder())
    asked = [index.search("粉刷外墙", 20, fusion=FUSION, access=Access(units=frozenset({"A镇"}), clearance=9))]
    asked.append(alone.search("粉刷外墙", 20, fusion=FUSION))
    assert [hit.model_dump() for hit in asked[0]] == [hit.model_dump() for hit in asked[1]]


def test_few_candidates_are_left_alone(index: CaseIndex, tmp_path: Path, make_encoder: type) -> None:
    few = CaseIndex.build(tmp_path / "few", cases()[:9], encoder=make_encoder())
    for hit in few.search("粉刷外墙", 9, fusion=FUSION):
        assert "neighbours" not in hit.channels
