"""What only Milvus does: connecting, replacing builds, leftovers of a crash, labels without a column."""

import sys
from dataclasses import replace

import pytest

from nlp.errors import (
    CaseIndexError,
    ConfigurationError,
    DuplicateCaseError,
    IndexMismatchError,
    IndexMissingError,
    IndexTornError,
)
from nlp.retrieval import NARRATIVE, Access, Case, CaseIndex, CaseTag, Filters, Fusion
from nlp.retrieval.milvus import MilvusCaseIndex, MilvusSettings
from nlp.retrieval.milvus.channels import TagWeights
from nlp.retrieval.milvus.expressions import expression, impossible, literal
from nlp.retrieval.milvus.layout import label_columns
from nlp.retrieval.milvus.rows import case_rows, read_shown, vector_of
from nlp.structure.words import Words, default_words

QUERY = "遇到拆迁难题，推诿扯皮"
ONLY = [Fusion(weights={name: 1}) for name in ("bm25", "dense", "tags")]


@pytest.fixture
def index(lite, cases, encoder):
    return MilvusCaseIndex.build(lite, cases, encoder=encoder)


@pytest.fixture(scope="module")
def shared(settings_of, cases, make_encoder):
    """For tests that change nothing."""
    return MilvusCaseIndex.build(settings_of(), cases, encoder=make_encoder())


@pytest.fixture(scope="module")
def embedded(tmp_path_factory, cases, make_encoder):
    return CaseIndex.build(tmp_path_factory.mktemp("embedded"), cases, encoder=make_encoder())


def collections(index):
    name = index._connection.settings.name
    return [found for found in index._connection.call("list_collections") if found.startswith(name)]


@pytest.mark.parametrize("fusion", [Fusion(), NARRATIVE, *ONLY])
def test_the_top_hit_is_that_of_the_embedded_index(shared, embedded, cases, fusion):
    for case in cases:
        for text in (case.text, case.text[-14:]):
            mine, theirs = (
                one.search(text, k=5, tags=case.tags, fusion=fusion, explain=False) for one in (shared, embedded)
            )
            assert mine[0].id == theirs[0].id
            for one, other in zip(mine, theirs, strict=True):
                assert set(one.channels) == set(other.channels)


def test_dense_and_tag_scores_are_those_of_the_embedded_index(shared, embedded, cases):
    tags = [tag for case in cases for tag in case.tags or ()]
    theirs = {hit.id: hit for hit in embedded.search(QUERY, k=5, tags=tags)}
    for hit in shared.search(QUERY, k=5, tags=tags):
        other = theirs[hit.id]
        assert hit.channels["tags"].score == other.channels["tags"].score
        assert hit.channels["dense"].score == pytest.approx(other.channels["dense"].score, abs=1e-3)
        assert [pair.case for pair in hit.pairs] == [pair.case for pair in other.pairs]
        for name in ("shared_tags", "differing_tags", "opposite_tags", "circumstances"):
            assert getattr(hit, name) == getattr(other, name)


def test_reopening_gives_the_same_answers(index, lite, encoder):
    again = MilvusCaseIndex.open(lite, encoder=encoder)
    assert again.search(QUERY) == index.search(QUERY)
    assert again.info() == index.info()


def test_lexical_search_needs_no_encoder(index, lite):
    assert MilvusCaseIndex.open(lite).search(QUERY, k=1, fusion=ONLY[0])[0].id == "brave"


def test_a_new_build_takes_the_place_of_the_old_one(index, lite, encoder):
    other = MilvusCaseIndex.build(lite, [Case(id="1", text="推诿扯皮")], encoder=encoder)
    assert [hit.id for hit in other.search(QUERY)] == ["1"]
    # The open index goes over to it by itself: its own collections are gone.
    assert [hit.id for hit in index.search(QUERY)] == ["1"]
    assert len(collections(index)) == 2
    assert not index.refresh()


def test_a_failed_build_leaves_the_old_one(index, lite, encoder):
    def cases():
        yield Case(id="new", text="新案例")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        MilvusCaseIndex.build(lite, cases(), encoder=encoder)
    with pytest.raises(DuplicateCaseError):
        MilvusCaseIndex.build(lite, [Case(id="1", text="")] * 2, encoder=encoder)
    assert len(collections(index)) == 2
    assert (len(MilvusCaseIndex.open(lite)), len(index)) == (5, 5)


def test_two_indexes_in_one_database(index, lite, encoder):
    settings = MilvusSettings(uri=lite.uri, name=lite.name + "other")
    MilvusCaseIndex.build(settings, [Case(id="1", text="推诿扯皮")], encoder=encoder)
    assert (len(MilvusCaseIndex.open(settings)), len(MilvusCaseIndex.open(lite))) == (1, 5)


def test_what_a_crash_left_behind_is_never_shown(index, encoder, cases):
    state = index._state
    for case in (Case(id="shirk", text=QUERY + "，新的内容。", unit="新"), Case(id="new", text=QUERY + "，新来的。")):
        rows = case_rows(case, default_words(), state.collections.columns, "")
        passages = rows.passage_rows(encoder.encode([case.text]), "float32")
        index._connection.call("upsert", state.collections.passages, list(passages))
    for text in (QUERY, QUERY + "，新的内容。"):
        hits = {hit.id: hit for hit in index.search(text, k=10)}
        assert hits.keys() == {case.id for case in cases}
        assert hits["shirk"].pairs[0].case.quote in cases[3].text
        assert index.search(text, k=10, filters={"unit": "新"}) == []
    index.add([cases[3], Case(id="new", text="新来的。")])
    assert index.info().passages == 6


def test_a_long_case_replaced_by_a_change_that_was_cut_off(index, short_rows):
    long = Case(id="long", text="".join(f"第{number}项工作按期完成。" for number in range(400)))
    index.add([long])
    state = index._state
    new = case_rows(Case(id="long", text="短了。"), default_words(), state.collections.columns, "")
    index._connection.call("upsert", state.collections.cases, new.rows)
    assert index.get("long").text == "短了。"
    assert index.search("第399项工作按期完成", k=9, fusion=ONLY[0]) == []
    assert len(index) == 6
    index.add([long])
    assert index.get("long") == long
    (hit,) = index.search("第399项工作按期完成", k=9, fusion=ONLY[0])
    assert "第399项" in hit.pairs[0].case.quote


def test_a_long_case_with_missing_rows_is_not_passed_off_as_whole(index):
    index.add([Case(id="long", text="".join(f"第{number}项工作按期完成。" for number in range(4000)))])
    index._connection.call("delete", index._state.collections.cases, filter="part == 1")
    with pytest.raises(IndexTornError, match="add the case again"):
        index.get("long")


def test_labels_without_a_column(lite, cases, encoder):
    index = MilvusCaseIndex.build(lite, cases, encoder=encoder, labels=["continuity", "不能", "continuity"])
    assert index.info().label_columns == 1
    for label, expected in (("responsibility-", "shirk"), ("responsibility+", "brave"), ("continuity+", "debt")):
        assert [hit.id for hit in index.search("群众", k=9, filters={"labels": label})] == [expected]
    tags = [CaseTag(label="responsibility", polarity="-")]
    assert [hit.id for hit in index.search("群众", k=9, tags=tags, fusion=ONLY[2])] == ["shirk", "brave"][:1]


def test_a_server_has_room_for_the_columns(shared):
    for name in (shared._state.collections.cases, shared._state.collections.passages):
        assert len(shared._connection.call("describe_collection", name)["fields"]) <= 64
    assert len(label_columns(f"l{number}" for number in range(100))) == 40


def test_an_annotated_label_weighs_by_how_rare_it_is(index):
    weights = TagWeights(index._state.counts)
    assert weights.weight("responsibility", "-") == weights.weight("continuity", "+")
    assert weights.weight("nonsense", "+") > weights.weight("continuity", "+")
    index.add(
        [Case(id=str(number), text="甲", tags=[CaseTag(label="continuity", polarity="+")]) for number in range(9)]
    )
    assert weights.weight("responsibility", "-") > weights.weight("continuity", "+")


@pytest.mark.parametrize("change", [{"version": "2"}, {"name": "other"}, {"dimension": 32}])
def test_another_encoder_is_refused(index, lite, make_encoder, change, monkeypatch):
    with pytest.raises(IndexMismatchError, match=r"bigrams 1 with 64 dimensions.*expected .*build it anew"):
        MilvusCaseIndex.open(lite, encoder=make_encoder(**change))
    monkeypatch.setattr("nlp.retrieval.embedder.load_encoder", lambda name: make_encoder(**change))
    later = MilvusCaseIndex.open(lite)
    for use in (lambda: later.search(QUERY), lambda: later.add([Case(id="new", text="新案例")])):
        with pytest.raises(IndexMismatchError, match="64"):
            use()
    assert len(later) == 5


def test_another_dictionary_is_refused(index, lite, tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("刷白墙花钱 5\n", encoding="utf-8")
    with pytest.raises(IndexMismatchError, match="tokenizer"):
        MilvusCaseIndex.open(lite, words=Words(file))


def test_no_index(lite):
    with pytest.raises(IndexMissingError, match=r"test\d+_.*MilvusCaseIndex\.build"):
        MilvusCaseIndex.open(lite)


def test_an_index_that_was_dropped(index):
    for name in (index._state.collections.cases, index._state.collections.passages):
        index._connection.call("drop_collection", name)
    with pytest.raises(IndexMissingError, match=index._connection.settings.name):
        index.search(QUERY)


def test_a_collection_that_is_no_index(lite, index):
    schema = index._connection.schema()
    schema.add_field("pk", index._connection.types.INT64, is_primary=True)
    schema.add_field("v", index._connection.types.FLOAT_VECTOR, dim=2)
    index._connection.call("create_collection", lite.name + "mine", schema=schema)
    with pytest.raises(IndexMismatchError, match="layout 3"):
        MilvusCaseIndex.open(MilvusSettings(uri=lite.uri, name=lite.name + "mine"))


def test_a_server_that_cannot_be_reached():
    pytest.importorskip("pymilvus")
    with pytest.raises(CaseIndexError, match=r"http://127\.0\.0\.1:1: .*cannot be reached.*expected.*start the server"):
        MilvusCaseIndex.open(MilvusSettings(uri="http://127.0.0.1:1", timeout=1))


def test_a_closed_connection_is_an_error_of_ours(index):
    index.close()
    with pytest.raises(CaseIndexError):
        index.search(QUERY)


def test_missing_packages_are_named(lite, monkeypatch):
    monkeypatch.setitem(sys.modules, "milvus_lite", None)
    with pytest.raises(CaseIndexError, match="pip install milvus-lite"):
        MilvusCaseIndex.open(lite)
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(CaseIndexError, match=r"pip install yanpan\[milvus\]"):
        MilvusCaseIndex.open(lite)


@pytest.mark.parametrize("fusion", [Fusion(), *ONLY])
def test_k_beyond_what_milvus_returns_at_once(lite, encoder, monkeypatch, fusion):
    tags = [CaseTag(label="responsibility", polarity="-")]
    cases = [
        Case(id=f"{number:03}", text=f"第{number}号拆迁案件{'推诿' * (number % 5)}。", tags=tags[: number % 2])
        for number in range(60)
    ]
    index = MilvusCaseIndex.build(lite, cases, encoder=encoder)
    asked = {"explain": False, "collapse": False, "fusion": fusion, "tags": tags}
    whole = index.search("拆迁推诿", k=60, **asked)
    for module in ("ranking", "channels"):
        monkeypatch.setattr(f"nlp.retrieval.milvus.{module}.WINDOW", 25)
    for module in ("milvus.ranking", "fusion"):
        monkeypatch.setattr(f"nlp.retrieval.{module}.REFERENCE", 20)
    deep = index.search("拆迁推诿", k=60, **asked)
    assert len(deep) == len(whole) == (30 if fusion is ONLY[2] else 60)
    assert {hit.id for hit in deep} == {hit.id for hit in whole}
    less = index.search("拆迁推诿", k=26, **asked)
    assert [(hit.id, hit.score) for hit in less] == [(hit.id, hit.score) for hit in deep][:26]


def test_a_value_too_long_for_a_field_is_an_error(index):
    with pytest.raises(CaseIndexError, match="unit is longer"):
        index.add([Case(id="new", text="新", unit="长" * 30_000)])
    assert len(index) == 5


def test_bm25_counts_what_is_kept_from_a_reader_and_is_left_out(index, lite, cases):
    reader = Access(units=["A镇", "B镇"])
    found = index.search(QUERY, access=reader)
    assert found
    assert all(set(hit.channels) == {"dense"} for hit in found)
    assert index.search(QUERY, access=reader, fusion=ONLY[0]) == []
    everything = index.search(QUERY, access=Access(), fusion=ONLY[0])
    assert everything == index.search(QUERY, fusion=ONLY[0]) != []
    told = MilvusCaseIndex.open(replace(lite, bm25_over_all=True))
    assert {hit.id for hit in told.search(QUERY, access=reader, fusion=ONLY[0])} <= {"flood", "show", "debt", "shirk"}


def test_compacting_keeps_everything(index):
    before = index.search(QUERY)
    index.add([Case(id="new", text="新案例")])
    index.remove(["new"])
    index.compact()
    assert index.search(QUERY) == before


@pytest.mark.parametrize("name", ["", "1a", "a b", "案例", "a;b", "a" * 101])
def test_a_name_that_milvus_would_refuse(name):
    with pytest.raises(ConfigurationError, match="ASCII"):
        MilvusSettings(uri="a.db", name=name)


def test_milvus_lite_keeps_single_precision_only():
    with pytest.raises(ConfigurationError, match="float32"):
        MilvusSettings(uri="a.db", dtype="float16")


def test_which_vector_index():
    server = MilvusSettings(uri="http://localhost:19530")
    assert server.dense_index(99_999).exact
    assert server.dense_index(100_000) == ("IVF_SQ8", {"nlist": 4096})
    graph = MilvusSettings(uri="http://localhost:19530", index="HNSW")
    assert graph.dense_index(10**8) == ("HNSW", {"M": 16, "efConstruction": 200})
    assert graph.search_params("HNSW", 5000) == {"ef": 5000}
    assert server.search_params("IVF_SQ8", 5000) == {"nprobe": 512}
    assert MilvusSettings(uri="a.db", index="HNSW").dense_index(10**8).exact


def test_expressions():
    filters = Filters.of({"unit": ["乙", 'a"\\'], "labels": "integrity-", "date_from": "2021", "date_to": "2021-06"})
    assert expression(filters, {"integrity"}) == (
        'unit in ["a\\"\\\\", "乙"] and label_integrity in [2, 3] and date_last >= 20210101'
        " and (date_first > 0 and date_first <= 20210631)"
    )
    assert expression(Filters(), set()) is None
    assert impossible(Filters.of({"unit": []}))
    assert literal("\ud83d\n") == '"\ufffd\\n"'


def test_reading_what_was_written(encoder):
    tags = [CaseTag(label="a", polarity="+"), CaseTag(label="b", polarity="-")]
    rows = case_rows(Case(id="1", text="推诿。", tags=tags), default_words(), {"a"}, "")
    assert read_shown(rows.rows[0]["shown"]) == {("a", "+"), ("b", "-")}
    assert (rows.rows[0]["label_a"], "label_b" in rows.rows[0]) == (1, False)
    (row,) = rows.passage_rows(encoder.encode(["推诿。"]), "float16")
    for value in (row["vector"], [row["vector"].tobytes()], row["vector"].tobytes()):
        assert vector_of(value) == pytest.approx(encoder.encode(["推诿。"])[0], abs=1e-3)
