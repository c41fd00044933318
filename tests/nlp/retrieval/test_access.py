"""A reader's search is that of an index which never held what the reader may not see."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import InvalidRecordError
from nlp.retrieval import NARRATIVE, Access, Case, CaseIndex, CaseTag, DenseSettings, Filters, Fusion
from nlp.retrieval.case import parse_case
from nlp.retrieval.lexical import LexicalIndex, LexicalPart, write_lexical
from nlp.retrieval.view import KEPT, Views
from nlp.retrieval.visible import VisibleCases

SENTENCES = [
    "他新官理旧账，三年化解债务。",
    "遇到拆迁难题推诿扯皮，怕得罪人。",
    "从不推诿扯皮，主动揽下烫手山芋。",
    "迎检前刷白墙，群众意见很大。",
    "汛期守在大堤上，处置果断。",
    "工作踏实。",
    "A镇GDP增长3.5%，亩均效益居全县前列，群众收入也提高了不少，村集体经济从无到有。",
    "",
]
TAGS = [CaseTag(label=label, polarity=side) for label in ("responsibility", "results", "work_style") for side in "+-"]
QUERIES = [
    "推诿扯皮",
    "债务化解三年没有新增，群众心里有数",
    '"推诿扯皮" 群众',
    '"群众 意见"~3',
    "刷白墙迎检。守大堤处置果断。",
]
UNITS = ["A镇", "B镇", "C县"]

case = st.builds(
    lambda number, sentences, tags, unit, level: Case(
        id=f"c{number:02}",
        text="".join(sentences),
        tags=[TAGS[place] for place in tags],
        unit=unit,
        confidentiality=level,
        source=f"来源{number % 2}",
    ),
    st.integers(0, 25),
    st.lists(st.sampled_from(SENTENCES), max_size=6),
    st.sets(st.integers(0, 5), max_size=3).map(sorted),
    st.sampled_from([*UNITS, None]),
    st.integers(0, 2),
)
batch = st.lists(case, max_size=14, unique_by=lambda one: one.id)
access = st.builds(
    Access, units=st.none() | st.sets(st.sampled_from(UNITS)).map(frozenset), clearance=st.none() | st.integers(0, 2)
)


def near(hits):
    """Hits, their scores to the digits that 32-bit sums in another order leave alone."""
    found = []
    for hit in hits:
        plain = hit.model_dump(exclude={"score", "channels", "pairs"})
        plain["score"] = pytest.approx(hit.score, abs=5e-4)
        plain["channels"] = {
            name: (pytest.approx(one.score, abs=5e-4), one.rank, pytest.approx(one.contribution, abs=5e-4))
            for name, one in hit.channels.items()
        }
        plain["pairs"] = [(pair.query, pair.case, pair.shared_words) for pair in hit.pairs]
        found.append(plain)
    return found


def check(index, shadow, reader):
    visible = VisibleCases(index, reader)
    held = {one.id: one for one in shadow.cases()}
    assert len(visible) == len(shadow) == index.count(access=reader)
    assert {one.id: one for one in visible.cases()} == held
    for one in index.cases():
        assert visible.get(one.id) == held.get(one.id)
        assert (one.id in visible) == (one.id in held)
    for filters in ({}, {"source": "来源1"}, {"labels": "results+"}):
        assert visible.count(filters) == shadow.count(filters)
    for text in QUERIES:
        for fusion in (Fusion(), NARRATIVE):
            for more in ({}, {"filters": {"source": "来源1"}, "collapse": False}, {"per_source": 2, "diverse": 0.5}):
                asked = {"k": 12, "tags": TAGS[:2], "fusion": fusion, **more}
                assert near(visible.search(text, **asked)) == near(shadow.search(text, **asked))


@settings(deadline=None, max_examples=10)
@given(start=batch, later=batch, gone=st.sets(st.integers(0, 25), max_size=3), reader=access, grow=st.booleans())
def test_a_search_is_that_of_an_index_of_what_the_reader_sees(
    tmp_path_factory, make_encoder, start, later, gone, reader, grow
):
    folder, encoder = tmp_path_factory.mktemp("index"), make_encoder()
    index = CaseIndex.build(folder / "all", start, encoder=encoder)
    if grow:
        # The view of before the change is there to be added to.
        index.search("推诿扯皮", access=reader)
    index.add(later)
    index.remove(f"c{number:02}" for number in gone)
    seen = [one for one in index.cases() if reader.permits(one)]
    check(index, CaseIndex.build(folder / "shadow", seen, encoder=encoder), reader)


def test_a_reader_of_few_cases_of_a_large_index_is_answered_exactly(tmp_path, encoder):
    dense = DenseSettings(flat_below=300)
    cases = [
        Case(
            id=f"{number:03}",
            text=f"第{number}号：{SENTENCES[number % 5]}{SENTENCES[number % 7]}",
            unit=UNITS[number % 3],
        )
        for number in range(600)
    ]
    index = CaseIndex.build(tmp_path / "all", cases, encoder=encoder, dense=dense)
    assert index.info().dense == "lists"
    reader = Access(units="A镇")
    shadow = CaseIndex.build(
        tmp_path / "part", [one for one in cases if one.unit == "A镇"], encoder=encoder, dense=dense
    )
    for text in QUERIES[:2]:
        asked = {"k": 200, "explain": False, "collapse": False}
        assert near(index.search(text, access=reader, **asked)) == near(shadow.search(text, **asked))


def test_an_index_built_anew_leaves_nothing_of_the_old_view(index, tmp_path, encoder):
    reader = Access(units="B镇")
    assert [hit.id for hit in index.search('"推诿扯皮"', access=reader)] == ["shirk"]
    CaseIndex.build(
        tmp_path / "index",
        [Case(id=f"{number}", text="别的事。", unit="B镇") for number in range(4)]
        + [Case(id="shirk", text="工作踏实。", unit="B镇")],
        encoder=encoder,
    )
    index.refresh()
    assert index.search('"推诿扯皮"', access=reader) == []
    only = Fusion(weights={"bm25": 1})
    assert [hit.id for hit in index.search("推诿扯皮，工作踏实", access=reader, fusion=only)] == ["shirk"]


def test_adding_extends_a_view_and_a_search_under_way_keeps_its_own(tmp_path):
    folder = tmp_path / "lexical"
    folder.mkdir()
    write_lexical(folder, [(0, ["甲", "乙"]), (1, ["甲"]), (2, ["丙"])])
    part = LexicalPart(LexicalIndex(folder), np.array([0, 2]))
    assert (len(part), part.document_frequency("甲")) == (2, 1)
    write_lexical(folder, [(3, ["甲", "丁"])])
    grown = part.grown(LexicalIndex(folder), np.array([0, 2, 3]))
    assert (len(grown), grown.document_frequency("甲")) == (3, 2)
    assert (len(part), part.document_frequency("甲")) == (2, 1)
    assert grown.top(["丁"], 3)[0].tolist() == [3]


def test_only_so_many_views_are_kept(index):
    views, generation = Views(), index._state.generation
    first = views.of(generation, Access(clearance=0, units="A镇"))
    assert views.of(generation, Access(clearance=0, units="A镇")) is first
    for number in range(KEPT):
        views.of(generation, Access(units=["A镇", f"{number}"]))
    assert views.of(generation, Access(clearance=0, units="A镇")) is not first
    assert len(views._kept) == KEPT


def test_levels_and_units():
    case = Case(id="1", text="", unit="A镇", confidentiality=2)
    assert Access().permits(case)
    assert Access(units="A镇", clearance=2).permits(case)
    assert not Access(clearance=1).permits(case)
    assert not Access(units=["B镇"]).permits(case)
    assert not Access(units=[]).permits(case)
    nowhere = Case(id="2", text="")
    assert Access(clearance=0).permits(nowhere)
    assert not Access(units=["A镇"]).permits(nowhere)


def test_a_level_that_is_no_number_is_an_error():
    with pytest.raises(InvalidRecordError, match="confidentiality"):
        parse_case('{"id": "1", "text": "甲", "confidentiality": "机密"}', path="x", number=1)


def test_access_is_no_filter(index):
    with pytest.raises(Exception, match="clearance"):
        Filters.of({"clearance": 1})
